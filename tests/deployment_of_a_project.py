"""Runs inside a generated project, in a process of its own: deploys its first environment, changes it, reduces it.

A new local AWS is bootstrapped, then every step is planned as the plan role and applied as the apply role that
bootstrap/ made, as the pipeline does. Prints as JSON what each step changed, and whether the plan after it was empty.
"""

import json
import sys
from pathlib import Path
from typing import Any

import build_archives
import yaml
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied
from dataops.project.job_settings import settings_of_all
from dataops.project.terraform import AT_ONCE, Terraform


class Deployment:
    """The first environment of a project, deployed with the rights of its deploy roles."""

    def __init__(self, played: LocalDelivery, folder: Path) -> None:
        self.played, self.folder = played, folder
        self.environment = str(played.delivery["environments"][0]["name"])

    def make_builds(self) -> None:
        """The roles of the builds that plan and apply: pipeline/ makes them, it is not applied here."""
        iam, account = self.played.client("iam"), self.played.delivery["account"]
        trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
        assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        for kind in ("plan", "apply", "drift"):
            name = self.build(kind)
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))
            iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=json.dumps(policy(assume)))

    def build(self, kind: str) -> str:
        """The build that works as a deploy role."""
        name = kind if kind == "drift" else f"{kind}-{self.environment}"
        return str(self.played.delivery["builds"][name])

    def terraform(self, role: str, build: str) -> Terraform:
        """Terraform with the rights of one deploy role, taken by its build."""
        found = self.played.client_of_role(self.build(build), "sts", "walk").assume_role(
            RoleArn=f"arn:aws:iam::{self.here['account']}:role/{self.here[f'{role}_role']}", RoleSessionName="walk"
        )["Credentials"]
        keys = {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }
        access = self.played.account_of(self.environment).process_environment | keys
        terraform = Terraform(self.played.project / self.environment, self.folder, access)
        terraform.init()
        return terraform

    @property
    def here(self) -> dict[str, Any]:
        """The environment as the delivery knows it."""
        found: dict[str, Any] = self.played.delivery["environments"][0]
        return found

    def step(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Give the project other settings and its Lambda functions other code, and deploy them."""
        function = self.played.project / "lambda/sweep.py"
        function.write_text(f"{function.read_text(encoding='utf-8')}# One more step.\n", encoding="utf-8")
        (self.played.project / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        build_archives.main(self.played.project)
        saved = str(self.folder / "saved.tfplan")
        words = ("-input=false", "-detailed-exitcode", f"-parallelism={AT_ONCE}", f"-out={saved}")
        planned = self.terraform("plan", "plan")._run("plan", *words)
        assert planned.returncode != 1, planned.stderr
        changed = self.terraform("apply", "apply").apply(lambda *_: None, saved)
        return {
            "planned": planned.returncode == 2,
            "changed": changed,
            "settled": self.terraform("plan", "plan").is_settled(),
        }

    def read(self) -> str:
        """What a plan with the rights of a pull request's build says, without the lock."""
        done = self.terraform("read", "drift")._run(
            "plan", "-input=false", "-no-color", "-detailed-exitcode", "-lock=false"
        )
        return "nothing to change" if done.returncode == 0 else done.stdout + done.stderr


def policy(statement: dict[str, Any]) -> dict[str, Any]:
    """A policy of one statement."""
    return {"Version": "2012-10-17", "Statement": [statement]}


def main(steps: Path) -> None:
    """Walk through the settings of a file, one after another."""
    wanted = json.loads(steps.read_text(encoding="utf-8"))
    folder = Path(".local/walk").resolve()
    project = copied(folder / "project")
    (project / "project.yaml").write_text(yaml.safe_dump(wanted[0], sort_keys=False), encoding="utf-8")
    settings = settings_of_all(project)
    with alone(DELIVERY):
        try:
            played = LocalDelivery(start_delivery(settings, None), settings, project)
            deployment = Deployment(played, folder)
            played._bootstrap(deployment.environment)
            deployment.make_builds()
            found = [deployment.step(each) for each in wanted]
            print(json.dumps({"steps": found, "read": deployment.read()}))
        finally:
            down(DELIVERY)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
