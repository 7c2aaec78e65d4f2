"""The changelog's notes of the versions that an upgrade crosses."""

import re

HEADINGS = ("Upgrading", "By hand")


def sections(text: str) -> dict[str, str]:
    """Return the text below each `## version`, in the order of the file."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {title.strip(): body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


def part(section: str, heading: str) -> str:
    """Return the text below `### heading` of one version."""
    found = re.search(rf"^### {heading}\n(.*?)(?=^### |\Z)", section + "\n", flags=re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def notes(old: str, new: str) -> list[tuple[str, str, str]]:
    """Return (version, heading, text) of what is new in a changelog, the earliest version first."""
    before, after = sections(old), sections(new)
    crossed = [title for title, body in after.items() if before.get(title) != body]
    found = [(title, heading, part(after[title], heading)) for title in reversed(crossed) for heading in HEADINGS]
    return [(title, heading, text) for title, heading, text in found if not re.match(r"(- )?Nothing\b|\Z", text)]
