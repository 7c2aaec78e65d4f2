"""The picture of a project's architecture."""
