"""The whole delivery of this project on this machine: accounts, pipeline, repository; for `make pipeline-demo`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import build_archives

from dataops.local_aws.developer_tools.git_repository import folder_of as repository_folder
from dataops.local_platform import Platform
from dataops.local_run.lifetime import DELIVERY
from dataops.project import PROJECT
from dataops.project.terraform import NEVER_LOCALLY, Terraform

# Files of this machine that belong to no commit.
LEFT_BEHIND = (
    ".git",
    ".venv*",
    ".local",
    ".terraform",
    ".delivery",
    ".bootstrap",
    ".tools",
    "build",
    "plan",
    "reports",
)
CACHES = (".*_cache", ".hypothesis", "__pycache__", "*.tfstate*")
# make reads it before the Makefile: the builds run unchanged, but these verbs, which take minutes, do nothing.
WITHOUT_CHECKS = """\
check validate scan test: ; @echo 'left out here: make $@'
%: force ; @$(MAKE) --no-print-directory -f Makefile $@
force GNUmakefile: ;
"""
AUTHOR = ("-c", "user.name=Local delivery", "-c", "user.email=local-delivery@localhost")
Say = Callable[[str], None]


@dataclass(frozen=True)
class LocalDelivery:
    """A local AWS with every account of the delivery, and a copy of the project to deliver."""

    platform: Platform
    settings: dict[str, dict[str, Any]]
    project: Path

    @property
    def delivery(self) -> dict[str, Any]:
        """The delivery account and region, and each environment's part in promotion order."""
        found: dict[str, Any] = self.settings[DELIVERY]["delivery"]
        return found

    @property
    def pipeline(self) -> str:
        """The name of the pipeline."""
        return str(self.settings[DELIVERY]["prefix"])

    @property
    def repository_name(self) -> str:
        """The name of the CodeCommit repository."""
        return str(self.settings[DELIVERY]["project"]["git"]["repository"])

    @property
    def repository(self) -> Path:
        """The repository that receives pushes."""
        delivery = self.delivery
        return repository_folder(self.platform.folder, delivery["account"], delivery["region"], self.repository_name)

    def account_of(self, name: str) -> Platform:
        """The local AWS as the owner of an environment's account sees it, or of the delivery account."""
        here = self.settings[name]["environment"]
        return self.platform.of(here["account"], here["region"])

    def client(self, service: str, name: str = DELIVERY) -> Any:
        """A client of the owner of an account."""
        return boto3.client(service, **self.account_of(name).access)

    def client_of_role(self, role: str, service: str, person: str) -> Any:
        """A client of a person in a role of the delivery account."""
        arn = f"arn:aws:iam::{self.delivery['account']}:role/{role}"
        given = self.client("sts").assume_role(RoleArn=arn, RoleSessionName=person)["Credentials"]
        keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
        access = self.platform.access | keys | {"aws_session_token": given["SessionToken"]}
        return boto3.client(service, **access)

    # The steps of an administrator

    def bootstrap(self) -> None:
        """Run `make bootstrap` for every account, all at the same time: most of it is waiting."""
        with ThreadPoolExecutor(len(self.settings)) as threads:
            for done in [threads.submit(self._bootstrap, name) for name in self.settings]:
                done.result()

    def apply_pipeline(self, progress: Callable[[str, int, int], None]) -> int:
        """Run `make pipeline`; return the number of created resources."""
        build_archives.main(self.project)
        terraform = self.terraform_of_pipeline()
        terraform.init()
        return terraform.apply(progress)

    def terraform_of_pipeline(self) -> Terraform:
        """Terraform for pipeline/."""
        workspace = self.platform.folder / "terraform"
        return Terraform(self.project / DELIVERY, workspace, self.account_of(DELIVERY).process_environment)

    def _bootstrap(self, name: str) -> None:
        command = [sys.executable, "-m", "dataops.delivery.bootstrap", "--environment", name, "--yes"]
        kept = {key: value for key, value in os.environ.items() if key not in NEVER_LOCALLY}
        log_file = self.platform.folder / f"bootstrap-{name}.log"
        with log_file.open("w") as log:
            done = subprocess.run(
                command,
                cwd=self.project,
                env=kept | self.account_of(name).process_environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        if done.returncode:
            said = log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            sys.exit(f"The bootstrap of {name} failed: {said[-1] if said else 'there was no output'}. More: {log_file}")

    # The steps of a developer

    def commit(self, message: str) -> str:
        """Commit the files of the copy; return the commit."""
        self.git("add", "--all")
        self.git(*AUTHOR, "commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self, branch: str = "main") -> None:
        """Push the present commit to a branch of the local repository."""
        self.git("push", "--quiet", str(self.repository), f"HEAD:refs/heads/{branch}")

    def git(self, *words: str) -> str:
        """Run git in the copy of the project."""
        done = subprocess.run(["git", *words], cwd=self.project, text=True, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"git {words[0]} failed in the copy of the project: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()


def leave_out_the_checks(project: Path) -> None:
    """Let the builds of a copy of the project skip what only checks it."""
    (project / "GNUmakefile").write_text(WITHOUT_CHECKS, encoding="utf-8")


def copied(folder: Path) -> Path:
    """A copy of the project's present files, committed or not, in a repository of its own."""
    ignored = shutil.ignore_patterns(*LEFT_BEHIND, *CACHES)
    shutil.copytree(PROJECT, folder, ignore=ignored)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=folder, check=True)
    return folder
