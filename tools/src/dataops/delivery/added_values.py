"""The values of an added resource: the most significant first, never one that could be a secret, the rest counted."""

import re
from collections.abc import Iterator
from typing import Any

from dataops.delivery.difference import ABSENT, LONGEST_VALUE, differences, is_secret, value_text
from dataops.delivery.plain_text import plain_text

MOST_ADDED = 12
# The most significant attributes of a resource, in the order in which they are shown.
TELLING = tuple(
    re.compile(pattern)
    for pattern in (
        r"name|bucket|key|function_name|alarm_name|[a-z]+_identifier",
        r"schedule_expression|schedule|event_pattern\b.*|state|protocol|endpoint",
        r"runtime|handler|package_type|glue_version|worker_type|number_of_workers|max_capacity|command\b.*script_location",
        r"memory_size|timeout|reserved_concurrent_executions|maximum_batch.*|batch_size|max_retries|.*concurrent_runs",
        r"metric_name|namespace|comparison_operator|threshold|period|evaluation_periods|statistic",
        r"retention_in_days|message_retention_seconds|visibility_timeout_seconds|rule\b.*(days|status)|billing_mode",
        r"arn|role|.*_arn|.*_name",
    )
)
WITHOUT_MEANING = {"tags_all", "id"}


def added_values(
    change: dict[str, Any], hidden: frozenset[str], in_words: tuple[str, ...], names_only: tuple[str, ...]
) -> tuple[str, ...]:
    """Return `name value` for the most significant values, then the number of further and of hidden ones."""
    after = {name: value for name, value in (change.get("after") or {}).items() if name not in WITHOUT_MEANING}
    elsewhere = {name for name in in_words if after.get(name)}
    secret = {name for name in hidden if after.get(name) not in (None, "", [], {})}
    shown = [pair for name in sorted(after.keys() - elsewhere - secret) for pair in _leaves(name, after[name])]
    values = [(path, value) for path, value in shown if not _is_kept_back(path, value, names_only)]
    first = sorted(values, key=_rank)[:MOST_ADDED]
    texts = [f"{path} {plain_text(value_text(value), LONGEST_VALUE)}" for path, value in first]
    return (*texts, *_counted(len(values) - len(first), len(shown) - len(values) + len(secret)))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Return every single value below an attribute, also in a JSON text; empty values are left out."""
    for each in differences(ABSENT, value, name):
        if isinstance(each.after, dict):
            for key, inner in each.after.items():
                yield from _leaves(f"{each.path}.{key}", inner)
        elif isinstance(each.after, list):
            for number, inner in enumerate(each.after):
                yield from _leaves(f"{each.path}[{number}]", inner)
        else:
            yield each.path, each.after


def _is_kept_back(path: str, value: Any, names_only: tuple[str, ...]) -> bool:
    return re.split(r"[.\[]", path, maxsplit=1)[0] in names_only or is_secret(path, value)


def _rank(leaf: tuple[str, Any]) -> tuple[int, bool, str]:
    """Return the index of the first pattern that matches; then come the other values, those that are off last."""
    path, value = leaf
    plain = re.sub(r"\[\d+\]", "", path)
    place = next((number for number, pattern in enumerate(TELLING) if pattern.fullmatch(plain)), len(TELLING))
    return place, value is False, path


def _counted(more: int, kept_back: int) -> list[str]:
    one = "1 value not shown because it may be a secret"
    kept = one if kept_back == 1 else f"{kept_back} values not shown because they may be secrets"
    return [*([f"and {more} more"] if more else []), *([kept] if kept_back else [])]
