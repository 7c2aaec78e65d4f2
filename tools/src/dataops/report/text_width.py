"""How wide a text is at most, so that it can be cut to its box before anybody draws it."""

import unicodedata

# Shares of the font's size, a little above DejaVu Sans, the widest of the fonts that browsers take for sans-serif.
NARROW, USUAL, LARGE, WIDE = 0.42, 0.64, 0.84, 1.02
NARROW_SIGNS = frozenset("fijlrt.,:;!|()[]/\\'` -")
LARGE_SIGNS = frozenset("+=<>~#&")
WIDE_SIGNS = frozenset("mwMW@%…—№")
BOLD = 1.12


def width_of(text: str, size: float, is_bold: bool = False) -> float:
    """Pixels that a text takes at most, in a font of so many pixels."""
    return sum(map(share_of, text)) * size * (BOLD if is_bold else 1)


def share_of(sign: str) -> float:
    """One sign's part of the font's size."""
    if unicodedata.combining(sign):
        return 0.0
    if sign in NARROW_SIGNS:
        return NARROW
    if sign in WIDE_SIGNS or unicodedata.east_asian_width(sign) in ("W", "F") or ord(sign) > 0x2E80:
        return WIDE
    return LARGE if sign in LARGE_SIGNS or sign.isupper() or not sign.isascii() else USUAL


def fitted(text: str, size: float, room: float, is_bold: bool = False) -> str:
    """The text, or as much of its beginning as there is room for."""
    if width_of(text, size, is_bold) <= room:
        return text
    kept = text
    while kept and width_of(kept + "…", size, is_bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
