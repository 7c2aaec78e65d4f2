"""AWS Identity and Access Management: the sizes of policies, how many a role holds, and who may be trusted."""

import re

from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.principals import unknown_principal

# IAM user guide, "IAM and AWS STS quotas": IAM does not count white space.
MANAGED_POLICY, INLINE_POLICIES, TRUST_POLICY, MANAGED_PER_ROLE = 6144, 10_240, 2048, 10


def size_of(document: str) -> int:
    """The characters of a policy that IAM counts."""
    return len(re.sub(r"\s", "", document))


def managed_policy_fits(call: Call) -> None:
    """The quota "Managed policy length"."""
    if size_of(call.given["PolicyDocument"]) > MANAGED_POLICY:
        refuse("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_POLICY}", 409)


def inline_policies_fit(call: Call) -> None:
    """The quota "Role inline policies": all of a role count together."""
    name, others = call.given["RoleName"], {}
    for role in list(call.held("iam").roles.values()):
        if role.name == name:
            others = {key: text for key, text in role.policies.items() if key != call.given["PolicyName"]}
    if sum(map(size_of, [*others.values(), call.given["PolicyDocument"]])) > INLINE_POLICIES:
        refuse("LimitExceeded", f"Maximum policy size of {INLINE_POLICIES} bytes exceeded for role {name}", 409)


def trust_policy_fits(call: Call) -> None:
    """The quota "Role trust policy length"."""
    if size_of(_trust(call)) > TRUST_POLICY:
        refuse("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY}", 409)


def trusted_principals_exist(call: Call) -> None:
    """IAM user guide, "Troubleshoot IAM policies": the principal of a trust policy must exist."""
    missing = unknown_principal(call.caller, _trust(call))
    if missing:
        refuse("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{missing}"')


def role_has_room_for_a_policy(call: Call) -> None:
    """The quota "Managed policies attached to an IAM role"."""
    for role in list(call.held("iam").roles.values()):
        is_new = call.given["PolicyArn"] not in role.managed_policies
        if role.name == call.given["RoleName"] and is_new and len(role.managed_policies) >= MANAGED_PER_ROLE:
            refuse("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {MANAGED_PER_ROLE}", 409)


def _trust(call: Call) -> str:
    return str(call.given.get("AssumeRolePolicyDocument") or call.given.get("PolicyDocument"))


REFUSALS: Rules = {
    "CreatePolicy": (managed_policy_fits,),
    "CreatePolicyVersion": (managed_policy_fits,),
    "PutRolePolicy": (inline_policies_fit,),
    "CreateRole": (trust_policy_fits, trusted_principals_exist),
    "UpdateAssumeRolePolicy": (trust_policy_fits, trusted_principals_exist),
    "AttachRolePolicy": (role_has_room_for_a_policy,),
}
