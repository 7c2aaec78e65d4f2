"""A project in a real git repository, and the real bare repository that stands for CodeCommit."""

import os
import subprocess
from pathlib import Path
from typing import Any

from dataops.delivery.release import Release

AUTHOR = {
    f"GIT_{who}_{what}": text
    for who in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "A Team"), ("EMAIL", "team@example.com"))
}
ADDRESS = "codecommit::eu-west-1://acme"
SETTINGS: dict[str, Any] = {
    "prefix": "acme-pipeline",
    "project": {"slug": "acme", "git": {"provider": "codecommit", "repository": "acme", "branch": "main"}},
    "delivery": {
        "account": "123456789012",
        "region": "eu-west-1",
        "buckets": {"artifact": "acme-artifacts"},
        "environments": [{"name": "dev", "protected": False}, {"name": "prod", "protected": True}],
    },
}


def release(**git: str) -> Release:
    """The project's release, with other git settings where they are given."""
    project = {**SETTINGS["project"], "git": SETTINGS["project"]["git"] | git}
    return Release(SETTINGS | {"project": project})


class Repository:
    """A working copy; `address` leads to the bare repository `remote`."""

    def __init__(self, folder: Path, remote: Path) -> None:
        self.folder, self.remote = folder, remote
        folder.mkdir(parents=True, exist_ok=True)
        if not remote.exists():
            subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch", "main", remote], check=True)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("config", f"url.file://{remote}.insteadOf", ADDRESS)
        for name, value in (("user.name", "A Team"), ("user.email", "team@example.com"), ("commit.gpgsign", "false")):
            self.git("config", name, value)

    def git(self, *words: str) -> str:
        """Run git here."""
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=os.environ | AUTHOR, text=True, capture_output=True, check=True
        )
        return done.stdout.strip()

    def commit(self, name: str, text: str = "") -> str:
        """Commit one file; the commit."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Write {name}")
        return self.git("rev-parse", "HEAD")

    def merge(self, *names: str) -> str:
        """Merge a branch that has a commit per file; the merge."""
        self.git("switch", "--quiet", "--create", "feature/x")
        for name in names:
            self.commit(name)
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "Merge feature/x", "feature/x")
        self.git("branch", "--quiet", "--delete", "feature/x")
        return self.git("rev-parse", "HEAD")

    def files(self, revision: str) -> list[str]:
        """The files of a commit."""
        return self.git("ls-tree", "-r", "--name-only", revision).split()

    def pushed(self, branch: str) -> str:
        """Where a branch is in the bare repository; empty where there is none."""
        words = ["git", "--git-dir", str(self.remote), "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"]
        return subprocess.run(words, text=True, capture_output=True, check=False).stdout.strip()


def pushed(folder: Path) -> Repository:
    """A repository whose `main` has two commits that are pushed."""
    made = Repository(folder / "work", folder / "remote.git")
    made.git("remote", "add", "origin", ADDRESS)
    made.commit("one")
    made.commit("two")
    made.git("push", "--quiet", "origin", "main")
    return made
