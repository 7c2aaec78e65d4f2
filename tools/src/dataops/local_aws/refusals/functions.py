"""AWS Lambda: the checks of a function's role, network, queue and account before the service accepts a request."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dataops.local_aws.access.authorization import DeniedCallError, require_call
from dataops.local_aws.access.identity import AccessDeniedError, role_may
from dataops.local_aws.access.permission import Request
from dataops.local_aws.access.roles import as_service
from dataops.local_aws.account import account_profile
from dataops.local_aws.refusals.call import Call, Rules, refuse

INVALID = "InvalidParameterValueException"
# Lambda developer guide, "Lambda quotas".
ENVIRONMENT_BYTES = 4096
# Lambda developer guide, "Defined runtime environment variables": reserved.
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)
VARIABLES = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)


def role_may_do_what_the_function_needs(call: Call) -> None:
    """Lambda checks the role's permissions before it creates anything.

    hashicorp/terraform-provider-aws#20698 and the developer guide, "Giving Lambda functions access to resources in a
    VPC": the permissions to delete and describe interfaces are checked without a resource. Likewise the dead-letter
    queue ("Capturing records of Lambda asynchronous invocations") and X-Ray ("Execution role permissions").
    """
    wanted = _wanted(call)
    role = str(wanted.get("Role"))
    try:
        as_service("lambda", role, call.arn("lambda", f"function:{call.given['FunctionName']}"), call.caller.region)
    except AccessDeniedError:
        refuse(INVALID, "The role defined for the function cannot be assumed by Lambda.")
    for action, resource, service in _needed(call, wanted):
        if not role_may(role, Request(action, resource)):
            name = action.partition(":")[2]
            refuse(INVALID, f"The provided execution role does not have permissions to call {name} on {service}")


def code_may_be_read(call: Call) -> None:
    """Lambda reads code in S3 with the caller's permissions, and passes on S3's error.

    The sentence: awslabs/lambda-streams-to-firehose#21 on creation, buildkite/elastic-ci-stack-for-aws#564 on a change
    of the code, whose maintainers quote AWS on whose permissions count. IAM user guide, "Forward access sessions".
    """
    code = call.given.get("Code") or {} if call.operation == "CreateFunction" else call.given
    if not call.caller.role or not code.get("S3Bucket"):
        return
    reader = replace(call.caller, session_keys=call.caller.session_keys | {"aws:ViaAWSService": "true"})
    wanted = {"Bucket": code["S3Bucket"], "Key": code["S3Key"], "VersionId": code.get("S3ObjectVersion")}
    try:
        require_call(reader, "s3", "GetObject", wanted, {})
    except DeniedCallError as error:
        address = f"{code['S3Bucket']}/{code['S3Key']}"
        refuse(
            "AccessDeniedException",
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
            f"for {address}. S3 Error Code: AccessDenied. S3 Error Message: {error}",
            403,
        )


def network_exists(call: Call) -> None:
    """The form in which Lambda passes on an error of EC2."""
    network = call.given.get("VpcConfig") or {}
    groups = {group for each in call.held("ec2").groups.values() for group in each}
    for group in network.get("SecurityGroupIds") or []:
        if group not in groups:
            refuse(
                INVALID,
                "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
                f"EC2 Error Message: The security group '{group}' does not exist",
            )


def environment_fits(call: Call) -> None:
    """The quota "Environment variables", and the reserved names."""
    given = (call.given.get("Environment") or {}).get("Variables") or {}
    measured = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > ENVIRONMENT_BYTES:
        refuse(INVALID, f"{VARIABLES} exceeded the 4KB limit. String measured: {measured}")
    reserved = sorted(RESERVED & given.keys())
    if reserved:
        refuse(
            INVALID,
            f"{VARIABLES} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )


def account_keeps_room(call: Call) -> None:
    """Lambda developer guide, "Configuring reserved concurrency"; the unreserved minimum depends on the account."""
    profile = account_profile.current()
    name = call.given["FunctionName"].rpartition(":")[2]
    others = [f for f in call.held("lambda").list_functions() if f.function_name != name]
    reserved = sum(int(each.reserved_concurrency or 0) for each in others) + call.given["ReservedConcurrentExecutions"]
    least = profile.lambda_unreserved_minimum
    if profile.lambda_concurrency - reserved < least:
        refuse(
            INVALID,
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{least}].",
        )


def source_suits_the_function(call: Call) -> None:
    """Lambda developer guide, "Using Lambda with Amazon SQS"; the sentences: anomalyco/sst#5737, serverless#8989."""
    arn, function = _source(call)
    queue = call.held("sqs").queues.get(arn.rpartition(":")[2]) if ":sqs:" in arn else None
    if queue is None or function is None:
        return
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        if not role_may(function.role, Request(f"sqs:{action}", arn)):
            refuse(INVALID, f"The function execution role does not have permissions to call {action} on SQS")
    if int(queue.visibility_timeout) < int(function.timeout):
        times = f"{queue.visibility_timeout} seconds is less than Function timeout: {function.timeout} seconds"
        refuse(INVALID, f"Invalid request: Queue visibility timeout: {times}")


def large_batches_have_a_window(call: Call) -> None:
    """Lambda API Reference, CreateEventSourceMapping, BatchSize; serverless/serverless#8989 shows the sentence."""
    if (call.given.get("BatchSize") or 10) > 10 and not call.given.get("MaximumBatchingWindowInSeconds"):
        sentence = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        refuse(INVALID, sentence)


def _wanted(call: Call) -> dict[str, Any]:
    """The settings of a function after the call: the given ones, and on an update those that it keeps."""
    if call.operation == "CreateFunction":
        return call.given
    function = _function(call, call.given["FunctionName"])
    kept: dict[str, Any] = dict(function.get_configuration()) if function else {}
    return kept | {name: value for name, value in call.given.items() if value is not None}


def _needed(call: Call, wanted: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each action that the role must be allowed, with its resource and the service's name in Lambda's message."""
    network = wanted.get("VpcConfig") or {}
    if network.get("SubnetIds"):
        resources = [f"subnet/{each}" for each in network["SubnetIds"]]
        resources += [f"security-group/{each}" for each in network.get("SecurityGroupIds") or []]
        for resource in ("network-interface/*", *resources):
            yield "ec2:CreateNetworkInterface", call.arn("ec2", resource), "EC2"
        yield "ec2:DescribeNetworkInterfaces", "*", "EC2"
        yield "ec2:DeleteNetworkInterface", "*", "EC2"
    target = (wanted.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    if ":sqs:" in target:
        yield "sqs:SendMessage", target, "SQS"
    elif ":sns:" in target:
        yield "sns:Publish", target, "SNS"
    if (wanted.get("TracingConfig") or {}).get("Mode") == "Active":
        yield "xray:PutTraceSegments", "*", "XRAY"


def _source(call: Call) -> tuple[str, Any | None]:
    """The queue of an event source mapping, and its function."""
    given = call.given
    if call.operation == "UpdateEventSourceMapping":
        mapping = call.held("lambda")._event_source_mappings.get(given["UUID"])
        if mapping is None:
            return "", None
        return str(mapping.event_source_arn), _function(call, given.get("FunctionName") or mapping.function_arn)
    return str(given.get("EventSourceArn") or ""), _function(call, given["FunctionName"])


def _function(call: Call, name: str) -> Any | None:
    """A function by its name or ARN; None if there is none, which moto itself refuses."""
    try:
        return call.held("lambda").get_function(name.split(":function:")[-1].partition(":")[0])
    except Exception:
        return None


REFUSALS: Rules = {
    "CreateFunction": (code_may_be_read, environment_fits, network_exists, role_may_do_what_the_function_needs),
    "UpdateFunctionCode": (code_may_be_read,),
    "UpdateFunctionConfiguration": (environment_fits, network_exists, role_may_do_what_the_function_needs),
    "PutFunctionConcurrency": (account_keeps_room,),
    "CreateEventSourceMapping": (large_batches_have_a_window, source_suits_the_function),
    "UpdateEventSourceMapping": (source_suits_the_function,),
}
