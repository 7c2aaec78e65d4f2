"""What the template generates, as one checksum a file, and which resources of its Terraform must not be made anew."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benches.template import copy_of_the_template

PROJECT = "{{cookiecutter.project_slug}}"
BLOCK = re.compile(r'^(?:resource "(\w+)" "(\w+)"|module "(\w+)") \{', re.MULTILINE)
MOVED = re.compile(r"^moved \{\s*from\s*=\s*([\w.]+)", re.MULTILINE)
# Without destroy = false a removed block destroys.
LET_GO = re.compile(r"^removed \{\s*from\s*=\s*([\w.]+)\s*lifecycle \{\s*destroy\s*=\s*false\b", re.MULTILINE)
# A topic holds no data, but its subscribers, who would have to say yes again.
KEPT = {"aws_sns_topic"}


def files() -> dict[str, str]:
    """The checksum of each file that the default answers give."""
    with tempfile.TemporaryDirectory() as folder:
        template = copy_of_the_template(Path(folder, "template"))
        command = [str(Path(sys.executable).with_name("cookiecutter")), str(template), "--no-input"]
        subprocess.run([*command, "--output-dir", folder], check=True, capture_output=True)
        project = Path(folder, "acme-sales")
        found = {path.relative_to(project).as_posix(): path for path in project.rglob("*") if path.is_file()}
        return {name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for name, path in sorted(found.items())}


def resources(project: Path) -> list[str]:
    """Each resource that must not be made anew and each module, as "folder address"."""
    return sorted(
        f"{path.parent.relative_to(project).as_posix()} {address}"
        for path in project.rglob("*.tf")
        for kind, name, module in BLOCK.findall(path.read_text(encoding="utf-8"))
        for address in [f"module.{module}" if module else f"{kind}.{name}"]
        if module or kind in KEPT or kind not in holding_nothing(project)
    )


def moved(project: Path) -> set[str]:
    """What a moved block, or a removed one that destroys nothing, accounts for, as "folder address"."""
    return {
        f"{path.parent.relative_to(project).as_posix()} {address}"
        for path in project.rglob("*.tf")
        for pattern in (MOVED, LET_GO)
        for address in pattern.findall(path.read_text(encoding="utf-8"))
    }


def holding_nothing(project: Path) -> set[str]:
    """The types of resources that can be made again, by the project's own list."""
    source = (project.parent / "tools/src/dataops/delivery/data_holding.py").read_text(encoding="utf-8")
    listed = re.search(r"^HOLDING_NOTHING = \{(.*?)^\}", source, re.MULTILINE | re.DOTALL)
    return set(re.findall(r'"(\w+)"', listed[1])) if listed else set()
