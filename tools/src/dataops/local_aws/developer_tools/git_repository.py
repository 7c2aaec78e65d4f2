"""A bare git repository on this machine: where a push of the local CodeCommit lands."""

import os
import subprocess
import tempfile
from pathlib import Path

# What people have set for themselves on this machine is none of the repository's business.
CLEAN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
FIELDS = ("commitId", "treeId", "parents", "author", "email", "date", "committer", "committerEmail", "committed")
FORMAT = "%x1f".join(("%H", "%T", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%cd", "%B"))


def folder_of(platform: Path, account: str, region: str, name: str) -> Path:
    """Where the commits of a repository lie below the folder of a platform."""
    return platform / "repositories" / account / region / f"{name}.git"


class GitRepository:
    """Everything that the local AWS asks git for; a GitError says what git said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self) -> None:
        """Make it, empty."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", self.folder], check=True)

    def references(self) -> dict[str, str]:
        """The commit of each branch and tag, by its full name."""
        shown = self._git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags")
        return {name: commit for name, _, commit in (line.partition(" ") for line in shown.splitlines())}

    def branch(self, name: str) -> str | None:
        """The commit at the tip of a branch."""
        return self.references().get(f"refs/heads/{name.removeprefix('refs/heads/')}")

    def resolve(self, version: str) -> str | None:
        """The commit that a branch, a tag or an id names."""
        try:
            return self._git("rev-parse", "--verify", "--quiet", f"{version}^{{commit}}").strip()
        except GitError:
            return None

    def commit(self, commit: str) -> dict[str, str]:
        """What a commit says of itself; dates as CodeCommit gives them."""
        shown = self._git("show", "--no-patch", "--date=raw", f"--format={FORMAT}", commit)
        *fields, message = shown.split("\x1f")
        return dict(zip(FIELDS, fields, strict=True)) | {"message": message.rstrip("\n") + "\n"}

    def merge_base(self, one: str, other: str) -> str:
        """The newest commit that both have in their history; empty where they have none in common."""
        try:
            return self._git("merge-base", one, other).strip()
        except GitError:
            return ""

    def point(self, reference: str, commit: str | None) -> None:
        """Let a reference name a commit, or be gone."""
        self._git("update-ref", *((reference, commit) if commit else ("-d", reference)))

    def merged(self, onto: str, commit: str, parents: list[str], author: dict[str, str], message: str) -> str:
        """A new commit that holds both; nothing points to it yet."""
        tree = self._git("merge-tree", "--write-tree", onto, commit).splitlines()[0]
        words = [word for parent in parents for word in ("-p", parent)]
        names = {f"GIT_{who}_{what.upper()}": author[what] for who in ("AUTHOR", "COMMITTER") for what in author}
        return self._git("commit-tree", tree, *words, "-m", message, **names).strip()

    def export(self, commit: str, folder: Path) -> None:
        """Write the files of a commit into a folder, without any history."""
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self._git("read-tree", commit, **index)
            self._git("--work-tree", str(folder), "checkout-index", "--all", **index)

    def clone(self, commit: str, folder: Path, address: str) -> None:
        """Write a working copy with its history into a folder; its remote is the address that AWS gives it."""
        self._git("clone", "--quiet", "--no-checkout", str(self.folder), str(folder))
        # AWS may refuse to hand over a commit that no reference reaches; here the project has to refuse it.
        self._git("-C", str(folder), "fetch", "--quiet", "origin", commit)
        self._git("-C", str(folder), "checkout", "--quiet", "--detach", commit)
        self._git("-C", str(folder), "remote", "set-url", "origin", address)

    def reached_at(self, address: str) -> dict[str, str]:
        """The environment variables with which git reaches this repository by the address that AWS gives it."""
        key = f"url.{self.folder}.insteadOf"
        return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": address}

    def _git(self, *arguments: str, **environment: str) -> str:
        where = [] if arguments[0] in ("clone", "-C") else ["--git-dir", str(self.folder)]
        done = subprocess.run(
            ["git", *where, *arguments],
            env=os.environ | CLEAN | environment,
            text=True,
            encoding="utf-8",
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise GitError(done.stderr.strip() or f"git {arguments[0]} failed")
        return done.stdout


class GitError(Exception):
    """What git said when it could not do something."""
