"""Runs inside a generated project: applies parts of dev/ to a new local AWS, breaks the project, and applies again.

On standard input: the targets, the function whose role is tried, and by file what is replaced by what. Prints as JSON,
for before and after: whether Terraform succeeded, what it said, and how Lambda answered to a function in that role.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import build_archives
from botocore.config import Config
from dataops.local_platform import Platform
from dataops.local_run.boundary import make_boundary
from dataops.local_run.lifetime import down, start
from dataops.local_run.platform import initialised
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of_the_team

EMPTY_ARCHIVE = b"PK\x05\x06" + bytes(18)
ONCE = Config(retries={"total_max_attempts": 1}, proxies={})


def applied(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """What came of the targets, and of a function in a role that they made."""
    targets = [f"-target={each}" for each in given["targets"]]
    done = initialised(platform, is_first=False)._run("apply", "-auto-approve", "-input=false", "-no-color", *targets)
    said = " ".join(f"{done.stdout} {done.stderr}".replace("│", " ").split())
    return {"succeeded": done.returncode == 0, "said": said, "function": try_function(platform, given["function"])}


def try_function(platform: Platform, name: str) -> str:
    """What Lambda answers when a function is made in the network and the role that are there."""
    clients = {each: boto3.client(each, **platform.access | {"config": ONCE}) for each in ("iam", "ec2", "lambda")}
    (role,) = (each for each in clients["iam"].list_roles()["Roles"] if each["RoleName"].endswith(name))
    group = next(
        each for each in clients["ec2"].describe_security_groups()["SecurityGroups"] if each["GroupName"] != "default"
    )
    wanted = {"Name": "vpc-id", "Values": [group["VpcId"]]}
    subnets = [each["SubnetId"] for each in clients["ec2"].describe_subnets(Filters=[wanted])["Subnets"]]
    try:
        clients["lambda"].create_function(
            FunctionName="tried",
            Role=role["Arn"],
            Runtime="python3.13",
            Handler="it.it",
            Code={"ZipFile": EMPTY_ARCHIVE},
            VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group["GroupId"]]},
        )
    except clients["lambda"].exceptions.ClientError as error:
        return str(error)
    clients["lambda"].delete_function(FunctionName="tried")
    return "made"


def broken(mutations: list[list[str]]) -> Iterator[str]:
    """Change files of the project; yields what does not fit any more."""
    for file, before, after in mutations:
        path = PROJECT / file
        text = path.read_text(encoding="utf-8")
        if before not in text:
            yield f"{file}: {before}"
        path.write_text(text.replace(before, after), encoding="utf-8")


def main() -> None:
    given = json.load(sys.stdin)
    build_archives.main(PROJECT)
    platform = start("dev", settings_of_the_team(PROJECT, "dev"), None, "plain")
    try:
        make_boundary(platform)
        before = applied(platform, given)
        lost = list(broken(given["mutations"]))
        print(json.dumps({"before": before, "after": applied(platform, given), "lost": lost}))
    finally:
        down("dev")


if __name__ == "__main__":
    main()
