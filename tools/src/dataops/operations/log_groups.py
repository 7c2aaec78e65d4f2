"""Groups equal log entries: how often, since when, and one sample; the newest last, where a terminal ends."""

import json
import re

Row = dict[str, str]
# What differs between two equal errors: ids, addresses in memory, times and numbers.
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|\b[0-9a-f]{16,}\b|\d+")
# The place of an error is where the project's own code was, not the library that it called.
OF_PYTHON = re.compile(r"<frozen|site-packages|/lib/python|/var/lang/|/var/runtime/")
OF_ONE_ENTRY = ("@timestamp", "@logStream")


def lines_of(rows: list[Row]) -> list[str]:
    """Return all rows as lines, the newest last; equal errors are one entry."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=moment_of):
        groups.setdefault(likeness(row), []).append(row)
    return [line for group in sorted(groups.values(), key=lambda group: moment_of(group[-1])) for line in entry(group)]


def moment_of(row: Row) -> str:
    """Return the time of a row: its own, or that of the span which it counts."""
    return row.get("@timestamp") or next((value for name, value in row.items() if name.startswith("bin(")), "")


def likeness(row: Row) -> str:
    """Return what equal entries have in common; entries without a message are all different."""
    if "@message" not in row:
        return json.dumps(row)
    shown = said(row["@message"])
    return json.dumps([row.get("@log", ""), [CHANGING.sub("#", line) for line in shown]])


def entry(group: list[Row]) -> list[str]:
    """Return a group: its newest entry, after the number of entries if there are several."""
    newest = group[-1]
    if "@message" not in newest:
        return ["  ".join(f"{name}={value}" for name, value in newest.items())]
    times = f"{len(group)} times, {first_and_last(group)}" if len(group) > 1 else newest.get("@timestamp", "")[:19]
    others = {name: value for name, value in newest.items() if name not in ("@message", *OF_ONE_ENTRY)}
    place = "".join(f", {value.rpartition(':')[2]}" for value in others.values())
    return [f"{times}{place}", *(f"  {line}" for line in said(newest["@message"]))]


def first_and_last(group: list[Row]) -> str:
    """Return the times between which the entries of a group were logged."""
    first, last = (row.get("@timestamp", "")[:19] for row in (group[0], group[-1]))
    return f"{first} to {last[11:] if last[:10] == first[:10] else last}"


def said(message: str) -> list[str]:
    """Return an error of a Lambda as its sentence and its place; any other message as it is."""
    try:
        given = json.loads(message)
    except ValueError:
        return message.strip().splitlines()
    if not isinstance(given, dict) or "errorType" not in given:
        return [message.strip()]
    trace = "".join(given.get("stackTrace") or []).strip().splitlines()
    places = [line.strip() for line in trace if line.strip().startswith("File ")]
    own = [place for place in places if not OF_PYTHON.search(place)]
    sentence = f"{given['errorType']}: {given.get('errorMessage', '')}".rstrip(": ")
    return [sentence, *(own or places)[-1:]]
