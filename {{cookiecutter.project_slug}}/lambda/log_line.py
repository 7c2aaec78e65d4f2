"""One line of JSON per event in the log: keys and counts, never a value out of a row."""

import json
from typing import Any


def log(event: str, **fields: Any) -> None:
    """Print one line; CloudWatch and its metric filters read it."""
    print(json.dumps({"event": event, **fields}, ensure_ascii=False, default=str), flush=True)


def kind_of(error: Exception) -> str:
    """An error as it may stand in a log: its kind, because its text can hold values."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__))
