"""Runs inside a generated project, in a process of its own: applies pipeline/ to a new local AWS and destroys it again.

The CodeCommit repository is there before, as after `make push`, and is adopted. Prints as JSON how many resources
were made, whether a second plan found nothing to do, what AWS said while the project was broken, and what was left, in
the state and of the repository.
"""

import json
import subprocess
from typing import Any

import boto3
import build_archives
from dataops.local_run.lifetime import down, start
from dataops.local_run.platform import terraform_of
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.terraform import Terraform

PIPELINE = "pipeline"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# For each file: the present text, and the wrong text that replaces it.
BROKEN = {
    "pipeline/review.tf": (
        'sid       = "FindSummaries"\n    actions   = ["s3:ListBucket"]',
        'actions = ["s3:GetBucketAcl"]',
    ),
    "pipeline/trigger.tf": ("  role_arn  = aws_iam_role.starter[each.value.role].arn\n", ""),
}
CONCERNED = ("aws_iam_policy.person", "aws_cloudwatch_event_target.trigger")


def make_what_is_there_before(settings: dict[str, Any], access: dict[str, Any]) -> None:
    """The boundary that bootstrap/ makes, and the roles of people."""
    iam = boto3.client("iam", **access)
    iam.create_policy(PolicyName=settings["names"]["boundary"], PolicyDocument=json.dumps(ANYTHING))
    people = {"Effect": "Allow", "Principal": {"AWS": settings["environment"]["account"]}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [people]})
    for role in {*settings["project"]["approvers"], *settings["delivery"]["developers"]}:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)


def adopted(terraform: Terraform) -> int:
    """Apply as `make pipeline ADOPT=true` does; how many resources were made or changed."""
    terraform.environment["TF_VAR_adopt_repository"] = "true"
    try:
        return terraform.apply(lambda *_: None)
    finally:
        del terraform.environment["TF_VAR_adopt_repository"]


def refuses_to_destroy(terraform: Terraform) -> bool:
    """Whether Terraform refuses to destroy what would take the code with it."""
    try:
        terraform.destroy(lambda *_: None)
    except SystemExit as refused:
        return "prevent_destroy" in str(refused)
    return False


def record_as_read_by(role: str, settings: dict[str, Any], access: dict[str, Any]) -> str:
    """What S3 answers to an approver who asks for the record of an environment that nothing was delivered to."""
    arn = f"arn:aws:iam::{settings['environment']['account']}:role/{role}"
    given = boto3.client("sts", **access).assume_role(RoleArn=arn, RoleSessionName="reader")["Credentials"]
    keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    s3 = boto3.client("s3", **access | keys, aws_session_token=given["SessionToken"])
    try:
        s3.get_object(Bucket=settings["delivery"]["buckets"]["artifact"], Key="deployed/dev.json")
    except s3.exceptions.ClientError as error:
        return str(error)
    return "read"


def said_while_broken(terraform: Terraform) -> str:
    """What Terraform says of the project while it is broken."""
    before = {name: (PROJECT / name).read_text(encoding="utf-8") for name in BROKEN}
    for name, (old, new) in BROKEN.items():
        assert before[name].count(old) == 1, f"{name} does not hold once: {old}"
        (PROJECT / name).write_text(before[name].replace(old, new), encoding="utf-8")
    try:
        return applied_in_part(terraform)
    finally:
        for name, text in before.items():
            (PROJECT / name).write_text(text, encoding="utf-8")


def applied_in_part(terraform: Terraform) -> str:
    """Apply what the broken places concern; what Terraform says."""
    targets = [f"-target={each}" for each in CONCERNED]
    done = terraform._run("apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false", *targets)
    return " ".join(f"{done.stdout} {done.stderr}".replace("│", " ").split())


def let_go_of_the_repository(terraform: Terraform) -> None:
    """Take it out of the state, as docs/change-management.md says."""
    (repository,) = (each for each in terraform.resources() if each.startswith("aws_codecommit_repository."))
    subprocess.run(
        [*terraform.command, "state", "rm", repository], cwd=terraform.folder, env=terraform.environment, check=True
    )


def main() -> None:
    settings = settings_of(PROJECT, PIPELINE)
    platform = start(PIPELINE, settings, None)
    try:
        make_what_is_there_before(settings, platform.access)
        build_archives.main(PROJECT)
        codecommit = boto3.client("codecommit", **platform.access)
        repository = settings["project"]["git"]["repository"]
        codecommit.create_repository(repositoryName=repository)
        terraform = terraform_of(platform)
        terraform.init()
        found = {
            "made": adopted(terraform),
            "settled": terraform.is_settled(),
            "refused": refuses_to_destroy(terraform),
        }
        approver = settings["project"]["approvers"][0]
        found["record"] = record_as_read_by(approver, settings, platform.access)
        found["broken"] = said_while_broken(terraform)
        found["record while broken"] = record_as_read_by(approver, settings, platform.access)
        applied_in_part(terraform)
        let_go_of_the_repository(terraform)
        found |= {"gone": terraform.destroy(lambda *_: None), "left": terraform.resources()}
        codecommit.get_repository(repositoryName=repository)
        print(json.dumps(found))
    finally:
        down(PIPELINE)


if __name__ == "__main__":
    main()
