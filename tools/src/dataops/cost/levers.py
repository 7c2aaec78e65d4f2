"""What would save money: each change is made to the quantities, and the month is estimated again."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dataops.cost.estimate import Use, estimate
from dataops.cost.prices import Prices
from dataops.cost.stack import Stack

FEW_RUNS = 4.0


class Month(NamedTuple):
    """All environments, and by their names the uses of their datasets."""

    stacks: tuple[Stack, ...]
    uses: dict[str, dict[str, Use]]


class Change(NamedTuple):
    """An edit of project.yaml, what speaks against it, and the month with it."""

    edit: str
    but: str
    month: Month


class Lever(NamedTuple):
    """An edit of project.yaml, what speaks against it, and the US dollars a month that it saves."""

    edit: str
    but: str
    saves: float


class Choice(NamedTuple):
    """What project.yaml lets an environment, or the whole project, choose: where it applies, what it changes."""

    edit: str
    but: str
    applies: Callable[[Stack], bool]
    fields: dict[str, Any]
    is_of_project: bool = False


CHOICES = (
    Choice('glue_version: "6.0"', "Spark 4.1: make test first", lambda stack: True, {"glue_version": "6.0"}, True),
    Choice("flex: true", "runs begin later and take longer", lambda stack: can_be_flex(stack), {"flex": True}),
    Choice("workers: 2", "if runs do not take longer with them", lambda stack: stack.workers > 2, {"workers": 2}),
    Choice(
        "worker_type: G.1X",
        "if 16 GB a worker are enough",
        lambda stack: stack.worker_type != "G.1X",
        {"worker_type": "G.1X"},
    ),
    Choice(
        "network of an existing VPC",
        "which then pays for its own way to AWS",
        lambda stack: stack.interfaces > 0,
        {"interfaces": 0},
    ),
)


def total(month: Month, prices: Prices) -> float | None:
    """What a month costs; None where a price is missing, because then nothing can be compared."""
    found = [estimate(stack, month.uses[stack.name], prices) for stack in month.stacks]
    return None if any(each.missing for each in found) else sum(each.total for each in found)


def best_levers(month: Month, prices: Prices, count: int = 3) -> list[Lever]:
    """The changes that save most, each by itself."""
    before = total(month, prices)
    if before is None:
        return []
    after = ((change, total(change.month, prices)) for change in changes(month))
    levers = [Lever(change.edit, change.but, before - cost) for change, cost in after if cost is not None]
    worthwhile = [lever for lever in levers if lever.saves >= 0.01]
    return sorted(worthwhile, key=lambda lever: (-lever.saves, lever.edit))[:count]


def changes(month: Month) -> Iterator[Change]:
    """Every change that project.yaml offers, each wherever it applies."""
    for choice in CHOICES:
        places = [stack.name for stack in month.stacks if choice.applies(stack)]
        stacks = [stack._replace(**choice.fields) if stack.name in places else stack for stack in month.stacks]
        edit = choice.edit if choice.is_of_project else f"{', '.join(places)}: {choice.edit}"
        if places:
            yield Change(edit, choice.but, month._replace(stacks=tuple(stacks)))
    for name in sorted({name for stack in month.stacks for name in stack.datasets}):
        seldom = {place: less_often(uses, name) for place, uses in month.uses.items()}
        if seldom != month.uses:
            yield Change(
                f"{name}: schedule: rate(6 hours)",
                "data comes up to 6 hours later",
                month._replace(uses=seldom),
            )


def can_be_flex(stack: Stack) -> bool:
    """Whether spare capacity is offered and not yet used."""
    return not stack.flex and stack.worker_type in ("G.1X", "G.2X")


def less_often(uses: dict[str, Use], name: str) -> dict[str, Use]:
    """An environment's uses with a dataset that runs at most every six hours."""
    if name not in uses or uses[name].runs <= FEW_RUNS:
        return uses
    return {**uses, name: uses[name]._replace(runs=FEW_RUNS)}
