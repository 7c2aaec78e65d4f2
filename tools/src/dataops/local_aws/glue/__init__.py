"""Glue jobs, crawlers and their logs."""
