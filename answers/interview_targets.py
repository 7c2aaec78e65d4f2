"""The interview's questions about who is told, and of what."""

from typing import Any

from answers import interview_questions as ask
from answers.between_fields import PIPELINE, ROUTING, kinds_in

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
    "sms": {"endpoint": ("Telephone number", "phone_number")},
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
    """One target, asked for the fields of its protocol only; one beside others, for what it hears of too."""
    help_text = "Slack and Microsoft Teams are reached through Amazon Q Developer in chat applications."
    protocol = ask.choice("Who gets notifications?", TARGETS, now.get("protocol"), help_text)
    same = now.get("protocol") == protocol
    fields = {
        key: ask.text(message, kind, now.get(key, "") if same else "")
        for key, (message, kind) in FIELDS_OF_TARGET[protocol].items()
    }
    routing = {key: now[key] for key in ROUTING if key in now}
    return {"protocol": protocol, **fields, **(heard(routing, environments) if others or routing else {})}


def heard(now: Answer, environments: list[str]) -> Answer:
    """Which kinds and environments a target hears of; nothing where it hears of what is usual."""
    help_text = "By default it receives everything that matters, and by SMS only what is urgent: docs/notifications.md."
    asked = ask.choice("What does it receive?", DIFFERENCES, tuple(key for key in DIFFERENT if key in now), help_text)
    found = {key: value for key, value in now.items() if key not in DIFFERENT}
    if "environments" in asked:
        places = [*environments, PIPELINE]
        found["environments"] = one_or_more("From which environments", places, now.get("environments", []))
    if "kinds" in asked:
        places = found.get("environments", [*environments, PIPELINE])
        happening = dict.fromkeys(kind for place in places for kind in kinds_in(place))
        found["kinds"] = one_or_more("Which kinds", list(happening), now.get("kinds", []))
    return found


def one_or_more(message: str, offered: list[str], now: list[str]) -> list[str]:
    """At least one of several, in the order in which they are offered."""
    help_text = "One or more; pipeline means deliveries." if PIPELINE in offered else "One or more."
    return ask.several(message, {each: each for each in offered}, now, help_text, least=1)


def notifications(environments: list[str]) -> list[Answer]:
    """The targets one by one."""
    found: list[Answer] = []
    help_text = "Notifications say how runs ended, and what to do if one failed."
    while ask.yes(
        "Another target?" if found else "Should somebody get notifications?", not found, "" if found else help_text
    ):
        found.append(notification({}, found, environments))
    return found
