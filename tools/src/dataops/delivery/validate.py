"""Lets Terraform validate every root and run the tests of modules/project; nothing is asked of AWS."""

import os
import subprocess
from pathlib import Path

from dataops.delivery.refusal import Refusal
from dataops.project import PROJECT
from dataops.project.terraform import mirror_settings, terraform_command


def main() -> None:
    """Validate, then test."""
    for root in different_roots(PROJECT):
        run(PROJECT, root, "init", "-backend=false", "-input=false")
        run(PROJECT, root, "validate")
    tested = PROJECT / "modules" / "project"
    report = PROJECT / "reports" / "terraform.xml"
    report.parent.mkdir(exist_ok=True)
    run(PROJECT, tested, "init", "-input=false")
    run(PROJECT, tested, "test", f"-junit-xml={report}")


def different_roots(project: Path) -> list[Path]:
    """Every root, but of those with the same code only one: environments differ in their backend alone."""
    roots = sorted(path.parent for path in project.glob("*/provider.tf"))
    return list({_code(root): root for root in reversed(roots)}.values())


def _code(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(root.glob("*.tf")) if path.name != "backend.tf")


def run(project: Path, folder: Path, *words: str) -> None:
    """Run Terraform where it shall not touch the environment's own files; its complaint is already in the log."""
    workspace = project / ".delivery" / "validate" / folder.name
    workspace.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **mirror_settings(workspace), "TF_DATA_DIR": str(workspace / "data")}
    done = subprocess.run([*terraform_command(), *words, "-no-color"], cwd=folder, env=variables, check=False)
    if done.returncode:
        raise Refusal(f"Terraform finds fault with {folder.relative_to(project)}/: see the lines above.")
