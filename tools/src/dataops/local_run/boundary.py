"""Makes the boundary that every role of an environment names; on AWS `make bootstrap` does it beforehand."""

import shutil
from pathlib import Path

from dataops.local_platform import Platform
from dataops.project import PROJECT
from dataops.project.running import folder_of
from dataops.project.terraform import Terraform

BOUNDARY = "aws_iam_policy.boundary"
# The state of the bootstrap is in a bucket that nothing else here needs: this one stays on this machine.
ON_THIS_MACHINE = 'terraform {\n  backend "local" {}\n}\n'


def make_boundary(platform: Platform) -> None:
    """Apply the boundary of bootstrap/ as it is in this project, and nothing else of it."""
    workspace = folder_of(platform.environment) / "boundary"
    root = _copy(workspace / "project")
    terraform = Terraform(root, workspace, platform.process_environment)
    terraform.environment |= {"TF_VAR_environment": platform.environment}
    terraform.init()
    terraform.apply(lambda *progress: None, "-refresh=false", f"-target={BOUNDARY}")


def _copy(project: Path) -> Path:
    """The folder bootstrap/ with what it reads, beside the state of the last time."""
    for name in ("bootstrap", "modules"):
        shutil.copytree(PROJECT / name, project / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform"))
    shutil.copy(PROJECT / "project.yaml", project)
    root = project / "bootstrap"
    (root / "backend_override.tf").write_text(ON_THIS_MACHINE, encoding="utf-8")
    return root
