"""A plan in one approval message: dangerous changes are never cut, the rest as far as there is room."""

from collections import Counter

from dataops.delivery.change import Change
from dataops.delivery.change_in_words import back_line, change_line
from dataops.delivery.commands_in_plan import ANOTHER_PROVIDER
from dataops.delivery.permission_change import highlighted
from dataops.delivery.plain_text import plain_text
from dataops.delivery.shorter_retention import EARLIER
from dataops.delivery.summary import NOT_LOCKED, PlanSummary

# CodePipeline takes 1,000 characters for the message and the names of variables in it.
LONGEST = 700
BETWEEN = " | "
# The author's reason of an allowed loss must not push out anything else.
LONGEST_REASON = 60
LONGEST_PROVIDERS = 80
THINGS = {
    "aws_s3_bucket": "bucket",
    "aws_dynamodb_table": "table",
    "aws_glue_catalog_table": "catalog table",
    "aws_glue_catalog_database": "catalog database",
    "aws_kms_key": "encryption key",
    "aws_sqs_queue": "queue",
    "aws_cloudwatch_log_group": "log group",
}


def message(summary: PlanSummary, digest: str = "") -> str:
    """Return one line of at most 700 characters: removed commits first, then the losses."""
    tail = f"Commit {summary.commit[:12]}{f', digest {digest[:12]}' if digest else ''}"
    head = f"{summary.environment}: {summary.counts()}"
    back = list(filter(None, [back_line(summary.change)]))
    always = [*_providers(summary), *_retentions(summary), head, *_permissions(summary)]
    if summary.provider_chosen_here:
        always.insert(0, NOT_LOCKED)
    kept = [*back, *_losses(summary, LONGEST - len(BETWEEN.join(["", *back, *always, tail]))), *always]
    groups = [f"{group}: {_counted(changes)}" for group, changes in summary.groups().items()]
    for more in [change_line(summary.change), summary.tested_before, *groups]:
        if not more:
            continue
        if len(BETWEEN.join([*kept, more, tail])) > LONGEST:
            break
        kept.append(more)
    return BETWEEN.join([*kept, tail])


def _providers(summary: PlanSummary) -> list[str]:
    named = plain_text(", ".join(summary.other_providers), LONGEST_PROVIDERS)
    return [f"{ANOTHER_PROVIDER}: {named}"] if named else []


def _retentions(summary: PlanSummary) -> list[str]:
    count = len(summary.retentions)
    return [f"DATA WOULD BE {EARLIER}: {count} retention{'s' if count > 1 else ''}"] if count else []


def _permissions(summary: PlanSummary) -> list[str]:
    """Return the number of permission changes, and how many are to be read first."""
    found = summary.permissions
    gained, lost = (sum(len(each) for each in some) for some in ([p.gained for p in found], [p.lost for p in found]))
    if not found:
        return []
    first = len(highlighted(found))
    return [f"permissions: {gained} gained, {lost} lost{f', {first} OF THEM TO READ FIRST' if first else ''}"]


def _losses(summary: PlanSummary, room: int) -> list[str]:
    if not summary.losses:
        return []
    verdict = "Apply will refuse it. " if summary.refused else ""
    each = ". ".join(summary.loss(change, LONGEST_REASON) for change in summary.losses)
    whole = " ".join(f"DATA WOULD BE LOST. {verdict}{each}".split())
    return [whole if len(whole) <= room else _shortened(summary, verdict, room)]


def _shortened(summary: PlanSummary, verdict: str, room: int) -> str:
    counted = Counter(THINGS.get(change.type, change.type) for change in summary.losses)
    tail = f"; {len(summary.refused)} of them not allowed. {verdict}The link names each"
    by_kind = f"DATA WOULD BE LOST: {_enumerated(counted)}{tail}"
    return (
        by_kind if len(by_kind) <= room else f"DATA WOULD BE LOST: {len(summary.losses)} resources that hold it{tail}"
    )


def _enumerated(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {thing}{'s' if count > 1 else ''}" for thing, count in counted.most_common())


def _counted(changes: list[Change]) -> str:
    counted = Counter(change.verb for change in changes)
    return ", ".join(f"{count} {verb}" for verb, count in counted.items())
