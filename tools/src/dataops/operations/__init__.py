"""Commands for whoever operates an environment; they read the ledger with the Lambda functions' own modules."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
