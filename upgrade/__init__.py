"""Merges a newer version of this template into a project that its team has changed, as an ordinary three-way merge."""

# It finds the tools of this version; a project's virtual environment has those of another one.
import answers  # noqa: F401
