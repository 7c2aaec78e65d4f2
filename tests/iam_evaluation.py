"""Evaluates the IAM policies of a plan, as the local AWS does: what its roles and people may do."""

import json
from itertools import product
from typing import Any

from dataops.local_aws.access import permission as iam
from infrastructure_rules import Plan, listed
from terraform_runner import of_type

# As if somebody had given a role everything: only what is denied is still refused.
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def policies_of_role(plan: Plan, role: str) -> list[str]:
    """The inline policies of a planned role; policies that are not known yet are not there."""
    (address,) = (address for address, values in of_type(plan, "aws_iam_role").items() if values["name"] == role)
    inline = of_type(plan, "aws_iam_role_policy")
    return [inline[address.replace("aws_iam_role.", "aws_iam_role_policy.")]["policy"]]


def policies_of_person(plan: Plan, role: str) -> list[str]:
    """The managed policies that a plan attaches to a role which exists already."""
    attached = of_type(plan, "aws_iam_role_policy_attachment").items()
    names = [address.split('"')[1].partition(" of ")[0] for address, values in attached if values["role"] == role]
    return [of_type(plan, "aws_iam_policy")[f'aws_iam_policy.person["{name}"]']["policy"] for name in names]


def refused_by(boundary: str, policy: str, **known: str) -> list[str]:
    """Whatever a policy grants and a boundary takes away again: each as "action on resource"."""
    refused = []
    for statement in json.loads(policy)["Statement"]:
        conditions = statement.get("Condition", {})
        wanted = {
            key: listed(values)[0] for name in conditions if name != "Null" for key, values in conditions[name].items()
        }
        context = {key: value for key, value in (known | wanted).items() if key not in conditions.get("Null", {})}
        for action, resource in product(listed(statement["Action"]), listed(statement["Resource"])):
            request = iam.Request(action, resource.replace("*", "any"), context=context)
            if statement["Effect"] == "Allow" and not iam.may([policy], boundary, request):
                refused.append(f"{action} on {resource}")
    return refused


def may(policies: list[Any], action: str, resource: str = "*", **context: str) -> bool:
    """Whether policies let somebody do one thing; a condition's key is written with __ for its colon."""
    known = {key.replace("__", ":"): value for key, value in context.items()}
    answer: bool = iam.may(policies, None, iam.Request(action, resource, context=known))
    return answer
