"""Glue jobs, crawlers and what they log."""
