"""Variables of a pipeline: `#{source.CommitId}` in the configuration of an action."""

import re
from typing import Any

Content = dict[str, Any]
REFERENCE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
OWN = ("codepipeline", "variables")


class UnsetVariableError(Exception):
    """A variable that no action before has set."""


def references(configuration: Content) -> list[tuple[str, str]]:
    """(namespace, name) of each variable that a configuration uses."""
    return [found for value in configuration.values() for found in REFERENCE.findall(value)]


def resolved(configuration: Content, known: dict[str, dict[str, str]]) -> dict[str, str]:
    """A configuration with its variables replaced; an UnsetVariableError names the one that nobody has set."""
    return {
        name: REFERENCE.sub(lambda found: _value(known, *found.groups()), value)
        for name, value in configuration.items()
    }


def _value(known: dict[str, dict[str, str]], namespace: str, name: str) -> str:
    if name not in known.get(namespace, {}):
        raise UnsetVariableError(f"nobody has set #{{{namespace}.{name}}}")
    return known[namespace][name]
