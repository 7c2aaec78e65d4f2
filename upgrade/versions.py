"""The versions of the template in its clone: their names, questions and renderings."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upgrade.git import git, listed, run
from upgrade.refusal import RefusedError

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Version:
    """One commit of the template; `label` is its tag, or git's short name for it."""

    clone: Path
    commit: str
    label: str

    @property
    def is_checked_out(self) -> bool:
        """Return whether the clone's own files are this version's."""
        return git(self.clone, "rev-parse", "HEAD").strip() == self.commit

    def text(self, name: str) -> str:
        """Return a file of this version; "" if it has none of that name."""
        done = run(self.clone, "cat-file", "blob", f"{self.commit}:{name}")
        return "" if done.returncode else done.stdout

    def questions(self) -> dict[str, Any]:
        """Return the questions of this version with their defaults; `__prompts__` has their sentences."""
        found: dict[str, Any] = json.loads(self.text("cookiecutter.json") or "{}")
        return found

    def has(self, earlier: "Version") -> bool:
        """Return whether this version comes after an earlier one, or is that one."""
        return not run(self.clone, "merge-base", "--is-ancestor", earlier.commit, self.commit).returncode


def version(clone: Path, name: str) -> Version:
    """Return the version of a tag, a branch or a commit."""
    for reference in (f"refs/tags/{name}", name, f"refs/remotes/origin/{name}"):
        found = run(clone, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
        if not found.returncode:
            commit = found.stdout.strip()
            exact = run(clone, "describe", "--tags", "--exact-match", commit)
            return Version(clone, commit, exact.stdout.strip() or commit[:9])
    raise RefusedError(f"The template has no version {name}: `git ls-remote --tags` of its address lists them.")


@dataclass(frozen=True)
class Rendering:
    """A version that is being rendered, in a process of its own, below a folder."""

    of: Version
    process: "subprocess.Popen[str]"
    output: Path

    def folder(self, complaint: str) -> Path:
        """Return the rendered project; `complaint` is what its process said before it ended."""
        folders = list(self.output.iterdir())
        if self.process.returncode or len(folders) != 1:
            raise RefusedError(f"Version {self.of.label} of the template could not be rendered.\n{complaint.strip()}")
        return folders[0]


def rendered(*renderings: Rendering) -> list[Path]:
    """Return the rendered projects once all processes have ended: none may write where a folder is being removed."""
    complaints = [each.process.communicate()[1] for each in renderings]
    return [each.folder(complaint) for each, complaint in zip(renderings, complaints, strict=True)]


def rendering(of: Version, answers: dict[str, Any], private: dict[str, str], workspace: Path) -> Rendering:
    """Start to render a version; its files are unpacked, unless the clone has just these checked out.

    A private answer has no question; a version that does not know it is rendered without.
    """
    output, given = workspace / "project", workspace / "answers.json"
    for folder in (output, workspace / "temporary"):
        folder.mkdir(parents=True)
    template = of.clone if of.is_checked_out else unpacked(of, workspace / "template")
    known = of.questions().keys()
    given_answers = {key: value for key, value in (answers | private).items() if key in known}
    given.write_text(json.dumps(given_answers), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-I", str(HERE / "render.py"), str(template), str(output), str(given)],
        # Cookiecutter leaves its copies of the hooks behind.
        env={**os.environ, "TMPDIR": str(workspace / "temporary")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    return Rendering(of, process, output)


def unpacked(of: Version, folder: Path) -> Path:
    """Unpack the files of a version; link those that the clone has checked out, which is much faster than writing."""
    folder.mkdir()
    wanted, checked_out = (files_of(of.clone, commit) for commit in (of.commit, "HEAD"))
    alike = {path for path, facts in wanted.items() & checked_out.items() if facts.startswith("100")}
    # Attributes decide how any file is written: line endings, filters.
    if any(path.endswith(".gitattributes") for path, _ in wanted.items() ^ checked_out.items()):
        alike = set()
    rest = wanted.keys() - {path for path in alike if is_linked(of.clone / path, folder / path)}
    if rest:
        git_dir = git(of.clone, "rev-parse", "--absolute-git-dir").removesuffix("\n")
        words = [
            "--literal-pathspecs",
            f"--git-dir={git_dir}",
            f"--work-tree={folder}",
            "checkout",
            "--quiet",
            of.commit,
        ]
        paths = sorted(rest) if len(rest) < len(wanted) else ["."]
        git(folder, *words, "--", *paths, GIT_INDEX_FILE=f"{folder}.index")
    return folder


def files_of(clone: Path, commit: str) -> dict[str, str]:
    """Return the files of a commit, each with its mode and blob."""
    entries = (entry.partition("\t") for entry in listed(clone, "ls-tree", "-r", "-z", commit))
    return {path: facts for facts, _, path in entries}


def is_linked(there: Path, here: Path) -> bool:
    """Link a file to a second place; return False if the file system cannot."""
    here.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(there, here)
    except OSError:
        return False
    return True
