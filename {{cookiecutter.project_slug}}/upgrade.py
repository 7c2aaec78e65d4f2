"""Fetches the template and lets the updater of the wanted version change this project: docs/upgrading.md.

Exit code 0: done, or nothing to do; 1: conflicts are left to resolve; 2: refused, nothing was changed.
With --dataset FILE 0: written; 2: refused.
With --verify-tools 0: the tools are the template's; 1: they differ; 2: the template cannot be reached.
"""

import argparse
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
RELEASE = r"v?\d+\.\d+\.\d+"
REFUSED = 2
# As the operating system, Python and git say it.
FULL_DISK = re.compile("No space left|Out of diskspace|quota exceeded|No usable temporary", re.IGNORECASE)


class RefusedError(Exception):
    """One sentence about the obstacle."""


def main() -> int:
    """Upgrade, sync, adopt or add a dataset; return the exit code."""
    given = arguments()
    found = record()
    address = given.template or found.get("template")
    try:
        if not address:
            known = ".cruft.json names no template: say" if found else "No .cruft.json can be read here: make adopt"
            raise RefusedError(f"{known} TEMPLATE=address, as for git clone.")
        if given.verify_tools and not (given.to or found.get("commit")):
            raise RefusedError(".cruft.json names no version of the template: say which one with --to.")
        of_the_record = given.verify_tools or given.dataset
        wanted = found.get("commit") if given.sync else given.to or (of_the_record and found.get("commit"))
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            clone = Path(folder, "template")
            fetch(address, clone)
            check_out(clone, wanted or newest(clone, found.get("checkout")), address)
            if given.verify_tools:
                return tools_verified(clone)
            return handed_over(clone, address, given)
    except (RefusedError, OSError) as refused:
        # git's errors repeat the address, with the token in it.
        why = re.sub(r"(://)[^/@\s]*@", r"\1", str(refused))
        if FULL_DISK.search(why):
            why = "The disk for temporary files is full: free space there, or set TMPDIR to a folder on another disk."
        print(why, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("Stopped. `git status` shows whether the merge had begun.", file=sys.stderr)
        return REFUSED


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", help="a tag, branch or commit of the template; else its newest release")
    parser.add_argument("--preview", action="store_true", help="show what would come, and change nothing")
    parser.add_argument("--branch", help="a new branch that gets the upgrade, committed where nothing conflicts")
    parser.add_argument("--template", help="the template's address, where it is not the recorded one")
    verb = parser.add_mutually_exclusive_group()
    verb.add_argument("--sync", action="store_true", help="the same version again, for what project.yaml says now")
    verb.add_argument("--verify-tools", action="store_true", help="compare the tools with the template's, by hash")
    verb.add_argument("--dataset", metavar="FILE", help="ask about a new dataset and write it into project.yaml")
    verb.add_argument("--adopt", action="store_true", help="write the record of a project that has none")
    return parser.parse_args()


def record() -> dict[str, str | None]:
    """Return the content of .cruft.json; {} if it cannot be read."""
    try:
        found = json.loads((PROJECT / ".cruft.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def git(folder: Path, *words: str) -> str:
    """Return git's output in a folder, whichever repository's hook or tool may have started this."""
    own = {
        name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    }
    try:
        done = subprocess.run(["git", *words], cwd=folder, env=own, text=True, capture_output=True, check=True)
    except FileNotFoundError:
        raise RefusedError("git is missing on this machine.") from None
    except subprocess.CalledProcessError as failed:
        raise RefusedError(failed.stderr.strip()) from None
    return done.stdout.strip()


def fetch(address: str, clone: Path) -> None:
    """Clone the template with all its versions."""
    try:
        git(PROJECT, "clone", "--quiet", "--no-checkout", "--", address, str(clone))
    except RefusedError as failed:
        hint = ""
        if "could not read Username" in str(failed) or "Permission denied" in str(failed):
            hint = (
                "\nIf the template is private, git needs credentials for it: try git ls-remote with the same address."
            )
        raise RefusedError(f"The template cannot be fetched: {failed}{hint}") from None


def check_out(clone: Path, version: str, address: str) -> None:
    """Check out a version in the clone: a tag, branch or commit."""
    try:
        git(clone, "checkout", "--quiet", version, "--")
    except RefusedError as failed:
        if not re.search("invalid reference|did not match|not a tree|unable to read tree", str(failed)):
            raise RefusedError(f"Version {version} of the template cannot be checked out: {failed}") from None
        raise RefusedError(
            f"The template at {address} has no version {version}: git ls-remote --tags {address} lists what it has."
        ) from None


def newest(clone: Path, followed: str | None) -> str:
    """Return the branch that the record follows, else the newest release, else the template's own branch."""
    branches = git(clone, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin").split()
    tags = [tag for tag in git(clone, "tag").split() if re.fullmatch(RELEASE, tag)]
    # By number: git sorts v1.1.0 after 2.0.0.
    releases = sorted(tags, key=lambda tag: [int(number) for number in re.findall(r"\d+", tag)], reverse=True)
    if followed and followed in branches:
        return followed
    if not releases:
        print("The template has no release: its newest commit is taken.", flush=True)
    return next(iter(releases), "HEAD")


def handed_over(clone: Path, address: str, given: argparse.Namespace) -> int:
    """Run the version's own updater; return its exit code."""
    if not (clone / "upgrade/requirements.txt").is_file():
        raise RefusedError("This version of the template is older than upgrades: choose a newer one.")
    install(clone / "upgrade/requirements.txt")
    if given.dataset:
        if not (clone / "upgrade/interview-requirements.txt").is_file():
            raise RefusedError("This version of the template cannot add a dataset: make upgrade brings one that can.")
        install(clone / "upgrade/interview-requirements.txt")
    words = ["--project", str(PROJECT), "--template", address]
    words += [f"--{name}={getattr(given, name)}" for name in ("to", "branch") if getattr(given, name)]
    words += [f"--{name}" for name in ("preview", "sync", "adopt") if getattr(given, name)]
    words += [f"--dataset={Path(given.dataset).resolve()}"] if given.dataset else []
    return subprocess.run([sys.executable, "-m", "upgrade", *words], cwd=clone, check=False).returncode


def tools_verified(clone: Path) -> int:
    """Compare the tools of this project with those that the template builds, by its own code, not the wheel's."""
    verification = clone / "tools/src/dataops/tools_verification.py"
    version = git(clone, "describe", "--tags", "--always")
    if not verification.is_file():
        raise RefusedError(f"Version {version} of the template has no tools to build: it is older than the wheel.")
    words = ["--project", str(PROJECT), "--template", str(clone), "--version", version]
    return subprocess.run([sys.executable, "-I", str(verification), *words], check=False).returncode


def install(requirements: Path) -> None:
    """Install what the updater needs, unless this virtual environment has it."""
    for line in requirements.read_text(encoding="utf-8").split():
        name, _, version = line.partition("==")
        try:
            present = importlib.metadata.version(name) == version
        except importlib.metadata.PackageNotFoundError:
            present = False
        command = [sys.executable, "-m", "pip", "install", "--quiet", line]
        if not present and subprocess.run(command, check=False).returncode:
            raise RefusedError(f"{line}, which this version's updater needs, could not be installed.")


if __name__ == "__main__":
    sys.exit(main())
