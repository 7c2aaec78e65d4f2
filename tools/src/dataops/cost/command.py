"""Estimate the cost of a month by environment and dataset, and show which changes save most."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console

from dataops.cost.delivery import lines_of_delivery
from dataops.cost.estimate import DAYS, Use, dearest_query, estimate, longest_run, priced
from dataops.cost.frequency import runs_a_day
from dataops.cost.levers import Month, best_levers
from dataops.cost.prices import Prices, prices
from dataops.cost.report import Report, print_report
from dataops.cost.stack import Stack, kinds_in, stack_of_plan, stack_of_settings
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of_all

Settings = dict[str, dict[str, Any]]


class Assumed(NamedTuple):
    """The amounts of the command line; an amount by dataset, or by "" for all of them."""

    runs: dict[str, float]
    minutes: dict[str, float]
    gigabytes: dict[str, float]
    scanned: dict[str, float]
    months: float
    deployments: float


@click.command(help=__doc__)
@click.option("--runs", help="runs per day: 24, or orders=24 customers=1; for all datasets or by name")
@click.option("--minutes", default="5", help="minutes per run, for all datasets or by name")
@click.option("--gigabytes", default="1", help="uploaded gigabytes per day, for all datasets or by name")
@click.option("--scanned", default="10", help="gigabytes that queries scan per day, for all datasets or by name")
@click.option("--months", type=float, default=12, help="how long data is kept")
@click.option("--deployments", type=float, default=10, help="deployments per month")
@click.option("--environment", default="", help="with --plan: the environment that was planned")
@click.option("--plan", "saved", default="", help="a saved plan of the environment, or its JSON")
def main(environment: str, saved: str, **assumptions: Any) -> None:
    """Print the estimate."""
    settings, table = settings_of_all(PROJECT), prices()
    assumed = assumptions_of(assumptions, settings)
    plan = plan_of(saved, environment) if saved else None
    names = [environment] if plan else [each["name"] for each in settings["pipeline"]["delivery"]["environments"]]
    stacks = [stack_of_plan(plan, settings[name]) if plan else stack_of_settings(settings[name]) for name in names]
    month = Month(tuple(stacks), {name: uses_of(settings[name], assumed) for name in names})
    region = settings["pipeline"]["delivery"]["region"]
    print_report(
        Report(
            month=month,
            estimates={stack.name: estimate(stack, month.uses[stack.name], table) for stack in stacks},
            delivery=priced(lines_of_delivery(len(settings) - 1, assumed.deployments), region, table),
            levers=best_levers(month, table),
            budgets={name: settings[name]["environment"]["monthly_budget"] for name in names},
            canary=settings["pipeline"]["names"]["canary"],
            deployments=assumed.deployments,
            unknown=sorted(kinds_in(plan) - table.known_resources) if plan else [],
            hanging=hanging(stacks, settings, table),
            dearest_queries=dearest_queries(stacks, table),
        ),
        table,
        Console(highlight=False, width=None if sys.stdout.isatty() else 120),
    )


def assumptions_of(given: dict[str, Any], settings: Settings) -> Assumed:
    """Return the command line's amounts, checked against the datasets of the project."""
    datasets = set(settings["pipeline"]["datasets"])
    amounts = {name: amounts_in(given[name], name, datasets) for name in ("runs", "minutes", "gigabytes", "scanned")}
    return Assumed(**amounts, months=given["months"], deployments=given["deployments"])


def amounts_in(text: str | None, option: str, datasets: set[str]) -> dict[str, float]:
    """ "24 customers=1" as amounts by dataset; "" is what holds for all others."""
    found = {}
    for word in (text or "").split():
        name, _, number = word.rpartition("=")
        if name and name not in datasets:
            sys.exit(f"{option}: project.yaml has no dataset {name!r}; it has {', '.join(sorted(datasets))}.")
        try:
            found[name] = float(number)
        except ValueError:
            sys.exit(f"{option}: {number!r} is not a number: write 24, or orders=24 customers=1.")
    return found


def uses_of(settings: dict[str, Any], assumed: Assumed) -> dict[str, Use]:
    """Return the use of each dataset; the smoke test runs once per deployment."""
    canary = settings["names"]["canary"]
    smoke = {canary: Use(assumed.deployments / DAYS, 2, 0, 0)}
    return {name: use_of(name, dataset, assumed) for name, dataset in settings["datasets"].items()} | smoke


def use_of(name: str, dataset: dict[str, Any], assumed: Assumed) -> Use:
    """Return the use of one dataset: from the command line, else from project.yaml."""
    expected = runs_a_day(dataset["schedule"], dataset["expected_every"])

    def amount(amounts: dict[str, float], otherwise: float) -> float:
        return amounts.get(name, amounts.get("", otherwise))

    return Use(
        amount(assumed.runs, expected),
        amount(assumed.minutes, 5),
        amount(assumed.gigabytes, 1),
        assumed.months,
        amount(assumed.scanned, 10),
    )


def hanging(stacks: list[Stack], settings: Settings, table: Prices) -> dict[str, float]:
    """Return the cost of the longest run that the timeout allows in each environment, if it has a price."""
    timeouts = [dataset["timeout_minutes"] for dataset in settings["pipeline"]["datasets"].values()]
    costs = {stack.name: longest_run(stack, max(timeouts), table) for stack in stacks}
    return {name: cost for name, cost in costs.items() if cost is not None}


def dearest_queries(stacks: list[Stack], table: Prices) -> dict[str, float]:
    """Return the cost of the largest query that each environment allows, if it has a price."""
    costs = {stack.name: dearest_query(stack, table) for stack in stacks}
    return {name: cost for name, cost in costs.items() if cost is not None}


def plan_of(name: str, environment: str) -> dict[str, Any]:
    """Return a plan as JSON, given as JSON or as a saved plan that Terraform converts."""
    path = Path(name).resolve()
    if not path.is_file():
        sys.exit(f"There is no plan {name}: terraform -chdir={environment or 'dev'} plan -out=cost.tfplan saves one.")
    if path.read_bytes()[:1] == b"{":
        text = path.read_text(encoding="utf-8")
    else:
        shown = subprocess.run(
            ["terraform", f"-chdir={environment}", "show", "-json", str(path)],
            text=True,
            capture_output=True,
            check=False,
        )
        if shown.returncode:
            sys.exit(f"Terraform cannot show {name}: {shown.stderr.strip()}")
        text = shown.stdout
    found: dict[str, Any] = json.loads(text)
    return found
