"""Check an account for what would stop a deployment. Reads only, with your own credentials."""

import sys

import click

from dataops.operations.doctor.diagnosis import diagnose, show
from dataops.operations.doctor.finding import exit_code
from dataops.project import PROJECT, deployment
from dataops.validation.project_yaml import refuse_faults

COULD_NOT_START = 2


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
def main(environment: str) -> None:
    """Check, print the table, and end with 0 (nothing will fail), 1 (something will) or 2 (could not start)."""
    try:
        refuse_faults(PROJECT)
        findings = diagnose(deployment.settings_in_words(environment))
    except SystemExit as refused:
        print(refused.code, file=sys.stderr)
        sys.exit(COULD_NOT_START)
    show(findings)
    sys.exit(exit_code(findings))
