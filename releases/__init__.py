"""Versions of this template: the files of the last release, the changes since, and the next release."""
