"""Ends a command whose tools do not fit the project's lambda/. Every room that imports modules of lambda/ imports this.

`make upgrade` and `make setup`, which put it right, do without.
"""

import sys

from dataops import contract
from dataops.project import PROJECT

if (misfit := contract.misfit(PROJECT)) is not None:
    sys.exit(misfit)
