"""Permission changes: each as principal, action and resource, in words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dataops.delivery.change import UNKNOWN_CHANGE, Change, is_marked
from dataops.delivery.network_change import network_notes, outside_of_the_network
from dataops.delivery.permission_words import (
    ANOTHER_ACCOUNT,
    ANY_ACTION,
    ANY_RESOURCE,
    ANYBODY,
    HIGHLIGHTS,
    LIFTED,
    NO_BOUNDARY,
    NOT_SHOWN,
    OUTSIDE_IDENTITY,
    UNKNOWN,
    holder,
    short,
    value,
)  # fmt: skip
from dataops.delivery.plain_text import one_line
from dataops.delivery.policy_grants import ANY, OTHERS, Grant, Grants, gathered, grants_of, is_policy, is_wide, is_wild

TRUST = "assume_role_policy"
IDENTITIES = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
WORKS_AS, WORKERS = ("role", "role_arn"), ("aws_lambda_function", "aws_glue_job", "aws_glue_crawler")
# Policies that the configuration must set; AWS fills in the others if they are not set.
GIVEN = {("aws_iam_role", TRUST)} | {
    (f"aws_{kind}", "policy")
    for kind in ("iam_group_policy", "iam_policy", "iam_role_policy", "iam_user_policy", "kms_key_policy",
                 "s3_bucket_policy", "secretsmanager_secret_policy", "sns_topic_policy", "sqs_queue_policy")
}  # fmt: skip
# An argument of such a name is a policy; some of these grant nothing or have sentences of their own.
POLICY = re.compile(r"polic(y|ies)")
NO_PERMISSIONS = re.compile(r"redrive|lifecycle_policy|delivery_policy|_policy_arns?$|policy_names$|^policy_arns?$")


@dataclass(frozen=True)
class PermissionChange:
    """The permission changes of one resource: sentences of what is gained, lost, and noted."""

    address: str
    verb: str
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """All sentences."""
        return [*self.gained, *self.lost, *self.notes]


def permission_changes(changes: list[Change], account: str = "") -> list[PermissionChange]:
    """Return every permission change of a plan; `account` is the one that it is for."""
    found = [_change_of(change, account) for change in changes if change.verb != "forget"]
    return [each for each in found if each.sentences]


def completed_later(shown: dict[str, Any], account: str = "") -> list[PermissionChange]:
    """Return policies that Terraform composes during the apply, as far as the plan knows them."""
    documents = [
        each
        for each in shown.get("resource_changes", [])
        if each["mode"] == "data" and each["type"] == "aws_iam_policy_document"
    ]
    return [each for document in documents if (each := _document_of(document, account)).sentences]


def _document_of(resource: dict[str, Any], account: str) -> PermissionChange:
    after = resource["change"].get("after") or {}
    statements = [_statement(each) for each in after.get("statement") or []]
    sources = [
        text for name in ("source_policy_documents", "override_policy_documents") for text in after.get(name) or []
    ]
    found = grants_of({"Statement": statements}).union(*(grants_of(text) for text in sources if text))
    change = Change(resource["address"], resource["type"], resource["name"], None, "add", (), {}, {})
    say = _words(change, account, "whoever gets this policy")
    missing = [f"a part of this policy is {UNKNOWN}"] if len([text for text in sources if text]) < len(sources) else []
    return PermissionChange(resource["address"], "complete", [say(each, True) for each in gathered(found)], [], missing)


def _statement(planned: dict[str, Any]) -> dict[str, Any]:
    """Return a statement of the data source in the form of a policy; unknown parts are marked."""
    names = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
    found: dict[str, Any] = {"Effect": planned.get("effect") or "Allow"}
    for name, element in names.items():
        if planned.get(name):
            found[element] = [each or f"something {UNKNOWN}" for each in planned[name]]
    if not {"Resource", "NotResource"} & found.keys():
        found["Resource"] = [f"something {UNKNOWN}"]
    conditions: dict[str, Any] = {}
    for each in planned.get("condition") or []:
        values = [value or f"something {UNKNOWN}" for value in each.get("values") or [""]]
        conditions.setdefault(each["test"], {})[each["variable"]] = values
    principals = {
        each["type"]: each.get("identifiers") or [f"somebody {UNKNOWN}"] for each in planned.get("principals") or []
    }
    return found | ({"Condition": conditions} if conditions else {}) | ({"Principal": principals} if principals else {})


def highlighted(found: Iterable[PermissionChange]) -> list[str]:
    """Return the sentences to read first: broad grants, grants to others, and unknown grants."""
    risky = [sentence for each in found for sentence in (*each.gained, *each.notes)]
    lifted = [sentence for each in found for sentence in each.lost if LIFTED in sentence]
    return list(dict.fromkeys(each for each in (*risky, *lifted) if any(word in each for word in HIGHLIGHTS)))


def _change_of(change: Change, account: str) -> PermissionChange:
    gained: list[str] = []
    lost: list[str] = []
    for before, after, say in _grants(change, account):
        gained += [say(each, True) for each in gathered(after - before)]
        lost += [say(each, False) for each in gathered(before - after)]
    looks = (_unknown, _boundary, _attachment, _exclusive, _works_as, outside_of_the_network, network_notes,
             _public_access, _credentials)  # fmt: skip
    notes = [note for look in looks for note in look(change)]
    if change.type in ("aws_iam_role", "aws_iam_user") and change.verb == "add":
        notes.insert(0, f"{holder(change)} is new")
    if change.verb == UNKNOWN_CHANGE:
        notes.insert(0, f"`{change.address}` has an {UNKNOWN_CHANGE} ({change.attributes[0]})")
    # A policy's texts are the author's: none of them becomes a line of its own.
    return PermissionChange(change.address, change.verb, *([one_line(each) for each in some]
                                                           for some in (gained, lost, notes)))  # fmt: skip


Say = Callable[[Grants, bool], str]


def _grants(change: Change, account: str) -> list[tuple[frozenset[Grant], frozenset[Grant], Say]]:
    """Return before and after of each policy of a resource, and the function that words its grants."""
    if change.type == "aws_lambda_permission":
        say = _words(change, account, f"function {short(value(change, 'function_name'))}")
        return [(_invocation(change.before), _invocation(change.after), say)]
    names = [name for name in sorted({*change.before, *change.after}) if name not in change.hidden]
    found = [(name, _granted(change.before.get(name)), _granted(change.after.get(name))) for name in names]
    return [
        (before, after, _words(change, account, holder(change), name))
        for name, before, after in found
        if (before or after) and not is_marked(change.unknown.get(name))
    ]


def _granted(given: Any) -> frozenset[Grant]:
    """Return what one attribute grants: a policy, or blocks that each hold one."""
    if isinstance(given, list):
        policies = [each["policy"] for each in given if isinstance(each, dict) and is_policy(each.get("policy"))]
        return frozenset(grant for policy in policies for grant in grants_of(policy))
    return grants_of(given) if is_policy(given) else frozenset()


def _invocation(permission: dict[str, Any]) -> frozenset[Grant]:
    """Return what a permission of a Lambda grants."""
    if not permission:
        return frozenset()
    keys = {
        "source_arn": "aws:SourceArn",
        "source_account": "aws:SourceAccount",
        "principal_org_id": "aws:PrincipalOrgID",
    }
    conditions = [f"{key} is {permission[name]}" for name, key in keys.items() if permission.get(name)]
    principal = str(permission.get("principal"))
    is_service = "." in principal and not principal.startswith("arn:")
    who = principal if principal == ANY else f"{'Service' if is_service else 'AWS'}:{principal}"
    return frozenset({Grant("Allow", who, str(permission.get("action")), "", " and ".join(conditions))})


def _words(change: Change, account: str, holder: str, attribute: str = "policy") -> Say:
    def say(grants: Grants, is_gained: bool) -> str:
        who = _principal(grants.who, account, grants.effect) if grants.who else holder
        what = ", ".join(_action(each) for each in grants.actions)
        named = [_resource(each) for each in grants.resources]
        own = grants.who and set(grants.resources) <= {"", ANY}
        on = holder if own else ", ".join(filter(None, named))
        condition = f", if {grants.condition}" if grants.condition else ""
        if attribute == TRUST and set(grants.actions) == {"sts:AssumeRole"}:
            return f"{who} {_verb(grants.effect, is_gained)} work as {holder}{condition}"
        # A broad denial is not a broad permission.
        if grants.effect == "Deny":
            what, on = what.replace(ANY_ACTION, "any action"), on.replace(ANY_RESOURCE, "any resource")
        return f"{who} {_verb(grants.effect, is_gained)} {what} on {on}{condition}"

    return say


def _verb(effect: str, is_gained: bool) -> str:
    if effect == "Allow":
        return "may" if is_gained else "may no longer"
    return "may not" if is_gained else f"is {LIFTED} to"


def _principal(who: str, account: str, effect: str) -> str:
    if effect == "Deny" and who == ANY:
        return "everybody"
    if who == ANY:
        return ANYBODY
    if who.startswith(OTHERS):
        return f"{ANYBODY} but {who.removeprefix(OTHERS)}"
    kind, _, name = who.partition(":")
    if kind == "Service":
        return f"service {name}"
    if kind != "AWS":
        return f"{name} ({kind})" if effect == "Deny" else f"{OUTSIDE_IDENTITY}: {name} ({kind})"
    owner = name.split(":")[4] if name.startswith("arn:") and name.count(":") >= 4 else name
    is_account = name.isdigit() or name.endswith(":root")
    return f"{f'account {owner}' if is_account else short(name)}{_other_account(owner, account, effect)}"


def _other_account(owner: str, account: str, effect: str) -> str:
    """Return a note about an AWS principal of another account."""
    if not account or owner == account or effect == "Deny":
        return ""
    # AWS shows a unique ID, such as AROAEXAMPLE, for a deleted identity.
    return f" ({ANOTHER_ACCOUNT})" if owner.isdigit() else f" (whose account is {NOT_SHOWN})"


def _action(action: str) -> str:
    service, _, verb = action.partition(":")
    if not action.strip("*:"):
        return ANY_ACTION
    if action.startswith(OTHERS):
        return f"{ANY_ACTION} but {action.removeprefix(OTHERS)}"
    if not verb.strip("*") and ":" in action and not is_wild(service):
        return f"{ANY_ACTION} of {service}"
    return f"{ANY_ACTION} like {action}" if is_wild(service) or verb[:1] in ("*", "?") else action


def _resource(resource: str) -> str:
    if resource and not resource.strip("*"):
        return ANY_RESOURCE
    if resource.startswith(OTHERS):
        return f"{ANY_RESOURCE} but {resource.removeprefix(OTHERS)}"
    return f"{ANY_RESOURCE} like {resource}" if is_wide(resource) else resource


def _unknown(change: Change) -> list[str]:
    """Return policies of any type that the plan cannot show."""
    names = [name for name in sorted({*change.before, *change.after, *change.unknown}) if _is_of_permissions(name)]
    unknown = [name for name in names if change.verb != "destroy" and _is_unknown(change, name)]
    hidden = [name for name in names if name in change.hidden and change.before.get(name) != change.after.get(name)]
    return [
        *(f"what the {name.replace('_', ' ')} of {holder(change)} grants is {UNKNOWN}" for name in unknown),
        *(f"the {name.replace('_', ' ')} of {holder(change)} is marked as sensitive: {NOT_SHOWN}"
          for name in hidden if name not in unknown),
    ]  # fmt: skip


def _is_of_permissions(name: str) -> bool:
    return bool(POLICY.search(name)) and not NO_PERMISSIONS.search(name)


def _is_unknown(change: Change, name: str) -> bool:
    """Return whether the configuration leaves the policy unknown: AWS fills in a policy that is not set."""
    mark = change.unknown.get(name)
    is_given = name in change.configured or (change.type, name) in GIVEN or bool(_granted(change.before.get(name)))
    return is_marked(mark) and (is_given or not isinstance(mark, bool))


def _boundary(change: Change) -> list[str]:
    """Return the change of a permissions boundary of a role or a user."""
    if change.type not in ("aws_iam_role", "aws_iam_user") or change.verb == "destroy":
        return []
    before, after = (side.get("permissions_boundary") for side in (change.before, change.after))
    if change.unknown.get("permissions_boundary"):
        return [f"the boundary of {holder(change)} is {UNKNOWN}"]
    if before == after and change.verb != "add":
        return []
    bounded = f"is bounded by {short(str(after))}" if after else f"is {NO_BOUNDARY}"
    return [f"{holder(change)} {bounded}{f' instead of {short(str(before))}' if before else ''}"]


def _attachment(change: Change) -> list[str]:
    """Return managed policies that a role, user or group gains or loses, by attachment or by its own arguments."""
    if change.type.endswith("_policy_attachment"):
        name, sides = "policy_arn", [{change.before.get("policy_arn")}, {change.after.get("policy_arn")}]
    else:
        name = "managed_policy_arns" if change.type in IDENTITIES else "policy_arns"
        if change.type not in IDENTITIES and not change.type.endswith("_policy_attachments_exclusive"):
            return []
        sides = [set(side.get(name) or []) for side in (change.before, change.after)]
    who = _attached_to(change)
    if change.verb != "destroy" and is_marked(change.unknown.get(name)) and _is_given(change, name):
        return [f"{who} gets a managed policy that is {UNKNOWN}"]
    before, after = (sorted(filter(None, side)) for side in sides)
    return [
        *(f"{who} gets the managed policy {arn}{_content(arn)}" for arn in after if arn not in before),
        *(f"{who} loses the managed policy {arn}" for arn in before if arn not in after),
    ]


def _is_given(change: Change, name: str) -> bool:
    """Return whether the configuration sets it: for a role, AWS fills in the policies that others attach."""
    return change.type not in IDENTITIES or name in change.configured or change.unknown.get(name) is not True


def _content(arn: str) -> str:
    return f", whose content is {NOT_SHOWN} here" if arn.split(":")[4:5] == ["aws"] else ""


def _attached_to(change: Change) -> str:
    """Return the identities of an attached policy; aws_iam_policy_attachment names several."""
    several = [f"{kind[:-1]} {name}" for kind in ("roles", "users", "groups") for name in change.after.get(kind) or []]
    return ", ".join(several) if change.type == "aws_iam_policy_attachment" and several else holder(change)


def _exclusive(change: Change) -> list[str]:
    """Return the change of an exclusive list: other attached policies are removed, denials too."""
    if not change.type.endswith("_exclusive") or change.verb == "destroy":
        return []
    names = change.after.get("policy_names" if "policy_names" in {*change.after, *change.unknown} else "policy_arns")
    kept = ", ".join(map(str, names or [])) or "none"
    return [f"{holder(change)} keeps these policies only: {kept}. What another one forbids is {LIFTED}"]


def _works_as(change: Change) -> list[str]:
    """Return the change of the role of a resource."""
    if change.type not in WORKERS or change.verb == "destroy":
        return []
    if any(change.unknown.get(name) for name in WORKS_AS):
        return [f"{holder(change)} works as a role that is {UNKNOWN}"]
    before, after = ([short(str(side[name])) for name in WORKS_AS if side.get(name)]
                     for side in (change.before, change.after))  # fmt: skip
    if before == after:
        return []
    return [f"{holder(change)} works as {', '.join(after)}{f' instead of {before[0]}' if before else ''}"]


def _public_access(change: Change) -> list[str]:
    """Return whether a bucket can become public."""
    if change.type != "aws_s3_bucket_public_access_block":
        return []
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    weakened = [name for name in names if change.before.get(name) and not change.after.get(name)]
    never = [name for name in names if change.verb == "add" and not change.after.get(name)]
    return [f"{holder(change)} is {LIFTED} to be public: {name} is off" for name in (*weakened, *never)]


def _credentials(change: Change) -> list[str]:
    """Return keys, groups and addresses that are permissions by themselves."""
    if change.verb == "destroy":
        return []
    if change.type == "aws_iam_access_key":
        return [f"a long-lived access key for user {value(change, 'user')}: {NOT_SHOWN} what it is used for"]
    if change.type == "aws_lambda_function_url" and change.after.get("authorization_type") == "NONE":
        return [f"{ANYBODY} may call function {short(value(change, 'function_name'))} by its address"]
    if change.type == "aws_lakeformation_permissions":
        allowed = ", ".join(map(str, change.after.get("permissions") or []))
        return [f"{short(value(change, 'principal'))} may {allowed} in Lake Formation ({change.address})"]
    return []
