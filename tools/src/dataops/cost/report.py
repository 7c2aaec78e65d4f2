"""An estimate for people: tables, assumptions, what is missing, and what would save most."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from dataops.cost.delivery import PART
from dataops.cost.estimate import Estimate
from dataops.cost.levers import Lever, Month
from dataops.cost.prices import Prices
from dataops.cost.stack import DPU

TABLE = "cost/prices.yaml of the tools"
NOT_IN_IT = (
    "queries in Athena (about 5 dollars a TB scanned), Glue's own metrics, data transfer, SMS, support, taxes, "
    "free tiers, discounts"
)


class Report(NamedTuple):
    """All that is told."""

    month: Month
    estimates: dict[str, Estimate]
    delivery: Estimate
    levers: list[Lever]
    budgets: dict[str, float | None]
    canary: str
    deployments: float
    unknown: list[str]
    hanging: dict[str, float]


def print_report(report: Report, prices: Prices, console: Console) -> None:
    """Print everything."""
    console.print(heading(report, prices))
    console.print(table_of_parts(report))
    console.print(table_of_services(report))
    for line in [*assumptions(report), *gaps(report), *savings(report), *budgets(report)]:
        console.print(line, markup=False)


def heading(report: Report, prices: Prices) -> str:
    """What the numbers are, and of where."""
    regions = {stack.region for stack in report.month.stacks}
    lacking = sorted(regions - prices.regions())
    lines = [f"US dollars a month, by list prices of {prices.table_region} read on {prices.read_on} ({TABLE})."]
    if lacking:
        lines.append(f"The table has no prices of {', '.join(lacking)}: expect a difference of up to 20 %.")
    return "\n".join(lines)


def table_of_parts(report: Report) -> Table:
    """Rows for datasets and for what an environment has once."""
    parts = distinct(line.part for each in report.estimates.values() for line, _ in each.costs)
    rows = {named(part, report): [each.of_part(part) for each in report.estimates.values()] for part in parts}
    return table("", rows, report)


def table_of_services(report: Report) -> Table:
    """Rows for the services that are billed."""
    everything = [*report.estimates.values(), report.delivery]
    services = distinct(line.service for each in everything for line, _ in each.costs)
    rows = {service: [each.of_service(service) for each in report.estimates.values()] for service in services}
    return table("of that", rows, report)


def table(title: str, rows: dict[str, list[float]], report: Report) -> Table:
    """Amounts by environment and for the delivery, largest rows first, with their sum."""
    made = Table(title, *report.estimates, PART, box=None, pad_edge=False)
    for column in made.columns[1:]:
        column.justify = "right"
    for name, amounts in sorted(rows.items(), key=lambda row: -sum(row[1])):
        everywhere = [*amounts, report.delivery.of_service(name) if title else 0]
        if any(everywhere):
            made.add_row(name, *map(money, everywhere))
    sums = [each.total for each in report.estimates.values()]
    made.add_row("together", *map(money, [*sums, report.delivery.total]), style="bold")
    return made


def money(amount: float) -> str:
    """Dollars and cents; nothing is left out."""
    return f"{amount:,.2f}" if amount else ""


def named(part: str, report: Report) -> str:
    """A part's name for people."""
    return f"{part} (smoke test)" if part == report.canary else part


def distinct(names: Iterable[str]) -> list[str]:
    """Names in their first order."""
    return list(dict.fromkeys(names))


def assumptions(report: Report) -> list[str]:
    """What was taken for granted, and how to say otherwise."""
    lines = ["Assumed:"]
    for stack in report.month.stacks:
        size = f"{stack.workers} workers of {stack.worker_type} ({stack.workers * DPU[stack.worker_type]} DPU)"
        endpoints = f"{stack.interfaces} endpoints by zones" if stack.interfaces else "an existing network"
        lines.append(f"  {stack.name}: {size} for the whole run, {endpoints}, {stack.alarms} alarms")
    shown = {name: use for uses in report.month.uses.values() for name, use in uses.items() if name != report.canary}
    lines += [
        f"  {name}: {use.runs:g} runs a day of {use.minutes:g} minutes, each with a crawl; "
        f"{use.gigabytes:g} GB a day kept {use.months:g} months"
        for name, use in sorted(shown.items())
    ]
    lines += [
        f"  {name}: a run that hangs until its timeout costs {cost:,.2f} at most"
        for name, cost in report.hanging.items()
    ]
    lines.append(f"  {report.deployments:g} deployments a month, each with two pull requests")
    lines.append(
        '  Otherwise: make cost RUNS="24 customers=1" MINUTES=10 GIGABYTES="orders=5" MONTHS=24 DEPLOYMENTS=20'
    )
    return [*lines, f"Not in it: {NOT_IN_IT}.", ""]


def gaps(report: Report) -> list[str]:
    """What has no price: the sums are then too small."""
    missing = {name: each.missing for name, each in report.estimates.items() if each.missing}
    lines = [
        f"{name}: no price for {', '.join(names)} in {TABLE}: the sum is too small by it."
        for name, names in {**missing, **({PART: report.delivery.missing} if report.delivery.missing else {})}.items()
    ]
    if report.unknown:
        lines.append(f"The plan holds what the estimate does not know: {', '.join(report.unknown)}.")
    return lines


def savings(report: Report) -> list[str]:
    """The changes that save most."""
    if not report.levers:
        return ["Nothing in project.yaml would save a cent, or a price is missing."]
    lines = [f"  {lever.saves:>10,.2f}  {lever.edit} ({lever.but})" for lever in report.levers]
    return ["What would save most, each by itself:", *lines, ""]


def budgets(report: Report) -> list[str]:
    """How the estimate compares with the budget, or which budget would fit."""
    return [
        f"{name}: the estimate is {each.total / budget:.0%} of its monthly_budget of {budget:g}."
        if budget
        else f"{name}: no monthly_budget in project.yaml; {proposal(each.total):g} would leave half as much again."
        for name, each in report.estimates.items()
        for budget in [report.budgets[name]]
    ]


def proposal(total: float) -> float:
    """Half as much again, rounded up to tens."""
    return -(-total * 1.5 // 10) * 10
