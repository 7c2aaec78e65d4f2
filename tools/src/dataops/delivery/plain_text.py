"""Texts that others wrote, as a part of one line of ours."""

LONGEST = 100


def plain_text(text: str, longest: int = LONGEST) -> str:
    """On one line, without what separates our parts or is a variable to CodePipeline, and cut."""
    short = one_line(text).replace("#{", "# {").replace("|", "/")
    return short if len(short) <= longest else f"{short[: longest - 1]}…"


def one_line(text: str) -> str:
    """The same without any line break or control character, those of Unicode included."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
