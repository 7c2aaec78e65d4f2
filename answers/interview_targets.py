"""The interview's questions about recipients and their kinds of notification."""

from typing import Any

from dataops.validation.project_rules import PIPELINE, ROUTING

from answers import interview_questions as ask
from answers.schema import kinds_in

Answer = dict[str, Any]
TARGETS = {
    "e-mail": "email",
    "SMS": "sms",
    "HTTPS service": "https",
    "Slack channel": "slack",
    "Microsoft Teams channel": "teams",
    "existing SNS topic": "topic",
}
FIELDS_OF_TARGET = {
    "email": {"endpoint": ("E-mail address", "notification_email")},
    "sms": {"endpoint": ("Phone number", "phone_number")},
    "https": {"endpoint": ("Address", "https_endpoint")},
    "slack": {
        "workspace": ("Slack workspace", "slack_workspace"),
        "channel": ("Slack channel", "slack_channel"),
    },
    "teams": {
        "tenant": ("Microsoft tenant", "teams_id"),
        "team": ("Team", "teams_id"),
        "channel": ("Channel", "teams_channel"),
    },
    "topic": {"arn": ("ARN of the topic", "sns_topic_arn")},
}
DIFFERENT = ("environments", "kinds")
DIFFERENCES: dict[str, tuple[str, ...]] = {
    "everything that is sent by default": (),
    "certain kinds only": ("kinds",),
    "certain environments only": ("environments",),
    "certain kinds, in certain environments": ("environments", "kinds"),
}


def notification(now: Answer, others: list[Answer], environments: list[str]) -> Answer:
    """One target, asked for the fields of its protocol only; a further one also for which notifications it gets."""
    help_text = (
        "An SNS topic must exist. Notifications reach Slack and Teams through Amazon Q Developer in chat applications, "
        "where the account must have authorized the workspace or team."
    )
    protocol = ask.choice("Who gets notifications?", TARGETS, now.get("protocol"), help_text)
    same = now.get("protocol") == protocol
    fields = {
        key: ask.text(message, kind, now.get(key, "") if same else "")
        for key, (message, kind) in FIELDS_OF_TARGET[protocol].items()
    }
    routing = {key: now[key] for key in ROUTING if key in now}
    return {"protocol": protocol, **fields, **(routing_of(routing, environments) if others or routing else {})}


def routing_of(now: Answer, environments: list[str]) -> Answer:
    """Which kinds and environments a target gets; nothing if it gets what is usual."""
    help_text = "By default it gets the usual kinds of notification; by SMS, only urgent ones: docs/notifications.md."
    routed = tuple(key for key in DIFFERENT if key in now)
    asked = ask.choice("What does this target receive?", DIFFERENCES, routed, help_text)
    found = {key: value for key, value in now.items() if key not in DIFFERENT}
    if "environments" in asked:
        names = [*environments, PIPELINE]
        found["environments"] = one_or_more("From which environments", names, now.get("environments", []))
    if "kinds" in asked:
        names = found.get("environments", [*environments, PIPELINE])
        happening = dict.fromkeys(kind for environment in names for kind in kinds_in(environment))
        found["kinds"] = one_or_more("Which kinds", list(happening), now.get("kinds", []))
    return found


def one_or_more(message: str, offered: list[str], now: list[str]) -> list[str]:
    """Return at least one of several, in the order of the choices."""
    help_text = "One or more; pipeline means deliveries." if PIPELINE in offered else "One or more."
    return ask.several(message, {each: each for each in offered}, now, help_text, least=1)


def addresses(now: list[Answer]) -> list[Answer]:
    """The targets, of which only the e-mail addresses are asked; the others stay."""
    help_text = (
        "The e-mail addresses that get notifications, with commas between them; empty for none. "
        "AWS sends each address a request to confirm. "
        "For SMS, Slack, Teams and others, choose More settings at the end."
    )
    usual = [each for each in now if each["protocol"] == "email" and not any(key in each for key in ROUTING)]
    known = [each["endpoint"] for each in usual]
    given = ask.listed("E-mail for notifications", "notification_email", known, help_text)
    return [*({"protocol": "email", "endpoint": each} for each in given), *(each for each in now if each not in usual)]


def notifications(environments: list[str], others: list[Answer]) -> list[Answer]:
    """Further targets one by one."""
    found: list[Answer] = []
    while not found or ask.yes("Another target?", False):
        found.append(notification({}, [*others, *found], environments))
    return found
