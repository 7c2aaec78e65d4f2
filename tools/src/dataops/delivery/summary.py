"""A plan as a page: losses, permission changes, what the change is, then the rest by type."""

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
# The group of a type, in words; the first that its name begins with counts.
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
class PlanSummary:
    """What the plan of one environment changes, loses and permits."""

    environment: str
    commit: str
    changes: list[Change]
    by_hand: list[Change]
    allowed: list[AllowedDestroy]
    provider_chosen_here: bool = False
    # The account of the environment: principals of other accounts are marked.
    account: str = ""
    # Policies that the apply completes, as far as the plan knows them.
    completed_later: list[PermissionChange] = field(default_factory=list)
    change: DeliveredChange | None = None
    tested_before: str = ""
    # Neither AWS's nor Terraform's own.
    other_providers: list[str] = field(default_factory=list)

    @property
    def permissions(self) -> list[PermissionChange]:
        """The permission changes."""
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
        """Return one loss in words, and whether it is allowed; the author's reason up to a maximum length."""
        reason = plain_text(reason_for(change, self.environment, self.allowed) or "", longest)
        return f"{sentence(change, self.environment)} ({f'allowed: {reason}' if reason else 'NOT ALLOWED'})"

    def counts(self) -> str:
        """Return the number of each action, in a line: "3 to add, 12 to change"."""
        counted = Counter(change.verb for change in self.changes)
        parts = [
            f"{counted[verb]} {verb if verb == UNKNOWN_CHANGE else f'to {verb}'}" for verb in VERBS if counted[verb]
        ]
        return ", ".join(parts) or "no changes"

    def groups(self) -> dict[str, list[Change]]:
        """Return the changes by group, the datasets first."""
        found: dict[str, list[Change]] = {}
        for change in sorted(self.changes, key=lambda change: (change.dataset is None, group_of(change))):
            found.setdefault(group_of(change), []).append(change)
        return found


def group_of(change: Change) -> str:
    """Return the dataset that a resource belongs to, or its type's group."""
    if change.dataset:
        return f"dataset {change.dataset}"
    return next((kind for prefix, kind in KINDS.items() if change.type.startswith(prefix)), "other")


def page(summary: PlanSummary) -> str:
    """Return the whole summary as markdown."""
    loss = f"{'GOES BACK; ' if back_line(summary.change) else ''}{'DATA WOULD BE LOST; ' if summary.losses else ''}"
    head = [f"# {summary.environment}: {loss}{summary.counts()}", "", f"Commit `{summary.commit}`."]
    sections = [
        _back(summary),
        _other_providers(summary),
        _lost(summary),
        _retentions(summary),
        _provider(summary),
        _permissions(summary),
        change_lines(summary.change),
        _tested(summary),
        _numbers(summary),
        _by_hand(summary),
        _details(summary),
    ]
    return "\n".join(line for section in [head, *sections] for line in [*section, *([""] if section else [])]) + "\n"


def _lost(summary: PlanSummary) -> list[str]:
    lines = [f"- **{summary.loss(change)}**: `{change.address}`" for change in summary.losses]
    if summary.refused:
        lines += ["", f"What is not allowed is not applied: each needs its line in {FILE} (docs/delivery.md)."]
    old = stale(summary.allowed, summary.environment, summary.losses)
    unused = [f"- {FILE} allows `{entry.address}`, which this plan does not destroy." for entry in old]
    return (
        ([] if not lines else ["## Data that would be lost", "", *lines]) + ([""] if lines and unused else []) + unused
    )


def _back(summary: PlanSummary) -> list[str]:
    line = back_line(summary.change)
    return [f"**{line}.**"] if line else []


def _other_providers(summary: PlanSummary) -> list[str]:
    """Return a warning about other providers: a provider is a program that runs with the rights of the apply."""
    return [f"**{ANOTHER_PROVIDER}: `{name}`**" for name in summary.other_providers]


def _retentions(summary: PlanSummary) -> list[str]:
    found = [f"- **{sentence}**" for sentence in summary.retentions]
    return ["## Data that would be deleted earlier", "", *found] if found else []


def _provider(summary: PlanSummary) -> list[str]:
    if not summary.provider_chosen_here:
        return []
    return [
        f"**{NOT_LOCKED}** Run `make bootstrap ENV={summary.environment}` and commit every `{LOCK}` that it writes."
    ]


def _permissions(summary: PlanSummary) -> list[str]:
    """Return what to read first, then every change: + is gained, - is lost."""
    found = summary.permissions
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


def _tested(summary: PlanSummary) -> list[str]:
    return ["## The environment before it", "", summary.tested_before] if summary.tested_before else []


def _by_hand(summary: PlanSummary) -> list[str]:
    return _listed("## Changed past Terraform since the last apply", summary.by_hand)


def _numbers(summary: PlanSummary) -> list[str]:
    if not summary.changes:
        return []
    verbs = [verb for verb in VERBS if any(change.verb == verb for change in summary.changes)]
    rows = [_row(group, changes, verbs) for group, changes in summary.groups().items()]
    head = ["## In numbers", "", f"| part | {' | '.join(verbs)} |", f"| --- |{' ---: |' * len(verbs)}"]
    return [*head, *rows, _row("**all**", summary.changes, verbs)]


def _row(name: str, changes: Sequence[Change], verbs: list[str]) -> str:
    counted = Counter(change.verb for change in changes)
    return f"| {name} | {' | '.join(str(counted[verb] or '') for verb in verbs)} |"


def _details(summary: PlanSummary) -> list[str]:
    lines: list[str] = []
    for group, changes in summary.groups().items():
        lines += [*([""] if lines else []), *_listed(f"## {group[0].upper()}{group[1:]}", changes)]
    return lines


def _listed(heading: str, changes: Iterable[Change]) -> list[str]:
    lines = [f"- {change.verb} `{change.address}`{_named(change)}" for change in changes]
    return [heading, "", *lines] if lines else []


def _named(change: Change) -> str:
    named = change.attributes or change.added
    return f": {', '.join(named)}" if named else ""
