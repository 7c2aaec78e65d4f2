"""CloudWatch Logs Insights, for the commands of this project's saved queries: fields, filter, stats, sort, limit."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from dataops.local_aws.cloudwatch.insights_expression import Act, Row, parsed

MOST_ROWS = 10_000
FLOW = (
    *("version", "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort"),
    *("protocol", "packets", "bytes", "startTime", "endTime", "action", "logStatus"),
)
SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MILLISECONDS = "_ms"


def execute(log_groups: list[Any], query: str, start_time: int, end_time: int) -> list[dict[str, Any]]:
    """The rows of a query over moto's log groups; times in seconds since 1970."""
    rows = [row for group in log_groups for row in rows_of(group, start_time * 1000, end_time * 1000)]
    shown = ["@timestamp", "@message"]
    for command in split(query, "|"):
        verb, _, rest = command.strip().partition(" ")
        match verb:
            case "filter":
                rows = list(filter(parsed(rest), rows))
            case "fields":
                shown, rows = selected(rest, rows)
            case "stats":
                shown, rows = counted(rest, rows)
            case "sort":
                rows = ordered(rest.strip(), rows)
            case "limit":
                rows = rows[: int(rest)]
            case _:
                raise ValueError(f"the local AWS does not know the command {verb} of Logs Insights")
    return [{name: row[name] for name in shown if row.get(name) is not None} for row in rows[:MOST_ROWS]]


def rows_of(group: Any, start: int, end: int) -> Iterator[Row]:
    """The events of a group, each with the fields that Insights discovers in it; times in milliseconds."""
    for stream in list(group.streams.values()):
        for event in list(stream.events):
            if start <= event.timestamp <= end:
                moment = datetime.fromtimestamp(event.timestamp / 1000, UTC)
                yield {
                    **discovered(event.message),
                    "@timestamp": moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
                    "@message": event.message,
                    "@log": f"{group.account_id}:{group.name}",
                    "@logStream": stream.log_stream_name,
                    MILLISECONDS: event.timestamp,
                }


def discovered(message: str) -> Row:
    """The fields of a JSON line, nested ones by path, or of a flow log line."""
    words = message.split()
    if len(words) == len(FLOW) and words[0] == "2":
        return dict(zip(FLOW, words, strict=True))
    try:
        content = json.loads(message)
    except ValueError:
        return {}
    return dict(flattened(content, "")) if isinstance(content, dict) else {}


def flattened(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every leaf with its path: record.metrics.durationMs, unreachable.0."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path, value
        return
    for key, each in inside:
        yield from flattened(each, f"{path}.{key}" if path else str(key))


def selected(text: str, rows: list[Row]) -> tuple[list[str], list[Row]]:
    """The names of the `fields` command, and the rows with its computed fields."""
    named = [named_expression(part) for part in split(text, ",")]
    return [name for name, _ in named], [row | {name: act(row) for name, act in named} for row in rows]


def counted(text: str, rows: list[Row]) -> tuple[list[str], list[Row]]:
    """The rows of a `stats … by …` command: one per group."""
    what, _, by = text.partition(" by ")
    keys = [(part.strip(), key_of(part.strip())) for part in split(by, ",") if part.strip()]
    named = [named_expression(part) for part in split(what, ",")]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(key(row) for _, key in keys), []).append(row)
    found = [
        dict(zip([name for name, _ in keys], group, strict=True)) | {name: act(members) for name, act in named}
        for group, members in groups.items()
    ]
    return [name for name, _ in [*keys, *named]], found


def ordered(text: str, rows: list[Row]) -> list[Row]:
    """The rows sorted by a field, greatest first unless `asc` is given."""
    name, _, order = text.partition(" ")
    return sorted(rows, key=lambda row: _orderly(row.get(name)), reverse=order.strip() != "asc")


def named_expression(text: str) -> tuple[str, Act]:
    """An expression and its name."""
    expression, _, name = text.strip().partition(" as ")
    return (name or expression).strip(), parsed(expression)


def key_of(text: str) -> Callable[[Row], Any]:
    """The key that rows are grouped by: a field, or a time bin."""
    span = re.fullmatch(r"bin\((\d+)([smhdw])\)", text)
    if not span:
        return lambda row: row.get(text)
    length = int(span[1]) * SPANS[span[2]] * 1000
    return lambda row: datetime.fromtimestamp(row[MILLISECONDS] // length * length / 1000, UTC).isoformat()


def split(text: str, sign: str) -> list[str]:
    """Split a text at a separator outside quotes, regular expressions and brackets."""
    pieces = re.findall(r'"[^"]*"|like /(?:[^/\\]|\\.)*/|[(\[][^()\[\]]*[)\]]|.', text, re.DOTALL)
    parts = [""]
    for piece in pieces:
        parts = [*parts, ""] if piece == sign else [*parts[:-1], parts[-1] + piece]
    return parts


def _orderly(value: Any) -> tuple[bool, float, str]:
    is_number = isinstance(value, int | float)
    return value is not None, float(value) if is_number else 0.0, "" if is_number else str(value)
