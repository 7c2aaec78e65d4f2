"""Texts of other authors, as part of one line of ours."""

LONGEST = 100


def plain_text(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line, cut, without our separators and CodePipeline's variable syntax."""
    short = one_line(text).replace("#{", "# {").replace("|", "/")
    return short if len(short) <= longest else f"{short[: longest - 1]}…"


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters, including those of Unicode."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
