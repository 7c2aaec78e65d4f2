"""A plan as a page: what would be lost, who may do what, what the change is, then the rest by what it is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dataops.delivery.allowed_destroys import FILE, AllowedDestroy, reason_for, stale
from dataops.delivery.change import UNKNOWN_CHANGE, Change
from dataops.delivery.change_in_words import back_line, change_lines
from dataops.delivery.commands_in_plan import ANOTHER_PROVIDER
from dataops.delivery.data_holding import losses_of, sentence
from dataops.delivery.delivered_change import DeliveredChange
from dataops.delivery.permission_change import PermissionChange, highlighted, permission_changes
from dataops.delivery.plain_text import plain_text
from dataops.delivery.shorter_retention import shorter_retentions
from dataops.project.terraform import LOCK

NOT_LOCKED = "The provider is not locked: this build took the newest that fits."
VERBS = ("add", "change", "replace", "destroy", "forget", UNKNOWN_CHANGE)
LONGEST_REASON = 300
# What a type is part of, in words; the first that its name begins with counts.
KINDS = {
    "aws_s3_object": "code",
    "aws_s3_": "buckets",
    "aws_kms_": "encryption key",
    "aws_dynamodb_": "ledger",
    "aws_iam_": "permissions",
    "aws_lambda_": "Lambdas",
    "aws_glue_": "catalog and jobs",
    "aws_cloudwatch_event_": "event rules",
    "aws_cloudwatch_log_": "logs",
    "aws_cloudwatch_": "monitoring",
    "aws_budgets_": "monitoring",
    "aws_sqs_": "queues",
    "aws_sns_": "notifications",
    "aws_chatbot_": "notifications",
    "aws_vpc": "network",
    "aws_subnet": "network",
    "aws_route": "network",
    "aws_security_group": "network",
    "aws_default_security_group": "network",
    "aws_flow_log": "network",
}


@dataclass(frozen=True)
class Judgement:
    """All that is to be judged about the plan of one environment."""

    environment: str
    commit: str
    changes: list[Change]
    by_hand: list[Change]
    allowed: list[AllowedDestroy]
    provider_chosen_here: bool = False
    # The account of the environment: who is of another one.
    account: str = ""
    # Policies that the apply completes, as far as the plan knows them.
    completed_later: list[PermissionChange] = field(default_factory=list)
    change: DeliveredChange | None = None
    tested_before: str = ""
    # Neither AWS's nor Terraform's own.
    other_providers: list[str] = field(default_factory=list)

    @property
    def permissions(self) -> list[PermissionChange]:
        """Who may do what from now on, and no longer."""
        return [*permission_changes(self.changes, self.account), *self.completed_later]

    @property
    def losses(self) -> list[Change]:
        """The changes that destroy data."""
        return losses_of(self.changes)

    @property
    def refused(self) -> list[Change]:
        """The losses that nobody has allowed."""
        return [change for change in self.losses if not reason_for(change, self.environment, self.allowed)]

    @property
    def retentions(self) -> list[str]:
        """The data that AWS would delete earlier than before."""
        return shorter_retentions(self.changes)

    def loss(self, change: Change, longest: int = LONGEST_REASON) -> str:
        """One loss in words, and whether it is allowed; the author's reason only as long as is wanted."""
        reason = plain_text(reason_for(change, self.environment, self.allowed) or "", longest)
        return f"{sentence(change, self.environment)} ({f'allowed: {reason}' if reason else 'NOT ALLOWED'})"

    def counts(self) -> str:
        """How many of each, in a line: "3 to add, 12 to change"."""
        counted = Counter(change.verb for change in self.changes)
        told = [
            f"{counted[verb]} {verb if verb == UNKNOWN_CHANGE else f'to {verb}'}" for verb in VERBS if counted[verb]
        ]
        return ", ".join(told) or "no changes"

    def groups(self) -> dict[str, list[Change]]:
        """The changes by what they are part of, the datasets first."""
        found: dict[str, list[Change]] = {}
        for change in sorted(self.changes, key=lambda change: (change.dataset is None, group_of(change))):
            found.setdefault(group_of(change), []).append(change)
        return found


def group_of(change: Change) -> str:
    """The dataset that a resource serves, or the kind of thing that it is."""
    if change.dataset:
        return f"dataset {change.dataset}"
    return next((kind for prefix, kind in KINDS.items() if change.type.startswith(prefix)), "other")


def page(judgement: Judgement) -> str:
    """The whole summary as markdown."""
    loss = f"{'GOES BACK; ' if back_line(judgement.change) else ''}{'DATA WOULD BE LOST; ' if judgement.losses else ''}"
    head = [f"# {judgement.environment}: {loss}{judgement.counts()}", "", f"Commit `{judgement.commit}`."]
    sections = [
        _back(judgement),
        _other_providers(judgement),
        _lost(judgement),
        _retentions(judgement),
        _provider(judgement),
        _permissions(judgement),
        change_lines(judgement.change),
        _tested(judgement),
        _numbers(judgement),
        _by_hand(judgement),
        _details(judgement),
    ]
    return "\n".join(line for section in [head, *sections] for line in [*section, *([""] if section else [])]) + "\n"


def _lost(judgement: Judgement) -> list[str]:
    lines = [f"- **{judgement.loss(change)}**: `{change.address}`" for change in judgement.losses]
    if judgement.refused:
        lines += ["", f"What is not allowed is not applied: each needs its line in {FILE} (docs/delivery.md)."]
    old = stale(judgement.allowed, judgement.environment, judgement.losses)
    told = [f"- {FILE} allows `{entry.address}`, which this plan does not destroy." for entry in old]
    return ([] if not lines else ["## Data that would be lost", "", *lines]) + ([""] if lines and told else []) + told


def _back(judgement: Judgement) -> list[str]:
    line = back_line(judgement.change)
    return [f"**{line}.**"] if line else []


def _other_providers(judgement: Judgement) -> list[str]:
    """A provider is a program that runs with the rights of the apply."""
    return [f"**{ANOTHER_PROVIDER}: `{name}`**" for name in judgement.other_providers]


def _retentions(judgement: Judgement) -> list[str]:
    found = [f"- **{sentence}**" for sentence in judgement.retentions]
    return ["## Data that would be deleted earlier", "", *found] if found else []


def _provider(judgement: Judgement) -> list[str]:
    if not judgement.provider_chosen_here:
        return []
    return [
        f"**{NOT_LOCKED}** Run `make bootstrap ENV={judgement.environment}` and commit every `{LOCK}` that it writes."
    ]


def _permissions(judgement: Judgement) -> list[str]:
    """What to read first, then every change: + is gained, - is lost."""
    found = judgement.permissions
    if not found:
        return []
    first = highlighted(found)
    lines = ["## Who may do what changes", ""]
    if first:
        lines += [f"Read these first ({len(first)}):", "", *(f"- **{sentence}**" for sentence in first), ""]
    for each in found:
        lines.append(f"- {each.verb} `{each.address}`")
        lines += [f"  - + {sentence}" for sentence in each.gained]
        lines += [f"  - \u2212 {sentence}" for sentence in each.lost]
        lines += [f"  - {sentence}" for sentence in each.notes]
    return lines


def _tested(judgement: Judgement) -> list[str]:
    return ["## The environment before it", "", judgement.tested_before] if judgement.tested_before else []


def _by_hand(judgement: Judgement) -> list[str]:
    return _listed("## Changed past Terraform since the last apply", judgement.by_hand)


def _numbers(judgement: Judgement) -> list[str]:
    if not judgement.changes:
        return []
    verbs = [verb for verb in VERBS if any(change.verb == verb for change in judgement.changes)]
    rows = [_row(group, changes, verbs) for group, changes in judgement.groups().items()]
    head = ["## In numbers", "", f"| part | {' | '.join(verbs)} |", f"| --- |{' ---: |' * len(verbs)}"]
    return [*head, *rows, _row("**all**", judgement.changes, verbs)]


def _row(name: str, changes: Sequence[Change], verbs: list[str]) -> str:
    counted = Counter(change.verb for change in changes)
    return f"| {name} | {' | '.join(str(counted[verb] or '') for verb in verbs)} |"


def _details(judgement: Judgement) -> list[str]:
    lines: list[str] = []
    for group, changes in judgement.groups().items():
        lines += [*([""] if lines else []), *_listed(f"## {group[0].upper()}{group[1:]}", changes)]
    return lines


def _listed(heading: str, changes: Iterable[Change]) -> list[str]:
    lines = [f"- {change.verb} `{change.address}`{_named(change)}" for change in changes]
    return [heading, "", *lines] if lines else []


def _named(change: Change) -> str:
    told = change.attributes or change.added
    return f": {', '.join(told)}" if told else ""
