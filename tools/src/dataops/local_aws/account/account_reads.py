"""What an account says about itself and moto does not: quotas, sandboxes, regions, tags that count in bills, rights."""

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda import urls as lambda_urls
from moto.awslambda.responses import LambdaResponse
from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import Region, RegionsAndZonesBackend
from moto.ec2.models.flow_logs import FlowLogsBackend
from moto.iam.responses import IamResponse
from moto.logs.models import logs_backends
from moto.organizations.responses import OrganizationsResponse
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse
from moto.sns.responses import SNSResponse

from dataops.local_aws.access.identity import is_trusted, role_may
from dataops.local_aws.access.permission import Request
from dataops.local_aws.account.account_profile import OPT_IN_REGIONS, AccountProfile, current
from dataops.local_aws.moto_patches.patching import add, replace

# EventBridge User Guide, "Amazon EventBridge quotas".
RULES_OF_A_BUS, RULES_OF_A_SMALL_BUS, SMALL_BUSES = 300, 100, ("af-south-1", "eu-south-1")


def patch_moto() -> None:
    """Add the calls that only read, and let quotas be those of the account's profile."""
    lambda_urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch
    add(LambdaResponse, "get_account_settings", _account_settings)
    replace(ServiceQuotasBackend, "get_service_quota", lambda _: _quota)
    add(ServiceQuotasResponse, "list_service_quotas", _quotas)
    replace(RegionsAndZonesBackend, "describe_regions", lambda _: _regions)
    add(
        SNSResponse,
        "get_sms_sandbox_account_status",
        lambda _: ActionResult({"IsInSandbox": current().is_in_sms_sandbox}),
    )
    add(SNSResponse, "list_sms_sandbox_phone_numbers", lambda _: ActionResult({"PhoneNumbers": []}))
    add(CostExplorerResponse, "list_cost_allocation_tags", _cost_allocation_tags)
    add(OrganizationsResponse, "describe_effective_policy", _effective_policy)
    add(IamResponse, "simulate_principal_policy", _simulate)
    replace(FlowLogsBackend, "describe_flow_logs", _writing_or_not)


def quotas_of(profile: AccountProfile, region: str) -> dict[tuple[str, str], tuple[str, float]]:
    """Each quota that this project asks for, by service and code: its name, and its value in an account."""
    rules = RULES_OF_A_SMALL_BUS if region in SMALL_BUSES else RULES_OF_A_BUS
    return {
        ("codebuild", "L-9D07B6EF"): (
            "Concurrently running builds for Linux/Small environment",
            profile.concurrent_builds,
        ),
        ("codebuild", "L-2DC20C30"): (
            "Concurrently running builds for Linux/Medium environment",
            profile.concurrent_builds,
        ),
        ("events", "L-244521F2"): ("Number of rules", rules),
        ("glue", "L-5E4153CA"): ("Max concurrent job runs per account", profile.glue_concurrent_runs),
        ("glue", "L-08F3B322"): ("Max task DPUs per account", profile.glue_dpus),
        ("lambda", "L-B99A9384"): ("Concurrent executions", profile.lambda_concurrency),
        ("vpc", "L-F678F1CE"): ("VPCs per Region", profile.vpcs_per_region),
        ("vpc", "L-29B6F2EB"): ("Interface VPC endpoints per VPC", profile.interface_endpoints_per_vpc),
        ("vpc", "L-1B52E74A"): ("Gateway VPC endpoints per Region", profile.gateway_endpoints_per_region),
    }


def _quota(backend: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    known = quotas_of(current(), backend.region_name)
    if (service_code, quota_code) not in known:
        raise NoSuchResource
    name, value = known[service_code, quota_code]
    return {
        "ServiceCode": service_code,
        "QuotaCode": quota_code,
        "QuotaName": name,
        "Value": float(value),
        "Adjustable": True,
        "GlobalQuota": False,
        "Unit": "None",
    }


def _quotas(response: Any) -> str:
    service = json.loads(response.body)["ServiceCode"]
    known = [code for owner, code in quotas_of(current(), response.region) if owner == service]
    return json.dumps({"Quotas": [_quota(response.backend, service, code) for code in known]})


def _account_settings(response: Any) -> str:
    """Lambda API Reference, GetAccountSettings."""
    functions, most = list(response.backend.list_functions()), current().lambda_concurrency
    reserved = sum(function.reserved_concurrency or 0 for function in functions)
    limit = {"ConcurrentExecutions": most, "UnreservedConcurrentExecutions": most - reserved}
    sizes = {"TotalCodeSize": 80530636800, "CodeSizeUnzipped": 262144000, "CodeSizeZipped": 52428800}
    usage = {"FunctionCount": len(functions), "TotalCodeSize": sum(function.code_size for function in functions)}
    return json.dumps({"AccountLimit": limit | sizes, "AccountUsage": usage})


def _regions(backend: Any, region_names: list[str] | None = None) -> list[Region]:
    """EC2 API Reference, Region: opt-in-not-required, opted-in or not-opted-in, as the account has decided."""
    wanted = [region for region in backend.regions if not region_names or region.name in region_names]
    return [Region(region.name, region.endpoint, _opt_in_status(region.name)) for region in wanted]


def _opt_in_status(region: str) -> str:
    if region not in OPT_IN_REGIONS:
        return "opt-in-not-required"
    return "opted-in" if current().is_enabled(region) else "not-opted-in"


def _cost_allocation_tags(response: Any) -> str:
    """A tag is listed once something has it, and is inactive until somebody activates it; nobody has, here."""
    return json.dumps({"CostAllocationTags": []})


def _effective_policy(response: Any) -> str:
    """An account without an organisation is told so; one with an organisation has no policy of this kind here."""
    response.organizations_backend.describe_organization()
    return json.dumps({"EffectivePolicy": {"PolicyType": response._get_param("PolicyType"), "PolicyContent": "{}"}})


def _simulate(response: Any) -> ActionResult:
    """IAM API Reference, SimulatePrincipalPolicy: each action on `*`, without keys of conditions."""
    source = response._get_param("PolicySourceArn")
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": "*",
            "EvalDecision": "allowed" if role_may(source, Request(action)) else "implicitDeny",
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in response._get_param("ActionNames")
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _writing_or_not(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """moto looks for a log group by its name only; Terraform gives its ARN.

    Amazon VPC User Guide, "Troubleshoot VPC Flow Logs": "Access error"
    means that the role lacks a right or that the log group does not exist.
    """

    def describe_flow_logs(backend: Any, *given: Any, **named: Any) -> list[Any]:
        found = original(backend, *given, **named)
        groups = logs_backends[backend.account_id][backend.region_name].groups
        for log in found:
            arn = str(log.log_destination or "")
            if log.log_destination_type != "cloud-watch-logs" or not arn:
                continue
            is_fine = arn.split(":", 6)[-1] in groups and _may_write(str(log.deliver_logs_permission_arn), log, arn)
            log.deliver_logs_status = "SUCCESS" if is_fine else "FAILED"
            log.deliver_logs_error_message = None if is_fine else "Access error"
        return found

    return describe_flow_logs


def _may_write(role: str, log: Any, group: str) -> bool:
    """Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs": the least that a role needs."""
    _, partition, _, region, account, _ = group.split(":", 5)
    needed = {
        "logs:CreateLogGroup": group,
        "logs:CreateLogStream": f"{group}:log-stream:any",
        "logs:PutLogEvents": f"{group}:log-stream:any",
        "logs:DescribeLogGroups": f"arn:{partition}:logs:{region}:{account}:log-group::log-stream:",
        "logs:DescribeLogStreams": f"{group}:*",
    }
    source = {"aws:SourceArn": f"arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{log.id}"}
    context = {**source, "aws:SourceAccount": account}
    trusted = is_trusted(role, frozenset({"vpc-flow-logs.amazonaws.com"}), context)
    return trusted and all(role_may(role, Request(action, resource)) for action, resource in needed.items())
