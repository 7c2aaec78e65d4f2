"""Who may do what from now on, and no longer: each changed permission as principal, action and resource, in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from delivery.change import Change
from delivery.policy_grants import ANY, OTHERS, Grant, Grants, gathered, grants_of, is_policy

# What is unusual enough to be read first; these words stand in the sentences.
ANYBODY, ANY_ACTION, ANY_RESOURCE, ANOTHER_ACCOUNT = "ANYBODY", "ANY ACTION", "ANY RESOURCE", "ANOTHER ACCOUNT"
UNKNOWN, NO_BOUNDARY, LIFTED = "KNOWN ONLY AFTER THE APPLY", "WITHOUT A BOUNDARY", "NO LONGER FORBIDDEN"
ANY_ADDRESS, NOT_SHOWN = "ANY ADDRESS", "NOT SHOWN"
HIGHLIGHTS = (
    ANYBODY, ANY_ACTION, ANY_RESOURCE, ANOTHER_ACCOUNT, UNKNOWN, NO_BOUNDARY, LIFTED, ANY_ADDRESS, NOT_SHOWN,
)  # fmt: skip
TRUST = "assume_role_policy"
# Policies that the configuration always gives: of others an unknown one is only what AWS fills in.
GIVEN = {
    "aws_iam_group_policy": ("policy",),
    "aws_iam_policy": ("policy",),
    "aws_iam_role": (TRUST,),
    "aws_iam_role_policy": ("policy",),
    "aws_iam_user_policy": ("policy",),
    "aws_kms_key_policy": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
}
# By which attribute a thing is known to people, and what it is called.
THINGS = {
    "aws_iam_role": ("role", "name"),
    "aws_iam_policy": ("managed policy", "name"),
    "aws_iam_user": ("user", "name"),
    "aws_kms_key": ("key", "description"),
    "aws_kms_key_policy": ("key", "key_id"),
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_s3_bucket_policy": ("bucket", "bucket"),
    "aws_s3_bucket_public_access_block": ("bucket", "bucket"),
    "aws_sns_topic": ("topic", "name"),
    "aws_sns_topic_policy": ("topic", "arn"),
    "aws_sqs_queue": ("queue", "name"),
    "aws_sqs_queue_policy": ("queue", "queue_url"),
    "aws_lambda_function": ("function", "function_name"),
    "aws_glue_job": ("job", "name"),
    "aws_glue_crawler": ("crawler", "name"),
}
HOLDERS = {"aws_iam_role_policy": ("role", "role"), "aws_iam_user_policy": ("user", "user"),
           "aws_iam_group_policy": ("group", "group"), "aws_iam_policy": ("whoever has the policy", "name"),
           "aws_iam_role_policy_attachment": ("role", "role"),
           "aws_iam_user_policy_attachment": ("user", "user")}  # fmt: skip
WORKS_AS = ("role", "role_arn")
WORKERS = ("aws_lambda_function", "aws_glue_job", "aws_glue_crawler")
OPEN = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class PermissionChange:
    """What changes for one resource: sentences of what is gained, lost, and otherwise to be known."""

    address: str
    verb: str
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """All of them."""
        return [*self.gained, *self.lost, *self.notes]


def permission_changes(changes: list[Change], account: str = "") -> list[PermissionChange]:
    """Every change of a permission that a plan holds; `account` is the one that it is for."""
    found = [_change_of(change, account) for change in changes if change.verb != "forget"]
    return [each for each in found if each.sentences]


def completed_later(shown: dict[str, Any], account: str = "") -> list[PermissionChange]:
    """Policies that Terraform composes during the apply, as far as the plan knows them already."""
    documents = [
        each
        for each in shown.get("resource_changes", [])
        if each["mode"] == "data" and each["type"] == "aws_iam_policy_document"
    ]
    return [each for document in documents if (each := _document_of(document, account)).sentences]


def _document_of(told: dict[str, Any], account: str) -> PermissionChange:
    after = told["change"].get("after") or {}
    statements = [_statement(each) for each in after.get("statement") or []]
    sources = [
        text for name in ("source_policy_documents", "override_policy_documents") for text in after.get(name) or []
    ]
    found = grants_of({"Statement": statements}).union(*(grants_of(text) for text in sources if text))
    change = Change(told["address"], told["type"], told["name"], None, "add", (), {}, {})
    say = _words(change, account, "whoever gets this policy")
    missing = [f"a part of this policy is {UNKNOWN}"] if len([text for text in sources if text]) < len(sources) else []
    return PermissionChange(told["address"], "complete", [say(each, True) for each in gathered(found)], [], missing)


def _statement(planned: dict[str, Any]) -> dict[str, Any]:
    """A statement as the data source writes it, in the form of a policy; what is not known yet is said."""
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
    """The sentences to read first: what is gained widely, given to others, or not known."""
    risky = [sentence for each in found for sentence in (*each.gained, *each.notes)]
    lifted = [sentence for each in found for sentence in each.lost if LIFTED in sentence]
    return list(dict.fromkeys(each for each in (*risky, *lifted) if any(word in each for word in HIGHLIGHTS)))


def _change_of(change: Change, account: str) -> PermissionChange:
    gained: list[str] = []
    lost: list[str] = []
    for before, after, say in _grants(change, account):
        gained += [say(each, True) for each in gathered(after - before)]
        lost += [say(each, False) for each in gathered(before - after)]
    notes = [note for look in (_unknown, _boundary, _attachment, _works_as, _network, _public_access, _credentials)
             for note in look(change)]  # fmt: skip
    if change.type in ("aws_iam_role", "aws_iam_user") and change.verb == "add":
        notes.insert(0, f"{_holder(change)} is new")
    return PermissionChange(change.address, change.verb, gained, lost, notes)


Say = Callable[[Grants, bool], str]


def _grants(change: Change, account: str) -> list[tuple[frozenset[Grant], frozenset[Grant], Say]]:
    """Before and after of each policy of a resource, and how its grants are put into words."""
    if change.type == "aws_lambda_permission":
        say = _words(change, account, f"function {_short(_value(change, 'function_name'))}")
        return [(_invocation(change.before), _invocation(change.after), say)]
    names = [name for name in sorted({*change.before, *change.after}) if name not in change.hidden]
    policies = [name for name in names if is_policy(change.before.get(name)) or is_policy(change.after.get(name))]
    return [
        (
            grants_of(change.before.get(name)),
            grants_of(change.after.get(name)),
            _words(change, account, _holder(change), name),
        )
        for name in policies
        if not change.unknown.get(name)
    ]


def _invocation(permission: dict[str, Any]) -> frozenset[Grant]:
    """What a permission of a Lambda grants."""
    if not permission:
        return frozenset()
    keys = {
        "source_arn": "aws:SourceArn",
        "source_account": "aws:SourceAccount",
        "principal_org_id": "aws:PrincipalOrgID",
    }
    conditions = [f"{key} is {permission[name]}" for name, key in keys.items() if permission.get(name)]
    principal = str(permission.get("principal"))
    who = principal if principal == ANY else f"{'Service' if '.' in principal else 'AWS'}:{principal}"
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
        # What is forbidden everywhere is no wide permission.
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
    if kind != "AWS":
        return f"{'service ' if kind == 'Service' else ''}{name}"
    owner = name.split(":")[4] if name.startswith("arn:") else name
    other = f" ({ANOTHER_ACCOUNT})" if account and owner.isdigit() and owner != account and effect == "Allow" else ""
    is_account = name == owner or name.endswith(":root")
    return f"{f'account {owner}' if is_account else _short(name)}{other}"


def _action(action: str) -> str:
    if action == ANY:
        return ANY_ACTION
    if action.startswith(OTHERS):
        return f"{ANY_ACTION} but {action.removeprefix(OTHERS)}"
    return f"{ANY_ACTION} of {action.removesuffix(':*')}" if action.endswith(":*") else action


def _resource(resource: str) -> str:
    if resource == ANY:
        return ANY_RESOURCE
    return f"{ANY_RESOURCE} but {resource.removeprefix(OTHERS)}" if resource.startswith(OTHERS) else resource


def _unknown(change: Change) -> list[str]:
    """Policies that the plan cannot show."""
    given = GIVEN.get(change.type, ())
    unknown = [name for name in given if change.unknown.get(name)]
    hidden = [name for name in given if name in change.hidden]
    return [
        *(f"what the {name.replace('_', ' ')} of {_holder(change)} grants is {UNKNOWN}" for name in unknown),
        *(f"the {name.replace('_', ' ')} of {_holder(change)} is marked as sensitive: {NOT_SHOWN}" for name in hidden),
    ]


def _boundary(change: Change) -> list[str]:
    """The most that a role or a user may ever do."""
    if change.type not in ("aws_iam_role", "aws_iam_user") or change.verb == "destroy":
        return []
    before, after = (side.get("permissions_boundary") for side in (change.before, change.after))
    if change.unknown.get("permissions_boundary"):
        return [f"the boundary of {_holder(change)} is {UNKNOWN}"]
    if before == after and change.verb != "add":
        return []
    bounded = f"is bounded by {_short(str(after))}" if after else f"is {NO_BOUNDARY}"
    return [f"{_holder(change)} {bounded}{f' instead of {_short(str(before))}' if before else ''}"]


def _attachment(change: Change) -> list[str]:
    """A managed policy that a role or a user gets or loses."""
    if not change.type.endswith("_policy_attachment"):
        return []
    if change.unknown.get("policy_arn"):
        return [f"{_holder(change)} gets a managed policy that is {UNKNOWN}"]
    lost, gained = change.before.get("policy_arn"), change.after.get("policy_arn")
    content = f", whose content is {NOT_SHOWN} here" if str(gained).split(":")[4:5] == ["aws"] else ""
    return [
        *([f"{_holder(change)} gets the managed policy {gained}{content}"] if gained else []),
        *([f"{_holder(change)} loses the managed policy {lost}"] if lost else []),
    ]


def _works_as(change: Change) -> list[str]:
    """Another role for something that runs."""
    if change.type not in WORKERS or change.verb in ("add", "destroy"):
        return []
    roles = [(change.before.get(name), change.after.get(name)) for name in WORKS_AS if name not in change.unknown]
    return [
        f"{_holder(change)} works as {_short(str(after))} instead of {_short(str(before))}"
        for before, after in roles
        if before != after
    ]


def _network(change: Change) -> list[str]:
    """What may be reached from where."""
    if "security_group" not in change.type or not change.type.endswith("_rule"):
        return []
    return [
        f"network: {words} is {'open' if side is change.after else 'no longer open'}"
        for side in (change.before, change.after)
        if side and (words := _traffic(change, side))
    ]


def _traffic(change: Change, side: dict[str, Any]) -> str:
    direction = str(side.get("type") or ("ingress" if "ingress" in change.type else "egress"))
    cidr = [*(side.get("cidr_blocks") or []), *(side.get("ipv6_cidr_blocks") or [])]
    cidr += [each for each in (side.get("cidr_ipv4"), side.get("cidr_ipv6")) if each]
    group = side.get("source_security_group_id") or side.get("referenced_security_group_id")
    lists = [
        *(side.get("prefix_list_ids") or []),
        *([group] if group else []),
        *(["the group itself"] if side.get("self") else []),
    ]
    peers = ", ".join([*(f"{ANY_ADDRESS} ({each})" if each in OPEN else each for each in cidr), *map(str, lists)])
    first, last = side.get("from_port"), side.get("to_port")
    protocol = str(side.get("protocol") or side.get("ip_protocol"))
    ports = "all traffic" if protocol == "-1" else f"{protocol} {first if first == last else f'{first} to {last}'}"
    return f"{ports} {'from' if direction == 'ingress' else 'to'} {peers or f'addresses that are {UNKNOWN}'}"


def _public_access(change: Change) -> list[str]:
    """Whether a bucket can become public."""
    if change.type != "aws_s3_bucket_public_access_block":
        return []
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    weakened = [name for name in names if change.before.get(name) and not change.after.get(name)]
    never = [name for name in names if change.verb == "add" and not change.after.get(name)]
    return [f"{_holder(change)} is {LIFTED} to be public: {name} is off" for name in (*weakened, *never)]


def _credentials(change: Change) -> list[str]:
    """Keys, groups and addresses that are permissions by themselves."""
    if change.verb == "destroy":
        return []
    if change.type == "aws_iam_access_key":
        return [f"a long-lived access key for user {_value(change, 'user')}: {NOT_SHOWN} what it is used for"]
    if change.type == "aws_lambda_function_url" and change.after.get("authorization_type") == "NONE":
        return [f"{ANYBODY} may call function {_short(_value(change, 'function_name'))} by its address"]
    if change.type == "aws_lakeformation_permissions":
        allowed = ", ".join(map(str, change.after.get("permissions") or []))
        return [f"{_short(_value(change, 'principal'))} may {allowed} in Lake Formation ({change.address})"]
    return []


def _holder(change: Change) -> str:
    """The thing that a policy belongs to, in words."""
    kind, attribute = HOLDERS.get(change.type) or THINGS.get(change.type) or (change.type, "name")
    named = _value(change, attribute)
    return f"{kind} {_short(named)}" if named else f"{kind} {change.name}{f'[{change.key}]' if change.key else ''}"


def _value(change: Change, attribute: str) -> str:
    return str(change.after.get(attribute) or change.before.get(attribute) or "")


def _short(name: str) -> str:
    """An ARN's or an address's own part, with its account where it has one that matters."""
    if name.startswith("https://"):
        return name.rpartition("/")[2]
    return name.split(":", 5)[5] if name.startswith("arn:") and name.count(":") >= 5 else name
