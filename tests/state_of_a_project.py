"""Runs inside a generated project, in a process of its own: python state_of_a_project.py apply|losses|uploaded|down

`apply` applies dev/ to a new local AWS. `losses` plans it there as the project is now, and prints as JSON what of the
data would be lost, what moves, and which attributes change. `uploaded` does the same for a state of version 1.0.0,
where each Lambda function had its code from a local archive.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import build_archives
from dataops.delivery.change import changes_of
from dataops.delivery.data_holding import losses_of
from dataops.delivery.terraform import Terraform
from dataops.local_run.boundary import make_boundary
from dataops.local_run.lifetime import down, start
from dataops.local_run.platform import terraform_of
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.running import running_platform

ENVIRONMENT = "dev"


def apply() -> None:
    """What `make local` does until the resources are there."""
    build_archives.main(PROJECT)
    platform = start(ENVIRONMENT, settings_of(PROJECT, ENVIRONMENT), None)
    terraform = terraform_of(platform)
    terraform.init()
    make_boundary(platform)
    terraform.apply(lambda *_: None)


def losses(is_uploaded: bool = False) -> dict[str, list[str]]:
    """The addresses of what holds data and would go, and of what gets another address or another value."""
    build_archives.main(PROJECT)
    platform = running_platform(ENVIRONMENT)
    assert platform
    terraform = Terraform(PROJECT, ENVIRONMENT, platform.process_environment)
    saved = Path(PROJECT, ".delivery", "upgrade.tfplan")
    terraform.init()
    with code_from_local_archives(terraform) if is_uploaded else nullcontext():
        terraform.plan(saved)
    shown = terraform.shown(saved)
    changes = changes_of(shown)
    # A recreated topic has lost its subscribers, who would have to say yes again.
    topics = [change for change in changes if change.type == "aws_sns_topic" and change.is_loss]
    moved = [each["previous_address"] for each in shown["resource_changes"] if "previous_address" in each]
    lost = [change.address for change in [*losses_of(changes), *topics]]
    return {"lost": lost, "moved": moved, "changed": sorted(changed(shown["resource_changes"]))}


@contextmanager
def code_from_local_archives(terraform: Terraform) -> Iterator[None]:
    """The state as version 1.0.0 left it behind, for as long as the block lasts."""
    now = json.loads(terraform._answer("state", "pull"))
    before = now | {"resources": [each for each in now["resources"] if not holds_code_of_functions(each)]}
    before = json.loads(json.dumps(before))
    for each in before["resources"]:
        for instance in each["instances"] if each["type"] == "aws_lambda_function" else []:
            instance["attributes"] |= {"filename": "./../build/lambda.zip", "s3_bucket": None, "s3_key": None}
    push(terraform, before)
    yield
    push(terraform, now)


def holds_code_of_functions(resource: dict[str, Any]) -> bool:
    """Whether a resource of a state is the archive of the Lambda functions in the script bucket."""
    return (resource["type"], resource["name"]) == ("aws_s3_object", "functions")


def push(terraform: Terraform, state: dict[str, Any]) -> None:
    """Make another state the state of the environment, whatever its serial number."""
    pushed = Path(PROJECT, ".delivery", "pushed.tfstate")
    pushed.write_text(json.dumps(state), encoding="utf-8")
    terraform._aloud("state", "push", "-force", str(pushed))


def changed(planned: list[dict[str, Any]]) -> set[str]:
    """Each attribute that a plan changes, as type.attribute, and each resource that comes or goes, as action type."""
    found = set()
    for each in planned:
        change = each["change"]
        if change["actions"] == ["update"]:
            before, after = change["before"], change["after"]
            found |= {f"{each['type']}.{name}" for name in after if after[name] != before.get(name)}
        elif change["actions"] != ["no-op"]:
            found.add(f"{'+'.join(change['actions'])} {each['type']}")
    return found


if __name__ == "__main__":
    if sys.argv[1] == "apply":
        apply()
    elif sys.argv[1] == "down":
        down(ENVIRONMENT)
    else:
        lost_state = losses(is_uploaded=sys.argv[1] == "uploaded")
        print(json.dumps(lost_state))
