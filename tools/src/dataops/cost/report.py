"""An estimate for people: tables, assumptions, gaps, and the changes that save most."""

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
NOT_IN_IT = "Glue's own metrics, data transfer, SMS, support, taxes, free tiers, discounts"


class Report(NamedTuple):
    """The content of the report."""

    month: Month
    estimates: dict[str, Estimate]
    delivery: Estimate
    levers: list[Lever]
    budgets: dict[str, float | None]
    canary: str
    deployments: float
    unknown: list[str]
    hanging: dict[str, float]
    dearest_queries: dict[str, float]


def print_report(report: Report, prices: Prices, console: Console) -> None:
    """Print everything."""
    console.print(heading(report, prices))
    console.print(table_of_parts(report))
    console.print(table_of_services(report))
    for line in [*assumptions(report), *gaps(report), *savings(report), *budgets(report)]:
        console.print(line, markup=False)


def heading(report: Report, prices: Prices) -> str:
    """Return what the numbers are, and their region."""
    regions = {stack.region for stack in report.month.stacks}
    lacking = sorted(regions - prices.regions())
    lines = [f"US dollars per month, at list prices of {prices.table_region} read on {prices.read_on} ({TABLE})."]
    if lacking:
        lines.append(f"The table has no prices of {', '.join(lacking)}: expect a difference of up to 20 %.")
    return "\n".join(lines)


def table_of_parts(report: Report) -> Table:
    """Return rows for datasets and for what an environment has once."""
    parts = distinct(line.part for each in report.estimates.values() for line, _ in each.costs)
    rows = {named(part, report): [each.of_part(part) for each in report.estimates.values()] for part in parts}
    return table("", rows, report)


def table_of_services(report: Report) -> Table:
    """Return rows for the services that are billed."""
    everything = [*report.estimates.values(), report.delivery]
    services = distinct(line.service for each in everything for line, _ in each.costs)
    rows = {service: [each.of_service(service) for each in report.estimates.values()] for service in services}
    return table("by service", rows, report)


def table(title: str, rows: dict[str, list[float]], report: Report) -> Table:
    """Return amounts by environment and for the delivery, largest rows first, with their sum."""
    made = Table(title, *report.estimates, PART, box=None, pad_edge=False)
    for column in made.columns[1:]:
        column.justify = "right"
    for name, amounts in sorted(rows.items(), key=lambda row: -sum(row[1])):
        everywhere = [*amounts, report.delivery.of_service(name) if title else 0]
        if any(everywhere):
            made.add_row(name, *map(money, everywhere))
    sums = [each.total for each in report.estimates.values()]
    made.add_row("total", *map(money, [*sums, report.delivery.total]), style="bold")
    return made


def money(amount: float) -> str:
    """Return an amount in dollars and cents; an amount of zero is empty."""
    return f"{amount:,.2f}" if amount else ""


def named(part: str, report: Report) -> str:
    """Return a part's name for people."""
    return f"{part} (smoke test)" if part == report.canary else part


def distinct(names: Iterable[str]) -> list[str]:
    """Return each name once, in the order of its first occurrence."""
    return list(dict.fromkeys(names))


def assumptions(report: Report) -> list[str]:
    """Return the assumptions, and the options that change them."""
    lines = ["Assumptions:"]
    for stack in report.month.stacks:
        size = f"{stack.workers} workers of {stack.worker_type} ({stack.workers * DPU[stack.worker_type]} DPU)"
        endpoints = f"{stack.interfaces} endpoints by zones" if stack.interfaces else "an existing network"
        lines.append(f"  {stack.name}: {size} for the whole run, {endpoints}, {stack.alarms} alarms")
    shown = {name: use for uses in report.month.uses.values() for name, use in uses.items() if name != report.canary}
    lines += [
        f"  {name}: runs per day {use.runs:g}, minutes per run {use.minutes:g}, one crawl per run, "
        f"GB per day {use.gigabytes:g}, months kept {use.months:g}, GB scanned per day {use.scanned:g}"
        for name, use in sorted(shown.items())
    ]
    lines += [
        f"  {name}: a run that hangs until its timeout costs {cost:,.2f} at most"
        for name, cost in report.hanging.items()
    ]
    lines += [
        f"  {name}: a query that scans as much as `queries` allows costs {cost:,.2f}, then it is cancelled"
        for name, cost in report.dearest_queries.items()
    ]
    lines.append(f"  deployments per month {report.deployments:g}, two pull requests per deployment")
    lines.append(
        '  To change these: make cost RUNS="24 customers=1" MINUTES=10 GIGABYTES="orders=5" SCANNED=50 MONTHS=24 '
        "DEPLOYMENTS=20"
    )
    return [*lines, f"Not included: {NOT_IN_IT}.", ""]


def gaps(report: Report) -> list[str]:
    """Return what has no price: without it the sums are too small."""
    missing = {name: each.missing for name, each in report.estimates.items() if each.missing}
    lines = [
        f"{name}: no price for {', '.join(names)} in {TABLE}: the sum does not include it."
        for name, names in {**missing, **({PART: report.delivery.missing} if report.delivery.missing else {})}.items()
    ]
    if report.unknown:
        lines.append(f"The plan has resources that the estimate does not include: {', '.join(report.unknown)}.")
    return lines


def savings(report: Report) -> list[str]:
    """Return the changes that save most."""
    if not report.levers:
        return ["No change of project.yaml saves money, or a price is missing."]
    lines = [f"  {lever.saves:>10,.2f}  {lever.edit} ({lever.but})" for lever in report.levers]
    return ["Largest savings, each by itself:", *lines, ""]


def budgets(report: Report) -> list[str]:
    """Return the comparison of the estimate with the budget, or a budget that would fit."""
    return [
        f"{name}: the estimate is {each.total / budget:.0%} of its monthly_budget of {budget:g}."
        if budget
        else f"{name}: no monthly_budget in project.yaml; {proposal(each.total):g} would be the estimate plus 50 %."
        for name, each in report.estimates.items()
        for budget in [report.budgets[name]]
    ]


def proposal(total: float) -> float:
    """Return half as much again, rounded up to tens."""
    return -(-total * 1.5 // 10) * 10
