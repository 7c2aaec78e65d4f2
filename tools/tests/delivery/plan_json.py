"""Plans as `terraform show -json` tells them, a line per resource."""

import re
from typing import Any

ENVIRONMENT, DATASET = "module.environment", 'module.environment.module.dataset["orders"]'
VERBS = {
    "add": ["create"],
    "change": ["update"],
    "destroy": ["delete"],
    "replace": ["delete", "create"],
    "forget": ["forget"],
    "nothing": ["no-op"],
}


def planned(verb: str, address: str, before: Any = None, after: Any = None, **change: Any) -> dict[str, Any]:
    """One resource change; `change` holds what else Terraform says about it."""
    found = re.fullmatch(r'(?:.*\.)?(\w+)\.(\w+)(?:\["([^"]+)"\])?', address)
    assert found
    described = {"actions": VERBS[verb], "before": before, "after": after, "after_unknown": {}} | change
    resource = {"address": address, "mode": "managed", "type": found[1], "name": found[2], "change": described}
    return resource | ({"index": found[3]} if found[3] else {})


def shown(*changes: dict[str, Any], by_hand: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A whole plan."""
    return {"resource_changes": list(changes), "resource_drift": list(by_hand)}
