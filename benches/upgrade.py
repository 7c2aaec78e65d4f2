"""How long the upgrade of a clean project takes beyond the clone of the template, beside cruft's update of it."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.template import copy_of_the_template

ROUNDS = 7
PROJECT = "{{cookiecutter.project_slug}}"
CHANGED = ("Makefile", "README.md", "docs/local.md", "docs/using.md", "modules/environment/queue.tf")
AUTHOR = {f"GIT_{role}_{what}": "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def run(folder: Path, *words: str | Path) -> float:
    """Wall seconds of a command."""
    started = time.perf_counter()
    subprocess.run(
        [str(word) for word in words], cwd=folder, env={**os.environ, **AUTHOR}, check=True, capture_output=True
    )
    return time.perf_counter() - started


def commit(folder: Path, tag: str) -> None:
    """Commit everything in a folder, with a tag."""
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", tag], ["tag", tag]):
        run(folder, "git", *words)


def template_of_two_versions(folder: Path) -> Path:
    """This template, and a version in which five files differ; the project of the first version lies beside it."""
    template = copy_of_the_template(folder / "template.git")
    commit(template, "1.0.0")
    tool = Path(sys.executable).with_name("cookiecutter")
    run(folder, tool, template.as_uri(), "--no-input", "--output-dir", folder)
    commit(folder / "acme-sales", "start")
    for name in CHANGED:
        with (template / PROJECT / name).open("a") as file:
            file.write("\n# Newer.\n")
    commit(template, "2.0.0")
    return template


def seconds(folder: Path, template: Path) -> tuple[float, float, float]:
    """Of one round: the clone alone, our upgrade with its clone, cruft's update with its clone."""
    project = folder / "acme-sales"
    clone = run(folder, "git", "clone", "--quiet", template.as_uri(), "clone")
    shutil.rmtree(folder / "clone")
    ours = run(project, sys.executable, "upgrade.py")
    run(project, "git", "reset", "--quiet", "--hard", "start")
    theirs = run(project, Path(sys.executable).with_name("cruft"), "update", "--skip-apply-ask")
    run(project, "git", "reset", "--quiet", "--hard", "start")
    run(project, "git", "clean", "--quiet", "-fd")
    return clone, ours, theirs


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure); the two tools take turns, so that both meet the same machine."""
    with tempfile.TemporaryDirectory() as place:
        template = template_of_two_versions(Path(place))
        rounds = [seconds(Path(place), template) for _ in range(ROUNDS)]
    clone, ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        ("make upgrade, beyond the template's clone (goal: at most 2.5 s)", f"{ours - clone:.2f} s"),
        ("cruft update, beyond the template's clone", f"{theirs - clone:.2f} s"),
        ("the template's clone", f"{clone:.2f} s"),
        ("ratio", f"{(ours - clone) / (theirs - clone):.2f}"),
    ]
