"""A notification as its reader sees it: a mail and an SMS are text already, a card in a chat comes as JSON."""

import json


def as_shown(message: str) -> str:
    """The text of a card, JSON for programs with its lines apart, any other text as it is."""
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
