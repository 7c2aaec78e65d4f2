"""Starts crawlers, and compares what they saw with the declared columns."""
