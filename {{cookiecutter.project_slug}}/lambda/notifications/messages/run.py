"""The notifications of a run's end: published, with or without quarantined rows, or failed."""

from typing import Any

from ledger.day import COUNTS

from notifications.message import NOTHING, TODAY, Message, counted, cut
from notifications.origin import Origin

Row = dict[str, Any]
MOST_FILES = 20
DELETED = "Nothing, if it was deleted on purpose. Otherwise upload it again, because it was not read."


def run_published(origin: Origin, dataset: str, run: Row, report: Row) -> Message:
    """Return the notification; `run` has name and job run; a run that published only some files has its own kind."""
    files = report.get("files", [])
    incomplete = [file for file in files if file["file_reason"] or file["quarantined"]]
    refused = [file for file in incomplete if file["file_reason"] != "gone"]
    counts = {name: int(report.get(name, 0)) for name in COUNTS}
    bad = counted(counts["quarantined"], "row") if counts["quarantined"] else counted(len(refused), "file")
    outcome = f", {bad} quarantined" if refused else f", {counted(len(incomplete), 'file')} deleted before"
    facts = [
        f"Run {run['name']} published {counts['published']:,} of {counted(counts['rows_in'], 'row')} "
        f"from {counted(len(files), 'file')}: {counts['quarantined']:,} quarantined, "
        f"{counted(counts['duplicates'], 'duplicate')}{late(counts)}."
    ]
    facts += ["Not published, or only in part:"] if incomplete else []
    return Message(
        kinds=("rows quarantined", "run succeeded") if incomplete else ("run succeeded",),
        origin=origin,
        about=dataset,
        headline=f"published{outcome if incomplete else ''}",
        facts=facts + cut([f"{file['key']}: {_why(file)}" for file in incomplete], MOST_FILES, "file"),
        next_steps=_what_to_do(origin, refused[0]["key"]) if refused else [DELETED if incomplete else NOTHING],
        links=_links(origin, dataset, run),
        values={"run": run["name"], "files": len(files)} | counts,
    )


def late(counts: dict[str, int]) -> str:
    """Return what to add about rows that came later than a newer row of their key."""
    return f", {counted(counts['superseded'], 'row')} older than published ones" if counts["superseded"] else ""


def run_failed(origin: Origin, dataset: str, run: Row, failure: Row) -> Message:
    """Return the notification; `failure` has the reason, the number of waiting files, and the DEAD files."""
    waiting, dead = int(failure["waiting"]), int(failure["dead"])
    facts = [f"Run {run['name']} failed: {failure['reason'].rstrip('.')}. It published nothing."]
    facts += [f"{counted(waiting, 'file')} will be retried within 15 minutes."] if waiting else []
    why = "another attempt would fail in the same way" if failure.get("lasting") else "every attempt failed"
    given_up = [f"{counted(dead, 'file')} given up (DEAD), because {why}:"] if dead else []
    files = failure["dead_files"]
    more = [f"and {counted(dead - len(files), 'more file')}"] if dead > len(files) else []
    return Message(
        kinds=("run failed",),
        origin=origin,
        about=dataset,
        headline=f"run failed, {counted(dead, 'file')} given up" if dead else "run failed",
        facts=[*facts, *given_up, *files, *more],
        next_steps=[
            failure.get("advice") or 'What to do about each reason: docs/runbook.md, "Runs failed".',
            *(["Then upload the files that were given up again. A new version counts as a new file."] if dead else []),
        ],
        links=_links(origin, dataset, run),
        urgency=TODAY,
        values={"run": run["name"], "reason": failure["reason"], "waiting": waiting, "dead": dead},
    )


def account_limit_reached(origin: Origin, dataset: str, waiting: int, workers: str) -> Message:
    """Return the notification of a run of so many `workers` that Glue refused because of an account quota."""
    return Message(
        kinds=("run failed",),
        origin=origin,
        about=dataset,
        headline="run not started, the account's Glue quota is reached",
        facts=[
            f"Glue refused to start a run of {workers}: the account's job runs or DPUs are all in use. "
            f"Files that wait: {waiting:,}. No file is lost: every sweep retries."
        ],
        next_steps=[
            "If this lasts, request more under Service Quotas, AWS Glue (maximum DPUs, concurrent job runs), "
            'or set fewer workers in project.yaml: docs/runbook.md, "Files waiting".'
        ],
        urgency=TODAY,
        values={"waiting": waiting},
    )


def _why(file: Row) -> str:
    reasons = ", ".join(f"{reason} {rows}" for reason, rows in file.get("reasons", {}).items())
    return str(file["file_reason"] or f"{counted(file['quarantined'], 'row')} quarantined ({reasons})")


def _what_to_do(origin: Origin, key: str) -> list[str]:
    return [
        f'See each quarantined row with its reason: make where FILE="{key}" ENV={origin.environment}',
        'Fix the source and upload the file again: docs/runbook.md, "Rows quarantined".',
    ]


def _links(origin: Origin, dataset: str, run: Row) -> dict[str, str]:
    links = {"run and log": origin.job_run(dataset, run["job_run"])} if run.get("job_run") else {}
    return links | {"report": origin.stored_object(*run["report"])}
