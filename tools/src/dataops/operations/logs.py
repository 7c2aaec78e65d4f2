"""Run the saved query of a section of the runbook in CloudWatch Logs Insights."""

import os
import sys
import time
from typing import Any

import click

from dataops.operations.log_groups import Row, lines_of
from dataops.project.deployment import Deployment, explained

HOURS = 24
PATIENCE_SECONDS = 60


@click.command(help=__doc__)
@click.argument("about", required=False)
def main(about: str | None) -> None:
    """Find the query, run it over the last day, print the rows."""
    if not about:
        sys.exit("Say about which section of docs/runbook.md: make logs ABOUT=runs-failed.")
    prefix = os.environ.get("PREFIX")
    if not prefix:
        sys.exit('The names are not known here: first say eval "$(make names ENV=dev)"')
    local = {name: os.environ["AWS_ENDPOINT_URL"] for name in ["endpoint_url"] if "AWS_ENDPOINT_URL" in os.environ}
    asked = Deployment(prefix, {}, local)
    with explained(asked):
        rows = found(asked.client("logs"), f"{prefix}/{about}")
    print("\n".join(lines_of(rows)) if rows else f"Nothing of that was logged within {HOURS} hours.")


def found(logs: Any, name: str) -> list[Row]:
    """Return the rows of a saved query, each with its fields by name."""
    saved = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    query = next((each for each in saved if each["name"] == name), None)
    if query is None:
        sys.exit(f"There is no saved query {name}: the sections of docs/runbook.md have one each.")
    now = int(time.time())
    started = logs.start_query(
        logGroupNames=query["logGroupNames"],
        queryString=query["queryString"],
        startTime=now - HOURS * 3600,
        endTime=now + 60,
    )
    return [
        {cell["field"]: cell.get("value", "") for cell in row if cell["field"] != "@ptr"}
        for row in results(logs, started["queryId"])
    ]


def results(logs: Any, query: str) -> list[list[dict[str, str]]]:
    """Return the rows of a query, as soon as it has run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = logs.get_query_results(queryId=query)
        if answer["status"] == "Complete":
            rows: list[list[dict[str, str]]] = answer["results"]
            return rows
        time.sleep(0.5)
    sys.exit(f"CloudWatch has not answered within {PATIENCE_SECONDS} seconds: try again.")
