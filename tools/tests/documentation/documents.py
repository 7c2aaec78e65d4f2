"""What a Markdown file holds that can rot: commands, links, names of files."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

# A line of a block or a text between back quotes is a command when it begins with one of these.
PROGRAMS = (
    "aws",
    "cd",
    "cookiecutter",
    "cruft",
    "git",
    "jq",
    "make",
    "pip",
    "python",
    "python3",
    "sed",
    "terraform",
    "uvx",
)
COMMAND = re.compile(rf"(?:[A-Z_]+=\S* )*(?:{'|'.join(PROGRAMS)}) \S")
ASSIGNMENT = re.compile(r"[a-z_]+=\$\(")
SHELLS = ("sh", "bash", "shell", "console")
NOT_OURS = (".venv", ".venv-scan", ".terraform", "node_modules", ".local", ".pytest_cache")
SUFFIXES = "md|py|tf|hcl|yaml|yml|toml|json|j2|svg|txt"
# Made when something runs, so not there before.
MADE_LATER = re.compile(
    r"(\.local|build|samples|\.terraform|plan|summaries|_\w+)/|docs/(architecture\.svg|pull_request_template\.md)"
)


class Snippet(NamedTuple):
    """Some lines for a shell, and where they stand (file:line)."""

    location: str
    text: str


class Document:
    """One Markdown file."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.lines = path.read_text(encoding="utf-8").splitlines()

    def location(self, number: int) -> str:
        """What a fault begins with."""
        return f"{self.name}:{number + 1}"

    def snippets(self) -> Iterator[Snippet]:
        """Every command in the order of the text: blocks, and what stands between back quotes."""
        for number, language, lines in self.pieces():
            if language is None:
                for code in inline_code(lines[0]):
                    if COMMAND.match(code):
                        yield Snippet(self.location(number), code.partition("…")[0] + ("…" if "…" in code else ""))
            elif language in SHELLS or (not language and any(is_command(line) for line in lines)):
                yield Snippet(self.location(number), "\n".join(line.removeprefix("$ ") for line in lines))

    def links(self) -> Iterator[tuple[str, str]]:
        """Location and target of every link and picture that stays inside the repository."""
        for number, language, lines in self.pieces():
            if language is None:
                text = re.sub(r"`[^`]*`", "", lines[0])
                for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"", text):
                    found = target[0] or target[1]
                    if not re.match(r"[a-z]+:", found):
                        yield self.location(number), found

    def named_files(self) -> Iterator[tuple[str, str]]:
        """Location and name of every file between back quotes that the project must hold."""
        for number, language, lines in self.pieces():
            for code in inline_code(lines[0]) if language is None else []:
                if re.fullmatch(rf"[\w.-]+(/[\w.-]+)*/[\w-]+\.({SUFFIXES})|[\w-]+\.md", code) and not MADE_LATER.match(
                    code
                ):
                    yield self.location(number), code

    def headings(self) -> set[str]:
        """The anchors of the headings, as Git hosts make them."""
        texts = [
            lines[0].lstrip("#").strip() for _, language, lines in self.pieces() if not language and lines[0][:1] == "#"
        ]
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}

    def pieces(self) -> Iterator[tuple[int, str | None, list[str]]]:
        """Blocks of code with their language ("" where none is said), other lines alone with None."""
        number = 0
        while number < len(self.lines):
            fence = re.match(r" *``` *(\w*)", self.lines[number])
            if fence:
                last = self.first(number + 1, ends_fence)
                yield number + 1, fence[1], self.lines[number + 1 : last]
                number = last + 1
            elif self.lines[number].startswith("    ") and not self.lines[number - 1].strip():
                last = self.first(number, lambda line: line.strip() != "" and not line.startswith("    "))
                yield number, "", [line[4:] for line in self.lines[number:last]]
                number = last
            else:
                yield number, None, [self.lines[number]]
                number += 1

    def first(self, start: int, fits: Callable[[str], bool]) -> int:
        """The number of the first line from a start that fits, or of the end."""
        return next((number for number in range(start, len(self.lines)) if fits(self.lines[number])), len(self.lines))


def ends_fence(line: str) -> bool:
    """Whether a line ends a block between fences."""
    return line.strip() == "```"


def inline_code(line: str) -> list[str]:
    """What stands between back quotes."""
    return [code.strip() for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", line)]


def is_command(line: str) -> bool:
    """Whether a line of an unmarked block makes it one for a shell."""
    return bool(COMMAND.match(line.removeprefix("$ ")) or ASSIGNMENT.match(line))


def documents_below(folder: Path) -> list[Document]:
    """Every Markdown file of a project."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*.md")))
    return [Document(folder / path, path.as_posix()) for path in found if not {*path.parts} & {*NOT_OURS}]
