"""Versions of this template: what the last one generated, what has changed since, and how the next one is made."""
