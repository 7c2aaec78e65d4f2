"""Whether the person may make what bootstrap/ or pipeline/ makes, as far as IAM's simulator knows."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from operations.deployment import PROJECT
from operations.doctor.check import Check
from operations.doctor.finding import Finding, fine, look
from operations.doctor.needs import Needs
from operations.doctor.reading import Reader

RESOURCE = re.compile(r'^resource "(\w+)"', re.MULTILINE)
ALLOWED = "allowed"
# Of each kind of resource, the call that makes it. A test compares the kinds with those in the Terraform.
MADE_BY = {
    "aws_cloudwatch_event_rule": "events:PutRule",
    "aws_cloudwatch_event_target": "events:PutTargets",
    "aws_cloudwatch_log_group": "logs:CreateLogGroup",
    "aws_cloudwatch_metric_alarm": "cloudwatch:PutMetricAlarm",
    "aws_codebuild_project": "codebuild:CreateProject",
    "aws_codecommit_approval_rule_template": "codecommit:CreateApprovalRuleTemplate",
    "aws_codecommit_approval_rule_template_association": "codecommit:AssociateApprovalRuleTemplateWithRepository",
    "aws_codecommit_repository": "codecommit:CreateRepository",
    "aws_codeconnections_connection": "codeconnections:CreateConnection",
    "aws_codepipeline": "codepipeline:CreatePipeline",
    "aws_dynamodb_table": "dynamodb:CreateTable",
    "aws_iam_policy": "iam:CreatePolicy",
    "aws_iam_role": "iam:CreateRole",
    "aws_iam_role_policy": "iam:PutRolePolicy",
    "aws_iam_role_policy_attachment": "iam:AttachRolePolicy",
    "aws_kms_alias": "kms:CreateAlias",
    "aws_kms_key": "kms:CreateKey",
    "aws_lambda_function": "lambda:CreateFunction",
    "aws_lambda_permission": "lambda:AddPermission",
    "aws_s3_bucket": "s3:CreateBucket",
    "aws_s3_bucket_policy": "s3:PutBucketPolicy",
    "aws_s3_bucket_public_access_block": "s3:PutBucketPublicAccessBlock",
    "aws_sns_topic": "sns:CreateTopic",
    "aws_sns_topic_subscription": "sns:Subscribe",
    "aws_sqs_queue": "sqs:CreateQueue",
}


class Simulated(NamedTuple):
    """What IAM's simulator says of one action."""

    action: str
    is_allowed: bool
    is_allowed_by_organisation: bool


def read_rights(needs: Needs, reader: Reader) -> list[Simulated] | None:
    """What the simulator says of the caller; None for the account's root user, who may do anything."""
    who = reader.ask("sts", "GetCallerIdentity")["Arn"]
    if who.endswith(":root"):
        return None
    names = actions_of(PROJECT, needs.is_pipeline)
    answer = reader.ask(
        "iam", "SimulatePrincipalPolicy", PolicySourceArn=source_of(who, reader), ActionNames=names, MaxItems=1000
    )
    return [simulated(result) for result in answer["EvaluationResults"]]


def actions_of(project: Path, is_pipeline: bool) -> list[str]:
    """The calls that make the resources of the Terraform which a person applies next."""
    folders = ["modules/storage", "pipeline" if is_pipeline else "bootstrap"]
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in sorted((project / folder).glob("*.tf"))]
    kinds = {kind for text in texts for kind in RESOURCE.findall(text)}
    return sorted({MADE_BY[kind] for kind in kinds if kind in MADE_BY})


def source_of(arn: str, reader: Reader) -> str:
    """A session's role as IAM knows it: with its path, which the session's ARN leaves out."""
    session = re.fullmatch(r"arn:[\w-]+:sts::\d+:assumed-role/([^/]+)/.+", arn)
    return str(reader.ask("iam", "GetRole", RoleName=session[1])["Role"]["Arn"]) if session else arn


def simulated(result: dict[str, Any]) -> Simulated:
    """One result in short."""
    by_organisation = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    return Simulated(result["EvalActionName"], result["EvalDecision"] == ALLOWED, by_organisation)


def judge_rights(needs: Needs, found: list[Simulated] | None) -> list[Finding]:
    """Never a failure: the simulator asks without resources and conditions, so a narrow right looks like none."""
    if found is None:
        return [
            look(
                "You are the account's root user.",
                "Use an administrator's role instead, and keep root's credentials away.",
            )
        ]
    denied = [each.action for each in found if not each.is_allowed_by_organisation]
    lacking = [each.action for each in found if not each.is_allowed and each.is_allowed_by_organisation]
    findings = []
    if denied:
        advice = "Ask who administers the organisation; a policy with conditions may allow it in fact."
        findings.append(look(f"Your organisation seems to deny {', '.join(denied)}.", advice))
    if lacking:
        advice = "If your rights name resources, this may be wrong; else use an administrator's role."
        findings.append(look(f"You seem to lack {', '.join(lacking)}.", advice))
    return findings or [fine(f"{len(found)} actions, all allowed")]


CHECKS = [Check("your rights", read_rights, judge_rights)]
