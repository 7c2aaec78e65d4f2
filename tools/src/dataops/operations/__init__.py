"""Commands for whoever runs the platform; they read ledger and reports with the Lambdas' own modules."""

import sys
from pathlib import Path
