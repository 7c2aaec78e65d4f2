"""Checks an organisation's tag policy for the tags of every resource."""

import json
from fnmatch import fnmatchcase
from typing import Any

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

NO_POLICY = ("AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException", "TargetNotFoundException")
Rule = dict[str, Any]


def read_tag_policy(needs: Needs, reader: Reader) -> dict[str, Rule]:
    """Read the rules of the effective policy by the tag's name in lower case."""
    answer = reader.ask("organizations", "DescribeEffectivePolicy", NO_POLICY, PolicyType="TAG_POLICY")
    content = answer["EffectivePolicy"]["PolicyContent"] if answer else "{}"
    rules: dict[str, Rule] = json.loads(content).get("tags", {})
    return {name.lower(): rule for name, rule in rules.items()}


def check_tag_policy(needs: Needs, rules: dict[str, Rule]) -> list[Finding]:
    """Check tags: a rule with `enforced_for` refuses a tag whose case or value it does not list; others only report."""
    findings = []
    for key, value in needs.tags.items():
        rule = rules.get(key.lower(), {})
        wanted = complaint(rule, key, value)
        if not wanted:
            continue
        enforced = rule.get("enforced_for", [])
        says = f"Your organisation's tag policy wants {wanted}, not {key} = {value}"
        if enforced:
            advice = "Have the policy admit it, or change `tags` or the environment's name in project.yaml."
            findings.append(fails(f"{says}, and refuses it for {', '.join(enforced)}.", advice))
        else:
            findings.append(look(f"{says}.", "AWS reports it as not compliant; nothing is refused."))
    return findings or [fine("no tag policy is against the tags of this project")]


def complaint(rule: Rule, key: str, value: str) -> str:
    """Return what a rule requires instead, or nothing."""
    if rule.get("tag_key", key) != key:
        return f"the tag to be written {rule['tag_key']}"
    values = rule.get("tag_value", [])
    if values and not any(fnmatchcase(value, pattern) for pattern in values):
        return f"{key} to be one of {', '.join(values)}"
    return ""


CHECKS = [Check("tag policy", read_tag_policy, check_tag_policy)]
