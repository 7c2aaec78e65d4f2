"""The process that answers requests, and its background tasks."""
