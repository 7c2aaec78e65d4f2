"""Runs inside a generated project, in a process of its own: applies pipeline/ to a new local AWS and destroys it again.

Prints as JSON how many resources were made, whether a second plan found nothing to do, and what was left.
"""

import json
from typing import Any

import boto3
from local.job_settings import settings_of
from local.lifetime import down, start
from local.platform import terraform_of
from local.running import PROJECT

PIPELINE = "pipeline"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def make_what_is_there_before(settings: dict[str, Any], access: dict[str, Any]) -> None:
    """The boundary that bootstrap/ makes, and the roles of people."""
    iam = boto3.client("iam", **access)
    iam.create_policy(PolicyName=settings["names"]["boundary"], PolicyDocument=json.dumps(ANYTHING))
    people = {"Effect": "Allow", "Principal": {"AWS": settings["environment"]["account"]}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [people]})
    for role in {*settings["project"]["approvers"], *settings["delivery"]["developers"]}:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)


def main() -> None:
    settings = settings_of(PROJECT, PIPELINE)
    platform = start(PIPELINE, settings, None)
    try:
        make_what_is_there_before(settings, platform.access)
        terraform = terraform_of(platform)
        terraform.init()
        made = terraform.apply(lambda *_: None)
        settled = terraform.is_settled()
        gone = terraform.destroy(lambda *_: None)
        print(json.dumps({"made": made, "settled": settled, "gone": gone, "left": terraform.resources()}))
    finally:
        down(PIPELINE)


if __name__ == "__main__":
    main()
