"""Merges a newer version of this template into a project that its team has changed, as an ordinary three-way merge."""
