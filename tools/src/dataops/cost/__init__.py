"""The cost of a month: quantities from project.yaml or a plan, times a dated price table; makes no call to AWS."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
