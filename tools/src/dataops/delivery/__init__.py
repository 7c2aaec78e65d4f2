"""The way from a merged commit to an environment: plan, approval, apply, smoke test, and the way back."""

import dataops.project.fitting  # noqa: F401 the modules of the project's lambda/ can be imported from here on
