"""What answers become, kept as files under tests/golden, so that a change of it shows as a difference to review.

Only what depends on answers is kept; every other file is the template's own, and its difference shows there.
`make golden` takes a change over.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from answer_matrix import MATRIX

from benches.template import copy_of_the_template

GOLDEN = Path(__file__).with_name("golden")
KEPT = {
    "defaults": "the defaults",
    "one-of-each": "one dataset and one environment",
    "everything": "every rule, JDBC, a second region",
    "github": "GitHub and an existing VPC",
}
RENDERED = (
    *("project.yaml", ".cruft.json", "*/backend.tf", "docs/architecture.svg"),
    *("docs/pull_request_template.md", ".github/CODEOWNERS"),
)


def rendered(project: Path) -> dict[str, str]:
    """The files of a project that depend on its answers; the record without its commit."""
    found = {path for pattern in RENDERED for path in project.glob(pattern)}
    return {path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in sorted(found)}


def kept(name: str) -> dict[str, str]:
    """The files that were taken over for some answers."""
    paths = [path for path in (GOLDEN / name).rglob("*") if path.is_file()]
    return {path.relative_to(GOLDEN / name).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def take_over(name: str, folder: Path) -> None:
    """Generate a project and keep what depends on its answers."""
    template = copy_of_the_template(folder / "template")
    answers = folder / "answers.json"
    answers.write_text(json.dumps({"default_context": MATRIX[KEPT[name]]}), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("cookiecutter")), str(template), "--no-input"]
    options = ["--config-file", str(answers), "--output-dir", str(folder)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    shutil.rmtree(GOLDEN / name, ignore_errors=True)
    for path, text in rendered(folder / "acme-sales").items():
        (GOLDEN / name / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for kept_name in KEPT:
        with tempfile.TemporaryDirectory() as place:
            take_over(kept_name, Path(place))
