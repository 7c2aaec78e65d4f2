"""Every check about one account, and what they find together."""

import os
import sys
from typing import Any

import boto3
from rich.console import Console

from dataops.operations.doctor import (
    billing,
    catalog,
    databases,
    deployed,
    identity,
    network,
    notifications,
    organisation,
    people,
    quotas,
    repository,
    rights,
    taken_names,
)
from dataops.operations.doctor.check import Check, examine, findings_of
from dataops.operations.doctor.finding import Finding, State
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader
from dataops.operations.doctor.table import print_findings

SUBJECTS = (
    identity, rights, repository, quotas, taken_names, people, catalog, network, databases, notifications, billing,
    organisation, deployed,
)  # fmt: skip
CHECKS: list[Check] = [check for subject in SUBJECTS for check in subject.CHECKS]


def diagnose(settings: dict[str, Any]) -> list[Finding]:
    """All findings about an environment's account; of a wrong account nothing else is asked."""
    needs = Needs(settings)
    where = os.environ.get("AWS_ENDPOINT_URL", "AWS")
    print(f"Asking {where}: {needs.environment} is account {needs.account}, region {needs.region}. Nothing is changed.")
    sys.stdout.flush()
    reader = Reader(lambda service, **how: boto3.client(service, **{"region_name": needs.region, **how}))
    who = findings_of(identity.IDENTITY, needs, reader)
    if who[0].state is State.UNREAD:
        sys.exit(f"Your AWS identity is unknown: {who[0].says}. Log in, for example: aws sso login")
    if who[0].state is State.FAILS:
        return who
    return [*who, *examine(CHECKS, needs, reader)]


def show(findings: list[Finding]) -> None:
    """Print the table as wide as the terminal, or wide enough for a log."""
    print_findings(findings, Console(highlight=False, width=None if sys.stdout.isatty() else 120))
