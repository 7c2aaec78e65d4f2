"""Amazon S3: no policy may be public where Block Public Access says so, and its principals must exist."""

from typing import Any

from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.principals import statements_of, unknown_principal

# S3 user guide, "Blocking public access", "The meaning of public": a fixed value for one of these makes it private.
NARROWING = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)


def policy_is_not_public(call: Call) -> None:
    """S3 user guide, "Troubleshoot access denied (403 Forbidden) errors": the sentence of BlockPublicPolicy."""
    bucket = call.held("s3").buckets.get(call.given["Bucket"])
    block = bucket.public_access_block if bucket else None
    if block and _is_on(block.block_public_policy) and any(map(_is_public, statements_of(call.given["Policy"]))):
        why = "because public policies are blocked by the BlockPublicPolicy block public access setting."
        who, where = call.caller.arn, f'"arn:aws:s3:::{call.given["Bucket"]}"'
        refuse(
            "AccessDenied",
            f"User: {who} is not authorized to perform: s3:PutBucketPolicy on resource: {where} {why}",
            403,
        )


def principals_exist(call: Call) -> None:
    """S3 user guide, "Bucket policies": MalformedPolicy."""
    if unknown_principal(call.caller, call.given["Policy"]):
        refuse("MalformedPolicy", "Invalid principal in policy")


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"


def _is_public(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _several(principal.get("AWS", [])))
    keys = {key.lower() for test in statement.get("Condition", {}).values() for key in test}
    return bool(statement.get("Effect") == "Allow" and everybody and not keys & NARROWING)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


REFUSALS: Rules = {"PutBucketPolicy": (policy_is_not_public, principals_exist)}
