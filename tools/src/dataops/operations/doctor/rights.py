"""Checks what the person may create, and what an organisation denies, as far as IAM's policy simulator knows."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fine, look
from dataops.operations.doctor.identity import read_identity
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader
from dataops.project import PROJECT

RESOURCE = re.compile(r'^resource "(\w+)"', re.MULTILINE)
ALLOWED = "allowed"
# The services of a delivery's role; an organisation denies it what it denies to everybody in the account.
ENVIRONMENT = ["modules/alarm", "modules/dataset", "modules/environment", "modules/notification"]
# The call that creates each kind of resource. A test compares the kinds with those in the Terraform.
MADE_BY = {
    "aws_athena_named_query": "athena:CreateNamedQuery",
    "aws_athena_workgroup": "athena:CreateWorkGroup",
    "aws_budgets_budget": "budgets:ModifyBudget",
    "aws_chatbot_slack_channel_configuration": "chatbot:CreateSlackChannelConfiguration",
    "aws_chatbot_teams_channel_configuration": "chatbot:CreateMicrosoftTeamsChannelConfiguration",
    "aws_cloudwatch_dashboard": "cloudwatch:PutDashboard",
    "aws_cloudwatch_log_metric_filter": "logs:PutMetricFilter",
    "aws_cloudwatch_query_definition": "logs:PutQueryDefinition",
    "aws_flow_log": "ec2:CreateFlowLogs",
    "aws_glue_catalog_database": "glue:CreateDatabase",
    "aws_glue_catalog_table": "glue:CreateTable",
    "aws_glue_connection": "glue:CreateConnection",
    "aws_glue_crawler": "glue:CreateCrawler",
    "aws_glue_data_quality_ruleset": "glue:CreateDataQualityRuleset",
    "aws_glue_job": "glue:CreateJob",
    "aws_glue_security_configuration": "glue:CreateSecurityConfiguration",
    "aws_lakeformation_permissions": "lakeformation:GrantPermissions",
    "aws_lakeformation_resource": "lakeformation:RegisterResource",
    "aws_lambda_event_source_mapping": "lambda:CreateEventSourceMapping",
    "aws_route_table": "ec2:CreateRouteTable",
    "aws_security_group": "ec2:CreateSecurityGroup",
    "aws_subnet": "ec2:CreateSubnet",
    "aws_vpc": "ec2:CreateVpc",
    "aws_vpc_endpoint": "ec2:CreateVpcEndpoint",
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
    """The simulator's result for one action."""

    action: str
    is_allowed: bool
    is_allowed_by_organisation: bool
    # Whether the person does it, and not a role of the delivery.
    is_own: bool = True


def read_rights(needs: Needs, reader: Reader) -> list[Simulated] | None:
    """Read the simulator's results for the caller; None for the account's root user, who may do anything."""
    who = read_identity(needs, reader)["Arn"]
    if who.endswith(":root"):
        return None
    own = actions_of(PROJECT, ["modules/storage", "pipeline" if needs.is_pipeline else "bootstrap"])
    everything = own if needs.is_pipeline else sorted({*own, *actions_of(PROJECT, ENVIRONMENT)})
    # One page has at most a thousand results.
    source = source_of(who, reader)
    answer = reader.ask("iam", "SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=everything, MaxItems=1000)
    return [simulated(result, own) for result in answer["EvaluationResults"]]


def actions_of(project: Path, folders: list[str]) -> list[str]:
    """Return the calls that create the resources of some folders' Terraform."""
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in sorted((project / folder).glob("*.tf"))]
    kinds = {kind for text in texts for kind in RESOURCE.findall(text)}
    return sorted({MADE_BY[kind] for kind in kinds if kind in MADE_BY})


def source_of(arn: str, reader: Reader) -> str:
    """Return a session's role as IAM has it: with its path, which the session's ARN lacks."""
    session = re.fullmatch(r"arn:[\w-]+:sts::\d+:assumed-role/([^/]+)/.+", arn)
    return str(reader.ask("iam", "GetRole", RoleName=session[1])["Role"]["Arn"]) if session else arn


def simulated(result: dict[str, Any], own: list[str]) -> Simulated:
    """Return one result in short."""
    by_organisation = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    action = result["EvalActionName"]
    return Simulated(action, result["EvalDecision"] == ALLOWED, by_organisation, action in own)


def check_rights(needs: Needs, found: list[Simulated] | None) -> list[Finding]:
    """Check permissions, never as a failure: without resources and conditions, a narrow permission looks like none."""
    if found is None:
        return [
            look(
                "You are the account's root user.",
                "Use an administrator's role instead, and keep root's credentials away.",
            )
        ]
    denied = [each.action for each in found if not each.is_allowed_by_organisation]
    lacking = [each.action for each in found if each.is_own and not each.is_allowed and each.is_allowed_by_organisation]
    findings = []
    if denied:
        advice = "Ask who administers the organisation; a policy with conditions may allow it in fact."
        findings.append(look(f"Your organisation seems to deny {', '.join(denied)}.", advice))
    if lacking:
        advice = "If your rights name resources, this may be wrong; else use an administrator's role."
        findings.append(look(f"You seem to lack {', '.join(lacking)}.", advice))
    return findings or [fine(f"{len(found)} actions, all allowed")]


CHECKS = [Check("your rights", read_rights, check_rights)]
