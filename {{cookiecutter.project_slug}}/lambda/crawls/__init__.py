"""Starts crawlers, and compares the crawled columns with the declared columns."""
