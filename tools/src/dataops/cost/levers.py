"""Changes that save money: each change is applied to the quantities, and the month is estimated again."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dataops.cost.estimate import Use, estimate
from dataops.cost.prices import Prices
from dataops.cost.stack import Stack

FEW_RUNS = 4.0


class Month(NamedTuple):
    """All environments, and the uses of their datasets by environment."""

    stacks: tuple[Stack, ...]
    uses: dict[str, dict[str, Use]]


class Change(NamedTuple):
    """An edit of project.yaml, its disadvantage, and the month with it."""

    edit: str
    but: str
    month: Month


class Lever(NamedTuple):
    """An edit of project.yaml, its disadvantage, and the US dollars a month that it saves."""

    edit: str
    but: str
    saves: float


class Choice(NamedTuple):
    """A setting of project.yaml, for an environment or the whole project: where it applies, and what it changes."""

    edit: str
    but: str
    applies: Callable[[Stack], bool]
    fields: dict[str, Any]
    is_of_project: bool = False


CHOICES = (
    Choice('glue_version: "6.0"', "Spark 4.1: run make test first", lambda stack: True, {"glue_version": "6.0"}, True),
    Choice("flex: true", "start and run times vary", lambda stack: can_be_flex(stack), {"flex": True}),
    Choice("workers: 2", "only if runs do not take longer", lambda stack: stack.workers > 2, {"workers": 2}),
    Choice(
        "worker_type: G.1X",
        "only if 16 GB per worker are enough",
        lambda stack: stack.worker_type != "G.1X",
        {"worker_type": "G.1X"},
    ),
    Choice(
        "network of an existing VPC",
        "its owner then pays for the endpoints",
        lambda stack: stack.interfaces > 0,
        {"interfaces": 0},
    ),
)


def total(month: Month, prices: Prices) -> float | None:
    """Return the cost of a month; None if a price is missing, because then nothing can be compared."""
    found = [estimate(stack, month.uses[stack.name], prices) for stack in month.stacks]
    return None if any(each.missing for each in found) else sum(each.total for each in found)


def best_levers(month: Month, prices: Prices, count: int = 3) -> list[Lever]:
    """Return the changes that save most, each by itself."""
    before = total(month, prices)
    if before is None:
        return []
    after = ((change, total(change.month, prices)) for change in changes(month))
    levers = [Lever(change.edit, change.but, before - cost) for change, cost in after if cost is not None]
    worthwhile = [lever for lever in levers if lever.saves >= 0.01]
    return sorted(worthwhile, key=lambda lever: (-lever.saves, lever.edit))[:count]


def changes(month: Month) -> Iterator[Change]:
    """Return every possible change of project.yaml, with each environment that it applies to."""
    for choice in CHOICES:
        names = [stack.name for stack in month.stacks if choice.applies(stack)]
        stacks = [stack._replace(**choice.fields) if stack.name in names else stack for stack in month.stacks]
        edit = choice.edit if choice.is_of_project else f"{', '.join(names)}: {choice.edit}"
        if names:
            yield Change(edit, choice.but, month._replace(stacks=tuple(stacks)))
    for name in sorted({name for stack in month.stacks for name in stack.datasets}):
        seldom = {stack: less_often(uses, name) for stack, uses in month.uses.items()}
        if seldom != month.uses:
            yield Change(
                f"{name}: schedule: rate(6 hours)",
                "data arrives up to 6 hours later",
                month._replace(uses=seldom),
            )


def can_be_flex(stack: Stack) -> bool:
    """Return whether flexible execution is possible and not yet used."""
    return not stack.flex and stack.worker_type in ("G.1X", "G.2X")


def less_often(uses: dict[str, Use], name: str) -> dict[str, Use]:
    """Return an environment's uses with a dataset that runs at most every six hours."""
    if name not in uses or uses[name].runs <= FEW_RUNS:
        return uses
    return {**uses, name: uses[name]._replace(runs=FEW_RUNS)}
