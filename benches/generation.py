"""How long generating a project takes, beside cookiecutter rendering a template that holds one empty file."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.template import copy_of_the_template

ROUNDS = 9


def empty_template(folder: Path) -> Path:
    """A template of one question and one empty file."""
    project = folder / "empty" / "{{cookiecutter.project_slug}}"
    project.mkdir(parents=True)
    (project / "README.md").touch()
    (folder / "empty" / "cookiecutter.json").write_text(json.dumps({"project_slug": "nothing"}))
    return folder / "empty"


def seconds_to_generate(template: Path) -> float:
    """Wall seconds of one cookiecutter process, defaults only."""
    with tempfile.TemporaryDirectory() as output:
        command = [
            str(Path(sys.executable).with_name("cookiecutter")),
            str(template),
            "--no-input",
            "-o",
            output,
        ]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure); the two templates take turns, so that both meet the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        ours, empty = copy_of_the_template(Path(folder) / "template"), empty_template(Path(folder))
        pairs = [(seconds_to_generate(ours), seconds_to_generate(empty)) for _ in range(ROUNDS)]
    ours_median, empty_median = (statistics.median(column) for column in zip(*pairs, strict=True))
    return [
        ("generate a project", f"{ours_median:.2f} s"),
        ("cookiecutter rendering an empty template", f"{empty_median:.2f} s"),
        ("ratio (goal: at most 1.5)", f"{ours_median / empty_median:.2f}"),
    ]
