"""AWS Key Management Service: who a key policy names, and that somebody may still change it."""

from dataops.local_aws.access.permission import Request, effects
from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.principals import unknown_principal, unknown_service

MALFORMED = "MalformedPolicyDocumentException"
# aws-samples/siem-on-amazon-opensearch-service#32
NO_PRINCIPAL = "Policy contains a statement with one or more invalid principals."
# AWS KMS API Reference, PutKeyPolicy, BypassPolicyLockoutSafetyCheck.
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."


def principals_exist(call: Call) -> None:
    """AWS KMS developer guide, "Key policies": the principals must exist and be visible to KMS."""
    policy = call.given.get("Policy") or ""
    if unknown_principal(call.caller, policy) or unknown_service(call.caller, policy):
        refuse(MALFORMED, NO_PRINCIPAL)


def caller_may_change_it_later(call: Call) -> None:
    """The lockout safety check."""
    policy = call.given.get("Policy")
    if not policy or call.given.get("BypassPolicyLockoutSafetyCheck"):
        return
    request = Request("kms:PutKeyPolicy", "*", call.caller.names, call.caller.context)
    if effects([policy], request) != {"Allow"}:
        refuse(MALFORMED, LOCKED_OUT)


REFUSALS: Rules = {
    "CreateKey": (principals_exist, caller_may_change_it_later),
    "PutKeyPolicy": (principals_exist, caller_may_change_it_later),
}
