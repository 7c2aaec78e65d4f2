"""What a month costs: quantities from project.yaml or a plan, times a dated price table; nothing is asked of AWS."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
