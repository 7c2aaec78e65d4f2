"""Writes YAML in readable form, so that YAML 1.1, YAML 1.2 and Terraform all read the same."""

import json
import re
from decimal import Decimal

PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+][A-Za-z0-9_./@+-]*)*|[1-9][0-9]* (minutes|hours|days)",
    re.ASCII,
)
WORDS_WITH_A_MEANING = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"}


def yaml_text(value: object) -> str:
    """Return a value in flow style: {name: dev, account: "111111111111"}."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # PyYAML reads 1e+20 as text; digits with a point are a number everywhere.
        digits = format(Decimal(repr(value)), "f")
        return digits if "." in digits else f"{digits}.0"
    if isinstance(value, list):
        return f"[{', '.join(yaml_text(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{yaml_text(key)}: {yaml_text(item)}' for key, item in value.items())}}}"
    return text(value) if isinstance(value, str) else str(value)


def text(value: str) -> str:
    plain = PLAIN.fullmatch(value) and value.lower() not in WORDS_WITH_A_MEANING
    return value if plain else json.dumps(value, ensure_ascii=False)
