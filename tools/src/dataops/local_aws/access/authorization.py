"""Authorizes each call of a role's session against every policy that applies, before a service answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dataops.local_aws.access.call import aliases_of, calls_of
from dataops.local_aws.access.call_resources import Given, Scope
from dataops.local_aws.access.caller import Caller, root_of
from dataops.local_aws.access.context_keys import is_filled
from dataops.local_aws.access.encryption_keys import KeyUse, key_uses
from dataops.local_aws.access.identity import AccessDeniedError, denial, request_of, require_role
from dataops.local_aws.access.network import refused_by_endpoint
from dataops.local_aws.access.permission import Known, NotEvaluatedError, Request, effects
from dataops.local_aws.access.resource_policies import bucket_of, owner_of, policy_of
from dataops.local_aws.server.request_content import content_of

# Every caller may ask for its own identity.
FREE = ("GetCallerIdentity",)
# They authorize their calls themselves: who may merge or start depends on the pull request or the pipeline.
CHECKED_ELSEWHERE = ("codecommit", "codebuild", "codepipeline", "codeconnections", "codestar-connections")
# A session of a role that assumes a role (AWS STS API, AssumeRole).
CHAINED_SECONDS = 3600
# Services with one region for all (IAM user guide, aws:RequestedRegion).
ELSEWHERE = {"iam": "us-east-1", "budgets": "us-east-1", "chatbot": "us-east-2"}


@dataclass(frozen=True)
class Source:
    """The resource that a service acts for: `aws:SourceArn` and `aws:SourceAccount`.

    `is_named_to_keys`: whether KMS receives it too when the service uses a key.
    """

    arn: str
    account: str
    is_named_to_keys: bool = True


class DeniedCallError(Exception):
    """A denied call: its message, and the error code if it is not the service's usual one."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def authorize(caller: Caller, service: str, environ: dict[str, Any], body: Callable[[], bytes]) -> None:
    """Raise DeniedCallError if the policies do not allow a call; the account itself may do anything in it."""
    if caller.role is None and service != "sts":
        return
    operation, given = content_of(service, environ, body)
    if not operation:
        raise NotEvaluatedError(
            f"the local AWS cannot read {service} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        )
    if service == "sts" and operation == "AssumeRole":
        _assume(caller, given)
    elif caller.role and operation not in FREE:
        require_call(caller, service, operation, given, environ)
        _pass_endpoint(caller, service, operation, given, environ)


def _pass_endpoint(caller: Caller, service: str, operation: str, given: Given, environ: dict[str, Any]) -> None:
    """Raise DeniedCallError if the policy of the VPC endpoint that a request passes does not allow it."""
    if caller.network is None:
        return
    for call in calls_of(Scope(caller.account, caller.region), service, operation, given, environ):
        request = request_of(caller, call.action, call.resource, call.context)
        reason = refused_by_endpoint(caller.network, service, request)
        if reason is not None:
            raise DeniedCallError(sentence(service, caller.arn, call.action, call.resource, reason))


def _assume(caller: Caller, given: Given) -> None:
    try:
        require_role(caller, str(given.get("RoleArn")))
    except AccessDeniedError as error:
        raise DeniedCallError(str(error)) from error
    if caller.role and int(given.get("DurationSeconds", CHAINED_SECONDS)) > CHAINED_SECONDS:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise DeniedCallError(message, "ValidationError")


def require_call(caller: Caller, service: str, operation: str, given: Given, environ: dict[str, Any]) -> None:
    """Raise DeniedCallError unless a session of a role may make a call and use the keys that the call needs."""
    scope = Scope(caller.account, caller.region)
    regional: dict[str, Known] = {"aws:RequestedRegion": ELSEWHERE[service]} if service in ELSEWHERE else {}
    for call in calls_of(scope, service, operation, given, environ):
        if service in CHECKED_ELSEWHERE and call.action != "iam:PassRole":
            continue
        policy = policy_of(call.resource) if call.resource.startswith("arn:") else None
        reason = denial(
            caller, call.action, call.resource, {**call.context, **regional}, policy, owner=owner_of(call.resource)
        )
        if reason is not None:
            raise DeniedCallError(sentence(service, caller.arn, call.action, call.resource, reason))
    for use in key_uses(scope, service, operation, given, environ):
        require_key(caller, use, service)
    if service == "s3" and operation in ("GetObject", "HeadObject"):
        _may_know(caller, given)


def _may_know(caller: Caller, given: Given) -> None:
    """Hide that an object is missing from callers who may not list its bucket (S3 API, GetObject: "Permissions")."""
    bucket = f"arn:aws:s3:::{given['Bucket']}"
    found = bucket_of(bucket)
    if found is None or given["Key"] in found.keys:
        return
    context: dict[str, Known] = {"s3:prefix": given["Key"]}
    reason = denial(caller, "s3:ListBucket", bucket, context, policy_of(bucket), owner=found.account_id)
    if reason is not None:
        raise DeniedCallError(sentence("s3", caller.arn, "s3:ListBucket", bucket, reason))


def require_key(caller: Caller, use: KeyUse, service: str) -> None:
    """Raise DeniedCallError unless the key's policy, the caller's own or a grant allows its use through a service."""
    context: dict[str, Known] = {
        "kms:ViaService": use.service,
        "kms:CallerAccount": caller.account,
        "kms:GrantIsForAWSResource": "true",
        "aws:ViaAWSService": "true",
        "aws:CalledVia": [f"{use.service.split('.')[0]}.amazonaws.com"],
        **{f"kms:EncryptionContext:{name}": value for name, value in use.context},
        **aliases_of(use.key),
    }
    reason = denial(caller, use.action, use.key, context, policy_of(use.key), needs_resource=True)
    if reason is not None and not reason.startswith("with") and is_granted(caller, use):
        return
    if reason is not None:
        code = {"sns": "KMSAccessDenied", "sqs": "KMS.AccessDeniedException"}.get(service, "")
        raise DeniedCallError(sentence(service, caller.arn, use.action, use.key, reason), code)


def is_granted(caller: Caller, use: KeyUse) -> bool:
    """Whether a grant of the key lets the caller do something."""
    _, _, _, region, account, rest = use.key.split(":", 5)
    key = Scope(account, region).backend("kms").keys[rest.removeprefix("key/")]
    grants = [grant for grant in key.grants.values() if grant.grantee_principal in caller.names - {root_of(account)}]
    return any(use.action.partition(":")[2] in grant.operations for grant in grants)


def require_service_call(principal: str, action: str, arn: str, source: Source) -> None:
    """Raise DeniedCallError unless a service may do something to a resource and may use the resource's key."""
    context: dict[str, Known] = {
        "aws:SourceArn": source.arn,
        "aws:SourceAccount": source.account,
        "aws:SourceOwner": source.account,
    }
    _require_service(principal, action, arn, context)
    service, operation = action.split(":")
    scope = Scope(arn.split(":")[4], arn.split(":")[3])
    given = {"QueueUrl": arn.rpartition(":")[2], "TopicArn": arn}
    for use in key_uses(scope, service, operation, given, {}):
        encryption: dict[str, Known] = {f"kms:EncryptionContext:{name}": value for name, value in use.context}
        _require_service(principal, use.action, use.key, (context if source.is_named_to_keys else {}) | encryption)


def _require_service(principal: str, action: str, arn: str, context: Mapping[str, Known]) -> None:
    fixed = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": principal}
    request = Request(action, arn, frozenset({principal}), {**fixed, **context}, is_filled=is_filled)
    found = effects([policy_of(arn)], request)
    if "Deny" in found:
        raise DeniedCallError(sentence("", principal, action, arn, "with an explicit deny in a resource-based policy"))
    if "Allow" not in found:
        reason = f"because no resource-based policy allows the {action} action"
        raise DeniedCallError(sentence("", principal, action, arn, reason))


def sentence(service: str, who: str, action: str, resource: str, reason: str) -> str:
    """AWS's message for a denied call, as the service writes it."""
    if service == "sns" and action.startswith("sns:"):
        action, reason = action.replace("sns:", "SNS:"), reason.replace("sns:", "SNS:")
    if service == "s3" and action.startswith("s3:"):
        resource = f'"{resource}"'
    denial_text = f"User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"
    return f"You are not authorized to perform this operation. {denial_text}" if service == "ec2" else denial_text
