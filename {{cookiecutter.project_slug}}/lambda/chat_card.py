"""A message as a card in a chat: a custom notification of Amazon Q Developer, schema 1.0, in the channel's markdown."""

import json

from message import Message

LONGEST_DESCRIPTION = 4_000


def as_slack(message: Message) -> str:
    """A card in a Slack channel."""
    return _card(message, {name: f"<{address}|{name}>" for name, address in message.links.items()})


def as_teams(message: Message) -> str:
    """A card in a channel of Microsoft Teams."""
    return _card(message, {name: f"[{name}]({address})" for name, address in message.links.items()})


def _card(message: Message, links: dict[str, str]) -> str:
    places = " · ".join(links.values())
    facts = "\n".join(map(_harmless, message.facts))[: LONGEST_DESCRIPTION - len(places)]
    content = {
        "textType": "client-markdown",
        "title": _harmless(message.subject),
        "description": "\n".join(filter(None, [facts, places])),
        "nextSteps": list(map(_harmless, message.next_steps)),
        "keywords": [message.place.environment, *filter(None, [message.about]), *message.kinds],
    }
    # Messages about one dataset of one environment stand below one another.
    thread = f"{message.place.prefix} {message.about}".strip()
    metadata = {"threadId": thread, "summary": _harmless(message.headline), "eventType": message.kinds[0]}
    told = {"version": "1.0", "source": "custom", "content": content, "metadata": metadata}
    return json.dumps(told, ensure_ascii=False)


def _harmless(text: str) -> str:
    """A text in which a file's name calls nobody: Slack reads <!channel> as a call to everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
