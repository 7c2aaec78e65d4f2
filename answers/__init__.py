"""Converts answers in any form into a valid project.yaml."""
