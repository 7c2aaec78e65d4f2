"""Pages with contents of their own, so that git takes none for another one that was moved."""

from hashlib import sha256


def page(name: str, lines: int = 20) -> str:
    """Numbered lines that no other page shares: "<name> 7 <digits>"."""
    return "".join(f"{name} {number} {sha256(f'{name}{number}'.encode()).hexdigest()}\n" for number in range(lines))


def changed(text: str, *numbers: int, by: str) -> str:
    """A page with some of its lines, counted from 0, replaced."""
    lines = text.splitlines(keepends=True)
    for number in numbers:
        end = lines[number][len(lines[number].rstrip("\r\n")) :]
        lines[number] = f"changed by {by}{end}"
    return "".join(lines)


# Version 1.0.0 of the small project, beside what is this template's own.
FIRST: dict[str, str | bytes | None] = {
    **{f"docs/{name}.md": page(name) for name in ("edited", "untouched", "both", "same", "dropped", "kept", "renamed")},
    **{f"docs/guide/{name}.md": page(f"guide {name}") for name in ("start", "middle", "end")},
    "docs/windows.md": page("windows").replace("\n", "\r\n"),
    "docs/été.md": page("été"),
    "docs/with space.md": page("with space"),
    "docs/no end.md": page("no end").rstrip("\n"),
    "docs/picture.png": bytes(range(256)),
    "files/run.sh": page("run.sh"),
    ".gitattributes": "* -text\n",
}
