"""The checksum of each generated file, and the resources of Terraform that must not be recreated."""

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benches.template import ROOT, copy_of_the_template

PROJECT = "{{cookiecutter.project_slug}}"
BLOCK = re.compile(r'^(?:resource "(\w+)" "(\w+)"|module "(\w+)") \{', re.MULTILINE)
MOVED = re.compile(r"^moved \{\s*from\s*=\s*([\w.]+)", re.MULTILINE)
# Without destroy = false a removed block destroys.
LET_GO = re.compile(r"^removed \{\s*from\s*=\s*([\w.]+)\s*lifecycle \{\s*destroy\s*=\s*false\b", re.MULTILINE)
# The wheel and the line with its hash, whose names and bytes hold the version.
TOOLS = "tools/dataops_tools.whl"
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
        checksums = {name: checksum(path.read_bytes()) for name, path in found.items() if path.parent.name != "tools"}
        checksums[TOOLS] = of_the_tools(next(project.glob("tools/*.whl")))
        return dict(sorted(checksums.items()))


def of_the_tools(wheel: Path) -> str:
    """The checksum of the tools; a new version without another change has the same."""
    with zipfile.ZipFile(wheel) as archive:
        modules = [name for name in sorted(archive.namelist()) if ".dist-info/" not in name]
        return checksum(b"".join(name.encode() + archive.read(name) for name in modules))


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def resources(project: Path) -> list[str]:
    """Each resource that must not be recreated and each module, as "folder address"."""
    harmless = holding_nothing()
    return sorted(
        f"{path.parent.relative_to(project).as_posix()} {address}"
        for path in project.rglob("*.tf")
        for kind, name, module in BLOCK.findall(path.read_text(encoding="utf-8"))
        for address in [f"module.{module}" if module else f"{kind}.{name}"]
        if module or kind in KEPT or kind not in harmless
    )


def moved(project: Path) -> set[str]:
    """What a moved block, or a removed one that destroys nothing, accounts for, as "folder address"."""
    return {
        f"{path.parent.relative_to(project).as_posix()} {address}"
        for path in project.rglob("*.tf")
        for pattern in (MOVED, LET_GO)
        for address in pattern.findall(path.read_text(encoding="utf-8"))
    }


def holding_nothing() -> set[str]:
    """The types of resources that can be made again, by the tools' own list."""
    source = (ROOT / "tools/src/dataops/delivery/data_holding.py").read_text(encoding="utf-8")
    listed = re.search(r"^HOLDING_NOTHING = \{(.*?)^\}", source, re.MULTILINE | re.DOTALL)
    return set(re.findall(r'"(\w+)"', listed[1])) if listed else set()
