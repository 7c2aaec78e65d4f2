"""Data that a plan lets AWS delete earlier: expirations of buckets, retention of logs and queues, TTL."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from dataops.delivery.change import Change, is_marked

EARLIER, UNKNOWN = "DELETED EARLIER", "KNOWN ONLY AFTER THE APPLY"
NEVER = float("inf")
# The unit of each retention; without a value a log group keeps everything.
RETENTIONS = {
    "aws_cloudwatch_log_group": ("retention_in_days", "days"),
    "aws_kinesis_stream": ("retention_period", "hours"),
    "aws_sqs_queue": ("message_retention_seconds", "seconds"),
}
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
RULES = {LIFECYCLE: "rule", "aws_s3_bucket": "lifecycle_rule"}
EXPIRATIONS = ("expiration", "noncurrent_version_expiration")


def shorter_retentions(changes: list[Change]) -> list[str]:
    """Return one sentence for each retention that is new or shorter for existing data."""
    found = [
        sentence
        for change in changes
        if change.verb != "destroy" and not _is_of_a_new_bucket(change, changes)
        for sentence in (*_retention(change), *_lifecycle(change), *_time_to_live(change))
    ]
    return [f"{sentence}: `{address}`" for sentence, address in found]


def _retention(change: Change) -> Iterator[tuple[str, str]]:
    if change.type not in RETENTIONS or change.verb == "add":
        return
    name, unit = RETENTIONS[change.type]
    before, after = (side.get(name) or NEVER for side in (change.before, change.after))
    if change.unknown.get(name):
        yield f"may be {EARLIER}: {name} is {UNKNOWN}", change.address
    elif after < before:
        yield (
            f"{EARLIER}: after {after} {unit}, until now {'never' if before == NEVER else f'{before} {unit}'}",
            change.address,
        )


def _time_to_live(change: Change) -> Iterator[tuple[str, str]]:
    if change.type != "aws_dynamodb_table" or change.verb == "add":
        return
    before, after = (_attributes_of_ttl(side) for side in (change.before, change.after))
    if is_marked(change.unknown.get("ttl")):
        yield f"items may be {EARLIER}: ttl is {UNKNOWN}", change.address
    for name in sorted(after - before):
        yield f"items are {EARLIER}: at the time in their attribute {name}", change.address


def _attributes_of_ttl(side: dict[str, Any]) -> set[str]:
    return {str(each.get("attribute_name")) for each in side.get("ttl") or [] if each.get("enabled")}


def _lifecycle(change: Change) -> Iterator[tuple[str, str]]:
    name = RULES.get(change.type)
    if not name or (change.type == "aws_s3_bucket" and change.verb == "add"):
        return
    if is_marked(change.unknown.get(name)) and change.type == LIFECYCLE and _expires_at_unknown(change.unknown[name]):
        yield f"objects may be {EARLIER}: a lifecycle rule is {UNKNOWN}", change.address
    before, after = (_earliest(side.get(name) or []) for side in (change.before, change.after))
    for (what, where), when in after.items():
        old = before.get((what, where))
        if old is None or _is_shorter(when, old):
            until_now = "never" if old is None else _in_words(old)
            yield f"{what} {where} are {EARLIER}: {_in_words(when)}, until now {until_now}", change.address


def _expires_at_unknown(rules: Any) -> bool:
    """Return whether an unknown value can be an expiration; AWS fills in other parts of a rule itself."""
    if not isinstance(rules, list):
        return True
    names = (*EXPIRATIONS, "filter", "status")
    parts = [rule if isinstance(rule, dict) else {"status": rule} for rule in rules]
    return any(is_marked(rule.get(name)) for rule in parts for name in names)


def _earliest(rules: Iterable[dict[str, Any]]) -> dict[tuple[str, str], tuple[float, float, str]]:
    """Return the rule that deletes first of several for the same objects."""
    found: dict[tuple[str, str], tuple[float, float, str]] = {}
    for objects, when in _expirations(rules):
        if objects not in found or _is_shorter(when, found[objects]):
            found[objects] = when
    return found


def _is_shorter(when: tuple[float, float, str], old: tuple[float, float, str]) -> bool:
    return when[0] < old[0] or when[1] < old[1] or bool(when[2] and when[2] != old[2])


def _expirations(rules: Iterable[dict[str, Any]]) -> Iterator[tuple[tuple[str, str], tuple[float, float, str]]]:
    """Return the enabled expirations by the objects that they are for."""
    for rule in rules:
        if rule.get("status") != "Enabled" and not rule.get("enabled"):
            continue
        where = _where(rule)
        for kind in EXPIRATIONS:
            for each in rule.get(kind) or []:
                when = _when(each)
                if when[0] < NEVER or when[2]:
                    yield (("objects" if kind == "expiration" else "old versions"), where), when


def _when(expiration: dict[str, Any]) -> tuple[float, float, str]:
    days = expiration.get("days") or expiration.get("noncurrent_days") or NEVER
    kept = expiration.get("newer_noncurrent_versions") or 0
    return float(days), float(kept), str(expiration.get("date") or "")


def _in_words(when: tuple[float, float, str]) -> str:
    days, kept, date = when
    return f"on {date}" if date else f"after {days:g} days{f', {kept:g} newer ones are kept' if kept else ''}"


def _where(rule: dict[str, Any]) -> str:
    """Return the objects that a rule is for, in words."""
    filters = [each for each in rule.get("filter") or [] if isinstance(each, dict)]
    chosen = {name: value for each in filters for name, value in each.items() if value}
    prefix = str(chosen.pop("prefix", "") or rule.get("prefix") or "")
    more = {name: value for name, value in {**chosen, "tags": rule.get("tags")}.items() if value}
    everything = f"below {prefix}" if prefix else "of the whole bucket"
    return f"{everything}{f' with {json.dumps(more, sort_keys=True)}' if more else ''}"


def _is_of_a_new_bucket(change: Change, changes: list[Change]) -> bool:
    """Return whether the same plan creates the bucket: a new bucket has no data to lose."""
    if change.type != LIFECYCLE or change.verb != "add" or change.after.get("bucket"):
        return False
    module = change.address.rpartition(f"{LIFECYCLE}.")[0]
    return any(
        each.type == "aws_s3_bucket" and each.verb == "add" and each.key == change.key
        and each.address.rpartition("aws_s3_bucket.")[0] == module
        for each in changes
    )  # fmt: skip
