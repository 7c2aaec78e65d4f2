"""How long the upgrade of a clean project takes beyond the clone of the template, beside cruft's update of it."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.template import copy_of_the_template

ROUNDS = 7
Cost = tuple[float, float]
PROJECT = "{{cookiecutter.project_slug}}"
CHANGED = ("Makefile", "README.md", "docs/local.md", "docs/using.md", "modules/environment/queue.tf")
AUTHOR = {f"GIT_{role}_{what}": "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def run(folder: Path, *words: str | Path) -> Cost:
    """Wall and CPU seconds of a command."""
    started, used = time.perf_counter(), processor_time()
    subprocess.run(
        [str(word) for word in words], cwd=folder, env={**os.environ, **AUTHOR}, check=True, capture_output=True
    )
    return time.perf_counter() - started, processor_time() - used


def processor_time() -> float:
    """CPU seconds of every command so far, with what those have started."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


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


def seconds(folder: Path, template: Path) -> tuple[Cost, Cost, Cost]:
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
    with tempfile.TemporaryDirectory() as folder:
        template = template_of_two_versions(Path(folder))
        rounds = [seconds(Path(folder), template) for _ in range(ROUNDS)]
    clone, ours, theirs = (medians(column) for column in zip(*rounds, strict=True))
    return [
        ("make upgrade, beyond the template's clone (goal: at most 2.5 s)", in_words(ours, clone)),
        ("cruft update, beyond the template's clone", in_words(theirs, clone)),
        ("the template's clone", in_words(clone)),
        ("ratio, wall", f"{(ours[0] - clone[0]) / (theirs[0] - clone[0]):.2f}"),
    ]


def medians(costs: tuple[Cost, ...]) -> Cost:
    """The median of the wall seconds, and that of the CPU seconds."""
    wall, processor = (statistics.median(column) for column in zip(*costs, strict=True))
    return wall, processor


def in_words(cost: Cost, beyond: Cost = (0.0, 0.0)) -> str:
    """Seconds beyond those of something else."""
    return f"{cost[0] - beyond[0]:.2f} s, CPU {cost[1] - beyond[1]:.2f} s"
