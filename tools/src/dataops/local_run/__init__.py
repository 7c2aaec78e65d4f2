"""A project on this machine: its ETL alone, its platform, its delivery, with faults on request."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
