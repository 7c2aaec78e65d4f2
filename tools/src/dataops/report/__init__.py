"""The report of a run, here or on AWS, on the terminal and as a page."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
