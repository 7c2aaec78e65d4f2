"""The formats of a notification: a mail, an SMS, JSON for a program, a card in a chat."""

import json
from collections.abc import Callable

from notifications.message import Message

LONGEST_DESCRIPTION = 4_000


def as_slack(message: Message) -> str:
    """Return a card for a Slack channel."""
    return _card(message, {name: f"<{address}|{name}>" for name, address in message.links.items()})


def as_teams(message: Message) -> str:
    """Return a card for a Microsoft Teams channel."""
    return _card(message, {name: f"[{name}]({address})" for name, address in message.links.items()})


def _card(message: Message, links: dict[str, str]) -> str:
    lines = " · ".join(links.values())
    facts = "\n".join(map(_harmless, message.facts))[: LONGEST_DESCRIPTION - len(lines)]
    content = {
        "textType": "client-markdown",
        "title": _harmless(message.subject),
        "description": "\n".join(filter(None, [facts, lines])),
        "nextSteps": list(map(_harmless, message.next_steps)),
        "keywords": [message.origin.environment, *filter(None, [message.about]), *message.kinds],
    }
    # Notifications about one dataset of one environment are in one thread.
    thread = f"{message.origin.prefix} {message.about}".strip()
    metadata = {"threadId": thread, "summary": _harmless(message.headline), "eventType": message.kinds[0]}
    card = {"version": "1.0", "source": "custom", "content": content, "metadata": metadata}
    return json.dumps(card, ensure_ascii=False)


def _harmless(text: str) -> str:
    """Return a text in which a file name mentions nobody: Slack reads <!channel> as a mention of everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


LONGEST_SMS = 160
# In the alphabet of an SMS these take two places; the backtick is not in it at all.
WIDE_IN_SMS = "^{}\\[~]|"


def as_text(message: Message) -> str:
    """Return a mail: the whole notification, one fact per line."""
    links = [f"{name}: {address}" for name, address in message.links.items()]
    parts = [[message.subject], message.facts, ["What to do next:", *message.next_steps]]
    parts += [["Where to look:", *links]] if links else []
    return "\n\n".join("\n".join(lines) for lines in parts)


def as_sms(message: Message) -> str:
    """Return one SMS of at most 160 places, for any notification."""
    text = f"{message.subject}. {' '.join(message.facts)}".replace("`", "'")
    length, kept = 0, ""
    for letter in " ".join("".join(each if " " <= each <= "~" else " " for each in text).split()):
        length += 2 if letter in WIDE_IN_SMS else 1
        if length > LONGEST_SMS:
            return f"{kept[: LONGEST_SMS - 7].rpartition(' ')[0]}..."
        kept += letter
    return kept


def as_json(message: Message) -> str:
    """Return JSON for a program behind an HTTPS address."""
    content = {
        "version": 1,
        "kinds": message.kinds,
        "environment": message.origin.environment,
        "dataset": message.about or None,
        "subject": message.subject,
        "facts": message.facts,
        "next_steps": message.next_steps,
        "links": message.links,
        "urgency": message.urgency or None,
        "values": message.values,
    }
    return json.dumps(content, ensure_ascii=False)


FORMS: dict[str, Callable[[Message], str]] = {
    "text": as_text,
    "sms": as_sms,
    "json": as_json,
    "slack": as_slack,
    "teams": as_teams,
}
