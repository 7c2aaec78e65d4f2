"""The requirements of every text, and the form of a text in a sentence."""

import reprlib
import unicodedata
from collections.abc import Iterator

SHOWN = 60
JINJA = ("{{", "{%", "{#")
WHY_OF_CATEGORY = {
    "Cc": "holds the control character {}",
    "Cf": "holds the invisible character {}",
    "Cs": "holds {}, half of a character",
    "Co": "holds {}, which has no agreed meaning",
    "Cn": "holds {}, which is not a character",
    "Zl": "holds the line separator {}",
    "Zp": "holds the paragraph separator {}",
    "Zs": "holds the unusual space {}",
}


def shown(value: object) -> str:
    """Return a value as a short, quoted, printable text, so that no answer can control a terminal."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    cut = printable(text if len(text) <= SHOWN else text[:SHOWN] + "…")
    return f"'{cut}'" if isinstance(value, str) else cut


def printable(text: str) -> str:
    """Return a text with everything that does not print written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text_fault(text: str, allowed: str = "") -> str | None:
    """Return why a text is not a plain line that YAML, Terraform and a terminal return unchanged."""
    return next(text_faults(text, allowed), None)


def text_faults(text: str, allowed: str) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if category in WHY_OF_CATEGORY and character not in {" ", *allowed}:
            yield WHY_OF_CATEGORY[category].format(f"U+{ord(character):04X}")
    if text not in allowed and text != text.strip():
        yield "starts or ends with white space"
    # Terraform normalises every string: text in another form would not come back as it was typed.
    if not unicodedata.is_normalized("NFC", text):
        yield "is not in Unicode's composed form (NFC)"
    yield from (f"holds {mark}, which is never evaluated here" for mark in JINJA if mark in text)
