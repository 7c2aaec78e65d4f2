"""Finds out how the letters of a text file are written: one of the encodings that the job reads."""

import codecs
import re

from dataops.inference.sample_fields import SampleError

WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Letters of UTF-8 beyond ASCII: two to four bytes.
WIDE_LETTERS = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Bytes that mean a sign in Windows-1252 and a control character in ISO-8859-1; five mean nothing in the former.
CONTROLS = frozenset(range(0x80, 0xA0))
UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
SHOWN = 12


def encoding_of(content: bytes) -> str | None:
    """Return the encoding of the first bytes of a file; None if they are not text that the job can read."""
    if content.startswith(WIDE_MARKS) or is_wide(content):
        return "utf-16"
    if BINARY.search(content):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        rest = WIDE_LETTERS.sub(b"", content)
        odd = [byte for byte in rest if byte > 0x7F]
        if len(WIDE_LETTERS.findall(content)) >= len(odd):
            return "utf-8"
        return "iso-8859-1" if UNDEFINED & set(odd) else "windows-1252"
    return "utf-8"


def agreed_encoding(content: bytes, wanted: str | None) -> str:
    """Return the encoding that a person wants, or that the content shows."""
    found = encoding_of(content)
    if found is None:
        raise SampleError("It is a binary file, and the job reads text.")
    if wanted and (found == "utf-16") != (wanted == "utf-16"):
        raise SampleError(f"It is not {wanted}: it is {found}.")
    return wanted or found


def codec_of(encoding: str, content: bytes) -> str:
    """Return Python's name for an encoding; UTF-16 without a mark has the low byte first, as Windows writes it."""
    if encoding == "utf-16" and not content.startswith(WIDE_MARKS):
        return "utf-16-le"
    return "utf-8-sig" if encoding == "utf-8" else encoding


def is_wide(content: bytes) -> bool:
    """Return whether a text without a mark is UTF-16 as the job reads it, with the low byte first."""
    low, high = content[0:4096:2], content[1:4096:2]
    return len(content) > 3 and high.count(0) > 0.9 * len(high) and 0 not in low


def note_on_encoding(content: bytes, encoding: str) -> str:
    """Return what is to be said about a file that is not UTF-8, with letters to check it by."""
    if encoding == "utf-16":
        return "It is UTF-16, and is read as such (encoding: utf-16)."
    place = next((place for place, byte in enumerate(content) if byte > 0x7F), None)
    if encoding == "utf-8" or place is None:
        return ""
    example = content[max(0, place - SHOWN) : place + SHOWN].decode(encoding, "replace")
    word = next((word for word in re.split(r"[\s,;|\"]+", example) if not word.isascii()), example)
    return f"It is not UTF-8: it is read as {encoding}, in which one word is '{word}' (encoding: {encoding})."
