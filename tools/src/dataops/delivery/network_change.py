"""Who may connect where from now on, and what runs outside of the network."""

from ipaddress import ip_network
from typing import Any

from dataops.delivery.change import Change, is_marked
from dataops.delivery.permission_words import ANY_ADDRESS, OUTSIDE_NETWORK, UNKNOWN, holder

GROUPS = ("aws_security_group", "aws_default_security_group")
DIRECTIONS = ("ingress", "egress")
# A range of so few fixed bits, such as 0.0.0.0/1, is half of the internet.
SHORTEST_PREFIX = 8
# What puts a function or a job into the network; without it AWS runs it in a network of its own.
JOINS_THE_NETWORK = {"aws_lambda_function": "vpc_config", "aws_glue_job": "connections"}


def network_notes(change: Change) -> list[str]:
    """Connections that are open or no longer open, by a rule or by a security group's own blocks."""
    if change.type in GROUPS:
        return [note for direction in DIRECTIONS for note in _of_group(change, direction)]
    if "security_group" not in change.type or not change.type.endswith("_rule"):
        return []
    before = _traffic(_direction(change, change.before), change.before, {}) if change.before else ""
    after = _traffic(_direction(change, change.after), change.after, change.unknown) if change.after else ""
    if before == after and UNKNOWN not in after:
        return []
    return [
        *([f"network: {before} is no longer open"] if before and before != after else []),
        *([f"network: {after} is open"] if after else []),
    ]


def outside_of_the_network(change: Change) -> list[str]:
    """A function or a job that AWS would run where no rule of the network holds."""
    name = JOINS_THE_NETWORK.get(change.type)
    if not name or change.verb == "destroy" or _is_inside(change.after, change.unknown, name):
        return []
    was_inside = _is_inside(change.before, {}, name)
    return [f"{holder(change)} runs {OUTSIDE_NETWORK}"] if change.verb in ("add", "replace") or was_inside else []


def _is_inside(side: dict[str, Any], unknown: dict[str, Any], name: str) -> bool:
    given = side.get(name) or []
    if name == "vpc_config":
        # AWS Lambda's API, "VpcConfig": an empty list of subnets takes a function out of its network.
        return any(each.get("subnet_ids") for each in given) or is_marked(unknown.get(name))
    return bool(given) or is_marked(unknown.get(name))


def _of_group(change: Change, direction: str) -> list[str]:
    """The blocks of a security group, where it has any; AWS fills them in where its rules are resources."""
    mark = change.unknown.get(direction)
    if change.verb != "destroy" and is_marked(mark) and (direction in change.configured or mark is not True):
        return [f"network: which {direction} {holder(change)} allows is {UNKNOWN}"]
    before, after = (
        [_traffic(direction, each, {}) for each in side.get(direction) or []] for side in (change.before, change.after)
    )
    return [
        *(f"network: {words} is no longer open for {holder(change)}" for words in before if words not in after),
        *(f"network: {words} is open for {holder(change)}" for words in after if words not in before),
    ]


def _direction(change: Change, side: dict[str, Any]) -> str:
    return str(side.get("type") or ("ingress" if "ingress" in change.type else "egress"))


def _traffic(direction: str, side: dict[str, Any], unknown: dict[str, Any]) -> str:
    """One rule in words: which traffic, from or to whom."""
    named = [f"{ANY_ADDRESS} ({each})" if _is_open(each) else str(each) for each in _peers_of(side) if each]
    named += ["the group itself"] if side.get("self") else []
    named += [f"addresses that are {UNKNOWN}"] if is_marked(_peers_of(unknown)) or not named else []
    peers = ", ".join(named)
    first, last = side.get("from_port"), side.get("to_port")
    protocol = str(side.get("protocol") or side.get("ip_protocol"))
    ports = "all traffic" if protocol == "-1" else f"{protocol} {first if first == last else f'{first} to {last}'}"
    return f"{ports} {'from' if direction == 'ingress' else 'to'} {peers}"


def _peers_of(side: dict[str, Any]) -> list[Any]:
    """Addresses, prefix lists and groups of a rule, whichever resource writes it."""
    lists = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
    singles = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "source_security_group_id", "referenced_security_group_id")
    several = [side.get(name) for name in lists]
    return [each for some in several for each in (some if isinstance(some, list) else [some] if some else [])] + [
        side[name] for name in singles if side.get(name)
    ]


def _is_open(address: Any) -> bool:
    """Whether a range holds a large part of all addresses."""
    try:
        return ip_network(str(address), strict=False).prefixlen < SHORTEST_PREFIX
    except ValueError:
        return False
