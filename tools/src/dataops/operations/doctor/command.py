"""`make doctor`: what would stop a deployment in this account. Reads only, with your own credentials."""

import sys

import click

from dataops.operations.doctor.diagnosis import diagnose, show
from dataops.operations.doctor.finding import exit_code
from dataops.project import deployment

COULD_NOT_START = 2


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
def main(environment: str) -> None:
    """Ask, print the table, and end with 0 (nothing will fail), 1 (something will) or 2 (could not start)."""
    try:
        findings = diagnose(deployment.settings_in_words(environment))
    except SystemExit as refused:
        print(refused.code, file=sys.stderr)
        sys.exit(COULD_NOT_START)
    show(findings)
    sys.exit(exit_code(findings))
