"""The Terraform of bootstrap/ for one environment: it works in a copy, so one checkout serves all environments."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from dataops.delivery.refusal import Refusal
from dataops.project.terraform import LOCK, mirror_settings, terraform_command

COPIED = ("bootstrap", "modules")
# Below the working copy, which is created again each time.
ON_THIS_MACHINE = 'terraform {\n  backend "local" {\n    path = "../../bootstrap.tfstate"\n  }\n}\n'
MISSING = ("404", "NoSuchKey", "NoSuchBucket")
QUIET = ("-input=false", "-no-color")


@dataclass(frozen=True)
class StateLocation:
    """The place of the state of bootstrap/."""

    bucket: str
    key: str
    region: str

    def options(self) -> list[str]:
        """Return the place as options of Terraform."""
        return [f"-backend-config={name}={value}" for name, value in vars(self).items()]


class BootstrapRoot:
    """One environment's working copy, and its state: on this machine until the bucket exists, then in the bucket."""

    def __init__(self, project: Path, environment: str, location: StateLocation) -> None:
        self.environment, self.location = environment, location
        self.workspace = project / ".bootstrap" / environment
        self.folder, self.state = self.workspace / "project" / "bootstrap", self.workspace / "bootstrap.tfstate"
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        for name in COPIED:
            ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*", "tests")
            shutil.copytree(project / name, self.folder.parent / name, ignore=ignored)
        shutil.copy(project / "project.yaml", self.folder.parent)
        if (project / "bootstrap" / LOCK).exists():
            shutil.copy(project / "bootstrap" / LOCK, self.folder)
        self.in_bucket = (self.folder / "state.tf").read_text(encoding="utf-8")
        own = {"TF_DATA_DIR": str(self.workspace / "data"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        own |= {"TF_VAR_environment": environment}
        self.variables = {**os.environ, **own, **mirror_settings(self.workspace)}

    def begin_on_this_machine(self) -> None:
        """Keep the state beside the working copy."""
        self._use(ON_THIS_MACHINE, "-reconfigure")

    def go_on_in_the_bucket(self) -> None:
        """Use the state in the bucket."""
        self._use(self.in_bucket, "-reconfigure", *self.location.options())

    def move_to_the_bucket(self) -> None:
        """Copy the state of this machine to the bucket, which has none yet."""
        self.go_on_in_the_bucket()
        # Unlike `init -migrate-state -force-copy`, this refuses to replace a state that somebody else has put there.
        self.run("state", "push", str(self.state))

    def plan(self) -> bool:
        """Save and show a plan; return whether it changes anything."""
        return self.run("plan", *QUIET, "-detailed-exitcode", "-out=tfplan", fine=(0, 2)) == 2

    def apply(self) -> None:
        """Apply the saved plan."""
        self.run("apply", *QUIET, "tfplan")

    def destroy(self) -> None:
        """Destroy everything, including resources with prevent_destroy."""
        kept = "lifecycle {\n    prevent_destroy = false\n  }\n"
        overrides = [f'resource "{kind}" {{\n  {kept}}}\n' for kind in ('aws_kms_key" "state', 'terraform_data" "kept')]
        (self.folder / "removal_override.tf").write_text("\n".join(overrides), encoding="utf-8")
        self.run("destroy", *QUIET, "-auto-approve")

    def stored(self, s3: Any) -> dict[str, Any] | None:
        """Return the state in the bucket, or None."""
        try:
            answer = s3.get_object(Bucket=self.location.bucket, Key=self.location.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        found: dict[str, Any] = json.loads(answer["Body"].read())
        return found

    def kept_here(self) -> dict[str, Any] | None:
        """Return the state on this machine, or None; Terraform empties the file of a state that it has moved."""
        text = self.state.read_text(encoding="utf-8") if self.state.exists() else ""
        found: dict[str, Any] | None = json.loads(text) if text.strip() else None
        return found

    def forget_this_machine(self) -> None:
        """Remove the state of this machine, and everything that Terraform has left beside it."""
        for path in self.workspace.glob("bootstrap.tfstate*"):
            path.unlink()

    def run(self, verb: str, *options: str, fine: tuple[int, ...] = (0,)) -> int:
        """Run Terraform with its output visible; return its exit code."""
        process = subprocess.Popen(
            [*terraform_command(), verb, *options], cwd=self.folder, env=self.variables, stdin=subprocess.DEVNULL
        )
        code = _ended(process)
        if code not in fine:
            raise Refusal(
                f"Terraform could not {verb} {self.environment}: see the lines above. Nothing that was created is "
                f"lost; when the cause is fixed, the same command continues from here."
            )
        return code

    def _use(self, backend: str, *options: str) -> None:
        (self.folder / "state.tf").write_text(backend, encoding="utf-8")
        self.run("init", *QUIET, *options)


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """Return the exit code of a process; Ctrl-C reaches it too, and it saves its state before it ends."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
