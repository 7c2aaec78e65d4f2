"""Commands for whoever runs the platform; they read ledger and reports with the Lambdas' own modules."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "lambda"))
