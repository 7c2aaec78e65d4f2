"""One message a day: what ran, what was published and refused, and what is late."""

from typing import Any

from message import Message, counted
from place import Place

COUNTS = ("rows_in", "published", "quarantined", "duplicates")


def daily_digest(place: Place, day: str, runs: dict[str, list[dict[str, Any]]], late: dict[str, str]) -> Message:
    """`runs` of the day by dataset, and of each late dataset since when; all of it may be empty but not both."""
    everything = [run for ended in runs.values() for run in ended]
    total = {name: sum(int(run.get(name, 0)) for run in everything) for name in COUNTS}
    headline = f"{day}: {counted(len(everything), 'run')}, {counted(total['published'], 'row')} published"
    headline += f", {total['quarantined']:,} quarantined" if total["quarantined"] else ""
    headline += f", {counted(len(late), 'dataset')} late" if late else ""
    quiet = "Nothing: this is how it should be."
    return Message(
        kinds=("daily digest",),
        place=place,
        headline=headline,
        facts=[*(_of_dataset(name, runs[name]) for name in sorted(runs)), *(f"{name}: {late[name]}" for name in late)],
        next_steps=['Ask the source why nothing came: docs/runbook.md, "Data late".'] if late else [quiet],
        values={"day": day, "runs": len(everything), "late": sorted(late)} | total,
    )


def _of_dataset(name: str, runs: list[dict[str, Any]]) -> str:
    counts = {count: sum(int(run.get(count, 0)) for run in runs) for count in COUNTS}
    failed = sum(run["state"] == "FAILED" for run in runs)
    ended = counted(len(runs), "run") + (f", {failed} of them failed" if failed else "")
    rows = f"{counts['rows_in']:,} rows in = {counts['published']:,} published + {counts['quarantined']:,} quarantined"
    return f"{name}: {ended}; {rows} + {counted(counts['duplicates'], 'duplicate')}"
