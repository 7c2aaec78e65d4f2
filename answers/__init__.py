"""Converts answers in any form into a valid project.yaml. The validator is in the tools, which every project gets."""

import sys
from pathlib import Path

# First, because another version of the tools may be installed where this runs.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools/src"))
