"""A notification as its reader sees it: a mail and an SMS are text, a card in a chat is JSON."""

import json


def as_shown(message: str) -> str:
    """The text of a card, indented JSON for programs, any other text unchanged."""
    try:
        said = json.loads(message)
    except ValueError:
        return message
    if not isinstance(said, dict):
        return message
    if said.get("source") != "custom":
        return json.dumps(said, indent=2, ensure_ascii=False)
    content = said["content"]
    steps = [f"• {step}" for step in content.get("nextSteps", [])]
    return "\n".join([content.get("title", ""), content["description"], *steps])
