"""Runs inside a generated project, in a process of its own: deploys parts of its first environment with flawed rights.

A new local AWS is bootstrapped from a flawed bootstrap/, then from the one that is there, and parts of the environment
are made as the apply role. Then rights are taken away and given, and tags change. On standard input: the flaws by name,
the settings by name, and the targets by step. Prints as JSON what Terraform or AWS answered to each step.
"""

import json
import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import build_archives
import yaml
from botocore.exceptions import ClientError
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied
from dataops.project.job_settings import settings_of_all
from dataops.project.terraform import NEVER_LOCALLY, Terraform
from deployment_of_a_project import Deployment

DONE = "done"


class Flawed:
    """The first environment of a project, whose rights are flawed on purpose."""

    def __init__(self, played: LocalDelivery, folder: Path, given: dict[str, Any]) -> None:
        self.played, self.folder, self.given = played, folder, given
        self.deployment = Deployment(played, folder)

    def bootstrap(self, *flaws: str) -> str:
        """What `make bootstrap` says while bootstrap/ has some flaws; then the files are as before."""
        before = self.put(*flaws)
        kept = {key: value for key, value in os.environ.items() if key not in NEVER_LOCALLY}
        words = ["--environment", self.deployment.environment, "--yes", "--skip-doctor"]
        done = subprocess.run(
            [sys.executable, "-m", "dataops", "bootstrap", *words],
            cwd=self.played.project,
            env=kept | self.owner_s_account,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
        return answer(done)

    def put(self, *flaws: str) -> dict[Path, str]:
        """Put flaws into the project; what its files held before."""
        before: dict[Path, str] = {}
        for file, pattern, replacement in (self.given["flaws"][name] for name in flaws):
            path = self.played.project / file
            text = path.read_text(encoding="utf-8")
            before.setdefault(path, text)
            changed, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            assert count, f"{file} does not hold {pattern}"
            path.write_text(changed, encoding="utf-8")
        return before

    @property
    def owner_s_account(self) -> dict[str, str]:
        """The environment variables of the owner of the environment's account."""
        found: dict[str, str] = self.played.account_of(self.deployment.environment).process_environment
        return found

    @cached_property
    def apply_role(self) -> Terraform:
        return self.deployment.terraform("apply", "apply")

    @cached_property
    def plan_role(self) -> Terraform:
        return self.deployment.terraform("plan", "plan")

    @cached_property
    def read_role(self) -> Terraform:
        """What pull requests and the drift check are planned with."""
        return self.deployment.terraform("read", "drift")

    @cached_property
    def owner(self) -> Terraform:
        root = self.played.project / self.deployment.environment
        return Terraform(root, self.folder, self.owner_s_account)

    def run(self, terraform: Terraform, verb: str, step: str, *words: str) -> str:
        """What Terraform says of the targets of a step."""
        targets = [f"-target={each}" for each in self.given["targets"][step]]
        agreed = ["-auto-approve"] if verb == "apply" else []
        return answer(terraform._run(verb, "-input=false", "-no-color", "-refresh=false", *agreed, *words, *targets))

    def lift_the_lock(self) -> str:
        """What S3 answers to the build of a pull request that removes the lock of an apply."""
        keys = {
            "aws_access_key_id": self.read_role.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.read_role.environment["AWS_SECRET_ACCESS_KEY"],
            "aws_session_token": self.read_role.environment["AWS_SESSION_TOKEN"],
        }
        access = self.played.account_of(self.deployment.environment).access
        names = self.played.settings[self.deployment.environment]["names"]
        slug = self.played.settings[self.deployment.environment]["project"]["slug"]
        lock = {
            "Bucket": names["state_bucket"],
            "Key": f"{slug}/{self.deployment.environment}/terraform.tfstate.tflock",
        }
        boto3.client("s3", **access).put_object(**lock, Body=b"an apply is at work")
        try:
            boto3.client("s3", **access | keys).delete_object(**lock)
        except ClientError as error:
            boto3.client("s3", **access).delete_object(**lock)
            return str(error)
        return DONE

    def use(self, name: str) -> None:
        """Give the project other settings."""
        text = yaml.safe_dump(self.given["settings"][name], sort_keys=False)
        (self.played.project / "project.yaml").write_text(text, encoding="utf-8")

    def walk(self) -> dict[str, str]:
        """Everything, step by step."""
        said = {"one policy": self.bootstrap("one policy for all that a plan reads"), "bootstrap": self.bootstrap()}
        self.deployment.make_builds()
        self.put("no tags by the key's own policy")
        said["creation"] = self.run(self.apply_role, "apply", "creation")
        said["lock"] = self.lift_the_lock()
        said["flawed bootstrap"] = self.bootstrap(*self.given["rights"])
        said["lock with the right"] = self.lift_the_lock()
        said["plan without the list"] = self.run(self.plan_role, "plan", "channels", "-refresh=true")
        self.use("other tags")
        said["tag of the key"] = self.run(self.apply_role, "apply", "key")
        # Everything else that the key encrypts waits for it.
        said["tag of the key by its owner"] = self.run(self.owner, "apply", "key")
        said["other tags"] = self.run(self.apply_role, "apply", "tags")
        self.use("no tags")
        said["no tags"] = self.run(self.apply_role, "apply", "database")
        return said


def answer(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said, in one line, unless it did what it should."""
    return DONE if done.returncode == 0 else " ".join(f"{done.stdout} {done.stderr}".replace("│", " ").split())


def main() -> None:
    """Walk through all steps."""
    given = json.load(sys.stdin)
    folder = Path(".local/flawed").resolve()
    project = copied(folder / "project")
    (project / "project.yaml").write_text(yaml.safe_dump(given["settings"]["first"], sort_keys=False), encoding="utf-8")
    settings = settings_of_all(project)
    build_archives.main(project)
    with alone(DELIVERY):
        try:
            played = LocalDelivery(start_delivery(settings, None), settings, project)
            print(json.dumps(Flawed(played, folder, given).walk()))
        finally:
            down(DELIVERY)


if __name__ == "__main__":
    main()
