"""Runs the snippets of a document in a real shell in which every program only writes down how it was called."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from documents import PROGRAMS, Snippet

import dataops.operations

# Beside those that begin a command, what stands between pipes and in substitutions.
ALSO = ("cat", "grep", "cut", "head", "sort", "tail", "sleep", "date", "mkdir", "cp", "rm", "tee", "open", "source")
# A call is written at once: the programs of a pipe run side by side.
FIELD, RECORD = "\x1f", "\x1e"
PROLOGUE = """set -u
PATH=/nowhere
written_down() { local IFS=$'\\037'; printf '%s\\036' "$LOCATION$IFS$*" >&3; echo 1; }
for program in {programs}; do eval "$program() {{ written_down $program \\"\\$@\\"; }}"; done
make() {{
  case " $* " in
    *" names "*) written_down make "$@" > /dev/null; for name in {names}; do echo "export $name=1"; done ;;
    *) written_down make "$@" ;;
  esac
}}
exec 3>>"$RECORD"
"""
# What `make names` hands to the shell: the commands after it stand on these.
NAMES = re.findall(
    r'^ +"([A-Z_]+)":', Path(dataops.operations.__file__).with_name("names.py").read_text(), re.MULTILINE
)
SECONDS = 10


class Call(NamedTuple):
    """A program with its arguments, as the shell understood them."""

    location: str
    words: list[str]


def calls_in(snippets: list[Snippet]) -> tuple[list[Call], list[str]]:
    """How a document's snippets call programs, and what the shell complained of; variables last."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "record")
        record.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc"],
            input=script(snippets), cwd=folder, env={"RECORD": str(record)},
            text=True, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        written = record.read_text(encoding="utf-8")
    calls = [entry.split(FIELD) for entry in written.split(RECORD)[:-1]]
    complaints = [re.sub(r"^bash: (line \d+: )?", "", line) for line in done.stderr.splitlines()]
    location = calls[-1][0] if calls else snippets[0].location
    return [Call(first, rest) for first, *rest in calls], [f"near {location}: {line}" for line in complaints]


def script(snippets: list[Snippet]) -> str:
    """All snippets as one script; <a placeholder> becomes a word."""
    prologue = PROLOGUE.replace("{programs}", " ".join([*PROGRAMS, *ALSO])).replace("{names}", " ".join(NAMES))
    prologue = prologue.replace("{{", "{").replace("}}", "}")
    parts = [f"LOCATION='{snippet.location}'\n{without_placeholders(snippet.text)}\n" for snippet in snippets]
    return prologue + "".join(parts)


def without_placeholders(text: str) -> str:
    """A text in which <the name of a thing> is one plain word."""
    return re.sub(r"<([a-z][a-z0-9 _-]*)>", lambda found: found[1].replace(" ", "-"), text)
