"""A plan in one approval message: what is dangerous is never cut away, the rest as far as there is room."""

from collections import Counter

from dataops.delivery.change import Change
from dataops.delivery.change_in_words import back_line, change_line
from dataops.delivery.commands_in_plan import ANOTHER_PROVIDER
from dataops.delivery.permission_change import highlighted
from dataops.delivery.plain_text import plain_text
from dataops.delivery.shorter_retention import EARLIER
from dataops.delivery.summary import NOT_LOCKED, Judgement

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


def message(judgement: Judgement, digest: str = "") -> str:
    """One line of at most 700 characters: going back first, then the losses."""
    tail = f"Commit {judgement.commit[:12]}{f', digest {digest[:12]}' if digest else ''}"
    head = f"{judgement.environment}: {judgement.counts()}"
    back = list(filter(None, [back_line(judgement.change)]))
    always = [*_providers(judgement), *_retentions(judgement), head, *_permissions(judgement)]
    if judgement.provider_chosen_here:
        always.insert(0, NOT_LOCKED)
    kept = [*back, *_losses(judgement, LONGEST - len(BETWEEN.join(["", *back, *always, tail]))), *always]
    groups = [f"{group}: {_counted(changes)}" for group, changes in judgement.groups().items()]
    for more in [change_line(judgement.change), judgement.tested_before, *groups]:
        if not more:
            continue
        if len(BETWEEN.join([*kept, more, tail])) > LONGEST:
            break
        kept.append(more)
    return BETWEEN.join([*kept, tail])


def _providers(judgement: Judgement) -> list[str]:
    named = plain_text(", ".join(judgement.other_providers), LONGEST_PROVIDERS)
    return [f"{ANOTHER_PROVIDER}: {named}"] if named else []


def _retentions(judgement: Judgement) -> list[str]:
    count = len(judgement.retentions)
    return [f"DATA WOULD BE {EARLIER}: {count} retention{'s' if count > 1 else ''}"] if count else []


def _permissions(judgement: Judgement) -> list[str]:
    """How much changes of who may do what, and how much of that is to be read first."""
    found = judgement.permissions
    gained, lost = (sum(len(each) for each in some) for some in ([p.gained for p in found], [p.lost for p in found]))
    if not found:
        return []
    first = len(highlighted(found))
    return [f"permissions: {gained} gained, {lost} lost{f', {first} OF THEM TO READ FIRST' if first else ''}"]


def _losses(judgement: Judgement, room: int) -> list[str]:
    if not judgement.losses:
        return []
    verdict = "Apply will refuse it. " if judgement.refused else ""
    each = ". ".join(judgement.loss(change, LONGEST_REASON) for change in judgement.losses)
    whole = " ".join(f"DATA WOULD BE LOST. {verdict}{each}".split())
    return [whole if len(whole) <= room else _shortened(judgement, verdict, room)]


def _shortened(judgement: Judgement, verdict: str, room: int) -> str:
    counted = Counter(THINGS.get(change.type, change.type) for change in judgement.losses)
    tail = f"; {len(judgement.refused)} of them not allowed. {verdict}The link names each"
    by_kind = f"DATA WOULD BE LOST: {_enumerated(counted)}{tail}"
    return (
        by_kind if len(by_kind) <= room else f"DATA WOULD BE LOST: {len(judgement.losses)} resources that hold it{tail}"
    )


def _enumerated(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {thing}{'s' if count > 1 else ''}" for thing, count in counted.most_common())


def _counted(changes: list[Change]) -> str:
    counted = Counter(change.verb for change in changes)
    return ", ".join(f"{count} {verb}" for verb, count in counted.items())
