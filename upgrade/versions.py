"""The versions of the template in its clone: what they are called, what they ask, what they render."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upgrade.git import git, run
from upgrade.refusal import RefusedError

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Version:
    """One commit of the template; `label` is its tag, or git's short name for it."""

    clone: Path
    commit: str
    label: str

    def text(self, name: str) -> str:
        """A file of this version; "" where it has none of that name."""
        done = run(self.clone, "cat-file", "blob", f"{self.commit}:{name}")
        return "" if done.returncode else done.stdout

    def questions(self) -> dict[str, Any]:
        """The questions of this version with their defaults; `__prompts__` holds their sentences."""
        found: dict[str, Any] = json.loads(self.text("cookiecutter.json") or "{}")
        return found

    def has(self, earlier: "Version") -> bool:
        """Whether this version was made from an earlier one, or is that one."""
        return not run(self.clone, "merge-base", "--is-ancestor", earlier.commit, self.commit).returncode


def version(clone: Path, name: str) -> Version:
    """The version of a tag, a branch or a commit."""
    for place in (f"refs/tags/{name}", name, f"refs/remotes/origin/{name}"):
        found = run(clone, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{place}^{{commit}}")
        if not found.returncode:
            commit = found.stdout.strip()
            exact = run(clone, "describe", "--tags", "--exact-match", commit)
            return Version(clone, commit, exact.stdout.strip() or commit[:9])
    raise RefusedError(f"The template has no version {name}: `git ls-remote --tags` of its address lists them.")


def rendered(old: tuple[Version, dict[str, Any]], new: tuple[Version, dict[str, Any]], scratch: Path) -> list[Path]:
    """The folders that two versions render with their answers, side by side."""
    started = [start(*each, scratch / name) for each, name in ((old, "old"), (new, "new"))]
    return [
        finish(process, each[0], scratch / name)
        for process, each, name in zip(started, (old, new), ("old", "new"), strict=True)
    ]


def start(of: Version, answers: dict[str, Any], place: Path) -> "subprocess.Popen[str]":
    """Unpack a version and begin to render it, in a process of its own."""
    template = unpacked(of, place / "template")
    asked = {key for key in of.questions() if not key.startswith("_")}
    given = place / "answers.json"
    given.write_text(json.dumps({key: value for key, value in answers.items() if key in asked}), encoding="utf-8")
    for folder in ("project", "temporary"):
        (place / folder).mkdir()
    command = [sys.executable, "-I", str(HERE / "render.py"), str(template), str(place / "project"), str(given)]
    return subprocess.Popen(
        command,
        # Cookiecutter leaves its copies of the hooks behind.
        env={**os.environ, "TMPDIR": str(place / "temporary")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def unpacked(of: Version, folder: Path) -> Path:
    """The files of a version, without the interview: the answers are known."""
    folder.mkdir(parents=True)
    place = git(of.clone, "rev-parse", "--absolute-git-dir").removesuffix("\n")
    words = [f"--git-dir={place}", f"--work-tree={folder}", "checkout", "--quiet", of.commit, "--"]
    git(folder, *words, ".", ":(exclude)hooks/pre_prompt*", GIT_INDEX_FILE=f"{folder}.index")
    return folder


def finish(process: "subprocess.Popen[str]", of: Version, place: Path) -> Path:
    """The project's folder once it is rendered."""
    _, complaint = process.communicate()
    folders = list((place / "project").iterdir())
    if process.returncode or len(folders) != 1:
        raise RefusedError(
            f"Version {of.label} of the template could not be rendered; nothing was changed.\n{complaint.strip()}"
        )
    return folders[0]
