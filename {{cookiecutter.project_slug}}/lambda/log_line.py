"""One line of JSON per event in the log: keys and counts, never a value out of a row."""

import json
import sys
from typing import Any


def log(event: str, **fields: Any) -> None:
    """Write one line; CloudWatch and its metric filters read it."""
    line = json.dumps({"event": event, **fields}, ensure_ascii=False, default=str)
    # One write for text and line break: print() makes two, and threads would mix their lines.
    sys.stdout.write(f"{line}\n")


def kind_of(error: Exception) -> str:
    """An error as it may stand in a log: its kind, because its text can hold values."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__))
