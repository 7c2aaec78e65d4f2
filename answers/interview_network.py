"""The interview's questions about the network of each environment."""

import ipaddress
from itertools import combinations
from typing import Any

from dataops.validation.kinds import cidr_fault

from answers import interview_questions as ask
from answers.schema import schema

Answer = dict[str, Any]
USUAL = "10.20.0.0/16"
HELP = "Jobs and crawlers run in private subnets of a VPC of their environment."


def networks(environments: list[Answer], project_network: Answer) -> dict[str, Answer]:
    """The network of each environment, by name; what is there already is proposed."""
    names = [each["name"] for each in environments]
    proposed = proposed_networks(environments, project_network)
    blocks = {name: each["cidr"] for name, each in proposed.items() if "cidr" in each}
    choices = {"existing VPCs": "existing", "new VPCs with other address blocks": "blocks"}
    if len(blocks) == len(names):
        shown = ", ".join(f"{name} {block}" for name, block in blocks.items())
        choices = {f"a new VPC in each environment: {shown}": "proposed", **choices}
    chosen = ask.choice("Network", choices, "proposed" if len(blocks) == len(names) else "existing", HELP)
    if chosen == "proposed":
        return proposed
    found: dict[str, Answer] = {}
    for each in environments:
        now = proposed[each["name"]]
        one = new_network(each, now) if chosen == "blocks" else existing_network(each, now, environments, found)
        found[each["name"]] = one
    for sentence in overlaps(found):
        ask.say(f"  {sentence}")
    return found


def proposed_networks(environments: list[Answer], project_network: Answer) -> dict[str, Answer]:
    """For each environment the network that it has, else a block of its own after the project's."""
    if "cidr" not in project_network and project_network:
        return {each["name"]: each.get("network", project_network) for each in environments}
    first = project_network.get("cidr", USUAL)
    fresh = blocks_from(first, len(environments))
    return {each["name"]: each.get("network", {"cidr": block}) for each, block in zip(environments, fresh, strict=True)}


def blocks_from(first: str, count: int) -> list[str]:
    """Address blocks one after the other; the same again where the private addresses end."""
    found = [first]
    while len(found) < count:
        last = ipaddress.ip_network(found[-1])
        following = next_block(last)
        found.append(following or first)
    return found


def next_block(block: "ipaddress.IPv4Network | ipaddress.IPv6Network") -> str | None:
    """The nearest free block behind one that the template accepts."""
    for step in (1, 2):
        start = int(block.network_address) + step * block.num_addresses
        following = f"{ipaddress.ip_address(start)}/{block.prefixlen}"
        if cidr_fault(following) is None:
            return following
    return None


def new_network(environment: Answer, now: Answer) -> Answer:
    name = environment["name"]
    return {"cidr": ask.text(f"Address block of the VPC of {name}", "vpc_cidr", now.get("cidr", USUAL))}


def existing_network(environment: Answer, now: Answer, environments: list[Answer], found: dict[str, Answer]) -> Answer:
    """An existing VPC; one that another account has is refused."""
    name = environment["name"]
    others = {found[each["name"]]["vpc"]: each for each in environments if each["name"] in found}

    def check(given: str) -> str | None:
        other = others.get(given)
        if other and other["account"] != environment["account"]:
            return f"It is the VPC of {other['name']}, which is in another account. A VPC belongs to one account."
        return ask.refusal("vpc_id", given)

    help_text = f"An existing VPC in account {environment['account']}, such as vpc-0123456789abcdef0."
    vpc = ask.line(f"VPC of {name}", check, now.get("vpc", ""), help_text)
    most = schema()["$defs"]["existing_network"]["properties"]["subnets"].get("maxItems", ask.MANY)
    help_text = (
        "Private subnets of this VPC, with commas between them, best two or more in different availability zones. "
        "They must exist."
    )
    subnets = ask.listed(f"Subnets of {name}", "subnet_id", now.get("subnets", []), help_text, least=1, most=most)
    return {"vpc": vpc, "subnets": subnets}


def overlaps(found: dict[str, Answer]) -> list[str]:
    """A sentence for each two environments whose new VPCs share addresses."""
    blocks = {name: ipaddress.ip_network(each["cidr"]) for name, each in found.items() if "cidr" in each}
    return [
        f"The address blocks of {one} and {other} overlap: these two VPCs can never be connected to each other, "
        "nor both to the same network."
        for (one, first), (other, second) in combinations(blocks.items(), 2)
        if first.overlaps(second)
    ]


def with_networks(environments: list[Answer], found: dict[str, Answer]) -> tuple[list[Answer], Answer]:
    """The environments and the project's network: the first one's holds for every environment that names none."""
    usual = found[environments[0]["name"]]
    plain = [{key: value for key, value in each.items() if key != "network"} for each in environments]
    named = [each if found[each["name"]] == usual else {**each, "network": found[each["name"]]} for each in plain]
    return named, usual
