"""A plan in one approval message: what would be lost is never cut away, the rest as far as there is room."""

from collections import Counter

from delivery.change import Change
from delivery.summary import NOT_LOCKED, Judgement

# CodePipeline takes 1,000 characters for the message and the names of variables in it.
LONGEST = 700
BETWEEN = " | "
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
    """One line of at most 700 characters, the losses first."""
    tail = f"Commit {judgement.commit[:12]}{f', digest {digest[:12]}' if digest else ''}"
    head = f"{judgement.environment}: {judgement.counts()}"
    unlocked = [NOT_LOCKED] if judgement.provider_chosen_here else []
    losses = _losses(judgement, LONGEST - len(BETWEEN.join(["", *unlocked, head, tail])))
    kept = [*losses, *unlocked, head]
    for group, changes in judgement.groups().items():
        more = f"{group}: {_counted(changes)}"
        if len(BETWEEN.join([*kept, more, tail])) > LONGEST:
            break
        kept.append(more)
    return BETWEEN.join([*kept, tail])


def _losses(judgement: Judgement, room: int) -> list[str]:
    if not judgement.losses:
        return []
    verdict = "Apply will refuse it. " if judgement.refused else ""
    each = ". ".join(judgement.loss(change) for change in judgement.losses)
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
