"""Reads the patterns of the API models, which are Java's, with the module `regex`, which knows Unicode's classes."""

from functools import cache

import regex

# Java writes a character beyond 16 bits as two; a hyphen between a class and a character is the character.
REWRITTEN = {
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010ffff",
    r"\w-_": r"\w\-_",
    r"\w-\/": r"\w\-\/",
}


@cache
def compiled(pattern: str) -> "regex.Pattern[str]":
    """The pattern; a value has to match the whole of it."""
    for java, ours in REWRITTEN.items():
        pattern = pattern.replace(java, ours)
    return regex.compile(pattern, regex.VERSION0)
