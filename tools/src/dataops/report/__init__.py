"""The report of a local run, on the terminal and as a page."""
