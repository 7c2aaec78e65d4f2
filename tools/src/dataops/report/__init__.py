"""The report of a run, here or on AWS, on the terminal and as a page; generation draws with it, without a project."""
