"""One notification per day: what ran, what was published and quarantined, and what is late."""

from typing import Any

from ledger.day import COUNTS

from notifications.message import NOTHING, Message, counted
from notifications.origin import Origin


def daily_digest(origin: Origin, day: str, runs: dict[str, list[dict[str, Any]]], late: dict[str, str]) -> Message:
    """Return the digest of the day's `runs` by dataset, and of each late dataset; one of the two may be empty."""
    everything = [run for ended in runs.values() for run in ended]
    total = {name: sum(int(run.get(name, 0)) for run in everything) for name in COUNTS}
    headline = f"{day}: {counted(len(everything), 'run')}, {counted(total['published'], 'row')} published"
    headline += f", {total['quarantined']:,} quarantined" if total["quarantined"] else ""
    headline += f", {counted(len(late), 'dataset')} late" if late else ""
    return Message(
        kinds=("daily digest",),
        origin=origin,
        headline=headline,
        facts=[*(_of_dataset(name, runs[name]) for name in sorted(runs)), *(f"{name}: {late[name]}" for name in late)],
        next_steps=_next_steps(failed=_failed(everything), quarantined=total["quarantined"], late=len(late)),
        values={"day": day, "runs": len(everything), "late": sorted(late)} | total,
    )


def _next_steps(**found: int) -> list[str]:
    steps = {
        "failed": 'What to do about each failure: docs/runbook.md, "Runs failed".',
        "quarantined": 'Fix the source of the quarantined rows: docs/runbook.md, "Rows quarantined".',
        "late": 'Ask the source why no data came: docs/runbook.md, "Data late".',
    }
    return [step for name, step in steps.items() if found[name]] or [NOTHING]


def _failed(runs: list[dict[str, Any]]) -> int:
    return sum(run["state"] == "FAILED" for run in runs)


def _of_dataset(name: str, runs: list[dict[str, Any]]) -> str:
    counts = {count: sum(int(run.get(count, 0)) for run in runs) for count in COUNTS}
    failed = _failed(runs)
    ended = counted(len(runs), "run") + (f", {failed} of them failed" if failed else "")
    rows = f"{counts['rows_in']:,} rows in = {counts['published']:,} published + {counts['quarantined']:,} quarantined"
    older = f" + {counts['superseded']:,} older than published ones" if counts["superseded"] else ""
    return f"{name}: {ended}; {rows} + {counted(counts['duplicates'], 'duplicate')}{older}"
