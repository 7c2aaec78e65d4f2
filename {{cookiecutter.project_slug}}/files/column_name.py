"""The names of columns: for the job and the Lambda functions."""

import re


def normalised(name: str) -> str:
    """Return the name of a column that has this name in a file: lower case, runs of other characters as one underscore.

    Without a letter to begin with, letters of other scripts become Unicode numbers, and column_ precedes a number.
    """
    text = name.strip().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    if not plain or plain[0].isdecimal():
        text = "".join(c if c.isascii() or not c.isalnum() else f"_u{ord(c):x}_" for c in text)
        plain = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    return f"column_{plain}" if plain[:1].isdecimal() else plain
