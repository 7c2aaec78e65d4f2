"""The one place that finds Terraform and its AWS provider, and runs them against a local AWS."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MINIMUM = (1, 11)
# The commands that ask the provider.
OF_THE_PROVIDER = ("plan", "apply", "destroy", "show")
FOLDERS = ("~/.terraform.d", "/usr/share", "/usr/local/share", "/opt")
NO_TERRAFORM = "These tests need Terraform 1.11 or newer on the PATH: install it, they are not skipped."
NO_PROVIDER = (
    "Terraform could not get the AWS provider: let it reach its registry, or name a mirror, a folder that "
    "holds registry.terraform.io/, in TF_PLUGIN_MIRROR. These tests are not skipped.\n"
)


def require_terraform() -> None:
    """Fail loudly where Terraform is missing or too old."""
    assert shutil.which("terraform"), NO_TERRAFORM
    output = subprocess.run(["terraform", "version"], text=True, capture_output=True, check=True).stdout
    version = re.search(r"Terraform v(\d+)\.(\d+)", output)
    assert version and (int(version[1]), int(version[2])) >= MINIMUM, NO_TERRAFORM


def mirrors() -> Iterator[Path]:
    """Folders that may hold registry.terraform.io/, the named one first."""
    if "TF_PLUGIN_MIRROR" in os.environ:
        yield Path(os.environ["TF_PLUGIN_MIRROR"])
    for folder in map(Path, FOLDERS):
        yield from (found.parent for found in folder.expanduser().glob("registry.terraform.io"))
        yield from (found.parent for found in folder.expanduser().glob("*/registry.terraform.io"))


def command_line_configuration(folder: Path) -> Path:
    """Write Terraform's own configuration: the first mirror that exists, else the registry."""
    mirror = next((path for path in mirrors() if (path / "registry.terraform.io").is_dir()), None)
    lines = ["disable_checkpoint = true"]
    if mirror:
        quoted = json.dumps(str(mirror))
        lines.append(f"provider_installation {{\n  filesystem_mirror {{\n    path = {quoted}\n  }}\n}}")
    path = folder / "terraform.rc"
    path.write_text("\n".join(lines) + "\n")
    return path


class Terraform:
    """Terraform with the environment that points it at a local AWS.

    Its own `init` finds and checks the provider. That provider then runs once, as for its debugging, and every plan
    uses it: Terraform would else start it several times for each, and read its 700 MB each time to check them.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        require_terraform()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        self.provider: subprocess.Popen[str] | None = None
        self.attached: dict[str, str] = {}
        self.environment = {
            **kept,
            "TF_CLI_CONFIG_FILE": str(command_line_configuration(folder)),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }

    def run(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one Terraform command in a folder, whatever its outcome."""
        attached = self.attached if words[0] in OF_THE_PROVIDER else {}
        return self._run(folder, *words, **attached)

    def _run(self, folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", words[0], "-no-color", *words[1:]],
            cwd=folder, env=self.environment | more, text=True, capture_output=True, timeout=600, check=False,
        )  # fmt: skip

    def install(self, root: Path) -> None:
        """Initialise a root without its S3 backend, with the provider that is locked there."""
        self._init(root)
        if not self.provider:
            self._start_provider(root)

    def init(self, root: Path) -> None:
        """Initialise a root without its S3 backend, for the provider that runs."""
        if self.provider:
            self._init(root, **self.attached)
        else:
            self.install(root)

    def _init(self, root: Path, **more: str) -> None:
        # An override file is Terraform's own way to replace a block for a test; the project's files stay as they are.
        (root / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        done = self._run(root, "init", "-input=false", **more)
        assert done.returncode == 0, NO_PROVIDER + done.stderr

    def _start_provider(self, root: Path) -> None:
        """Start the provider of a root and find its address, as Terraform's documentation says for debugging one."""
        (program,) = (root / ".terraform/providers/registry.terraform.io/hashicorp/aws").glob(
            "*/*/terraform-provider-*"
        )
        self.provider = subprocess.Popen(
            [program, "-debug"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.provider.stdout
        said = ""
        for line in self.provider.stdout:
            said += line
            if found := re.search("TF_REATTACH_PROVIDERS='(.+)'", line):
                self.attached = {"TF_REATTACH_PROVIDERS": found[1]}
                return
        raise AssertionError(f"The provider does not run: {said}")

    def end(self) -> None:
        """End the provider."""
        if self.provider:
            self.provider.kill()
            self.provider.communicate()

    def plan(self, root: Path, *options: str) -> dict[str, Any]:
        """The plan of a root, as `terraform show -json` tells it."""
        # A copy of an initialised root is one too.
        if not (root / ".terraform/modules/modules.json").exists():
            self.init(root)
        done = self.run(root, "plan", "-input=false", "-out=test.tfplan", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        shown: dict[str, Any] = json.loads(self.run(root, "show", "-json", "test.tfplan").stdout)
        return shown


def resources(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each planned resource by its address; data sources are left out."""

    def below(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from below(child)

    found = below(plan["planned_values"]["root_module"])
    return {resource["address"]: resource for resource in found if resource["mode"] == "managed"}


def of_type(plan: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The planned values of every resource of one type, by address."""
    return {address: resource["values"] for address, resource in resources(plan).items() if resource["type"] == kind}
