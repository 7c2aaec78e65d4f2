"""What the interview proposes: the person's own defaults for cookiecutter, else the template's."""

from typing import Any

from answers import forms
from answers.project import QUESTIONS, READERS, approvers_and_delivery, faults_of_answer, slug_and_prefix
from answers.schema import schema, typed

Answers = dict[str, Any]
USUAL: Answers = {
    "project_name": "",
    "region": "eu-west-1",
    "environments": [{"name": "dev", "account": ""}, {"name": "prod", "account": ""}],
    "datasets": {},
    "notifications": [],
    "approvers": [],
    "git": {"provider": "codecommit", "branch": "main"},
    "network": {"cidr": "10.20.0.0/16"},
    "tags": {},
}


def proposed(config: Answers) -> tuple[Answers, list[str]]:
    """What is proposed for each question, and a sentence for each default that is wrong and therefore left out."""
    given = {key: config[key] for key in QUESTIONS if key in config}
    faults = {key: faults_of_answer(key, given) for key in given}
    right = {key: value for key, value in given.items() if not faults[key]}
    return {**USUAL, **read(right)}, [sentence for each in faults.values() for sentence in each]


def read(given: Answers) -> Answers:
    """Defaults as structures with today's keys; what is set next to the slug and the approvers stays apart."""
    keys = schema()["properties"]
    found: Answers = {k: typed(READERS[k](value), keys[k]) if k in READERS else value for k, value in given.items()}
    if "project_slug" in found:
        beside = slug_and_prefix(found["project_slug"])
        found |= {"project_slug": beside.pop("slug"), "beside_slug": beside}
    if "approvers" in given:
        both = approvers_and_delivery(forms.approvers(given["approvers"]))
        found |= {"approvers": both.get("approvers", []), "delivery": both.get("delivery", {})}
    return found
