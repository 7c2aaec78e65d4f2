"""The way from a merged commit to an environment: plan, approval, apply, smoke test, and the way back."""

import sys
from pathlib import Path
