"""A message as each target reads it: a mail, an SMS, JSON for a program, a card in a chat."""

import json
from collections.abc import Callable

from chat_card import as_slack, as_teams
from message import Message

LONGEST_SMS = 160
# In the alphabet of an SMS these take two places; the backtick is not in it at all.
WIDE_IN_SMS = "^{}\\[~]|"


def as_text(message: Message) -> str:
    """A mail: the whole message, one thing a line."""
    places = [f"{name}: {address}" for name, address in message.links.items()]
    parts = [[message.subject], message.facts, ["What to do next:", *message.next_steps]]
    parts += [["Where to look:", *places]] if places else []
    return "\n\n".join("\n".join(lines) for lines in parts)


def as_sms(message: Message) -> str:
    """One SMS of at most 160 places, whatever the message holds."""
    text = f"{message.subject}. {' '.join(message.facts)}".replace("`", "'")
    places, kept = 0, ""
    for letter in " ".join("".join(each if " " <= each <= "~" else " " for each in text).split()):
        places += 2 if letter in WIDE_IN_SMS else 1
        if places > LONGEST_SMS:
            return f"{kept[: LONGEST_SMS - 7].rpartition(' ')[0]}..."
        kept += letter
    return kept


def as_json(message: Message) -> str:
    """For a program behind an HTTPS address."""
    told = {
        "version": 1,
        "kinds": message.kinds,
        "environment": message.place.environment,
        "dataset": message.about or None,
        "subject": message.subject,
        "facts": message.facts,
        "next_steps": message.next_steps,
        "links": message.links,
        "values": message.values,
    }
    return json.dumps(told, ensure_ascii=False)


FORMS: dict[str, Callable[[Message], str]] = {
    "text": as_text,
    "sms": as_sms,
    "json": as_json,
    "slack": as_slack,
    "teams": as_teams,
}
