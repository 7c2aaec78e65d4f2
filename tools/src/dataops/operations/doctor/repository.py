"""Checks the repository: whether CodeCommit exists in the region, or the connection to another provider works."""

from typing import Any

import boto3

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.identity import partition_of
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

AVAILABLE = "AVAILABLE"
CONSOLE = "Authorise it once: console of Developer Tools, Settings, Connections."
# boto3's names of the services of an environment and of the delivery account.
IN_AN_ENVIRONMENT = ("athena", "cloudwatch", "dynamodb", "events", "glue", "lambda", "logs", "sns", "sqs", "xray")
IN_THE_DELIVERY_ACCOUNT = ("codebuild", "codepipeline", "dynamodb", "events", "lambda", "logs", "sns", "sqs")


def read_services(needs: Needs, reader: Reader) -> list[str]:
    """Read the services without an endpoint in the region, from boto3's data; no call is made."""
    used = [*IN_THE_DELIVERY_ACCOUNT, needs.git["provider"]] if needs.is_pipeline else [*IN_AN_ENVIRONMENT]
    session = boto3.Session()
    known = {*session.get_available_services()}
    return [
        name
        for name in used
        if name in known and needs.region not in session.get_available_regions(name, partition_of(needs.region))
    ]


def check_services(needs: Needs, missing: list[str]) -> list[Finding]:
    """Check services: some regions never got CodeCommit; for the others, boto3's data may only be old."""
    findings = []
    if "codecommit" in missing:
        advice = "Choose another git `provider`, or another `region` for the delivery, in project.yaml."
        findings.append(fails(f"CodeCommit does not exist in {needs.region}.", advice))
    others = [name for name in missing if name != "codecommit"]
    if others:
        says = f"boto3 has no endpoint of {', '.join(others)} in {needs.region}."
        findings.append(look(says, "Look in AWS's list of services by region before you deploy there."))
    return findings or [fine(f"every service that is used exists in {needs.region}")]


def read_connection(needs: Needs, reader: Reader) -> dict[str, Any] | None:
    """Read the connection that project.yaml names."""
    missing = ("ResourceNotFoundException",)
    service = str(needs.connection).split(":")[2]
    found: dict[str, Any] | None = reader.ask(service, "GetConnection", missing, ConnectionArn=needs.connection)
    return found


def check_connection(needs: Needs, found: dict[str, Any] | None) -> list[Finding]:
    """Check the connection: a person has to authorise it before it works."""
    if found is None:
        return [fails(f"There is no connection {needs.connection}.", "Correct `delivery: connection` in project.yaml.")]
    status = found["Connection"]["ConnectionStatus"]
    if status == AVAILABLE:
        return [fine("the connection is authorised")]
    return [fails(f"The git connection is {status}: no source reaches the pipeline.", CONSOLE)]


def read_nothing(needs: Needs, reader: Reader) -> None:
    """Read nothing: the connection does not exist yet."""


def check_new_connection(needs: Needs, found: None) -> list[Finding]:
    """Check the connection that `make pipeline` creates: it is pending until a person has authorised it."""
    return [look("`make pipeline` makes a git connection, which is pending at first.", CONSOLE)]


def has_connection(needs: Needs) -> bool:
    """Return whether the code is outside of CodeCommit."""
    return needs.is_pipeline and needs.git["provider"] != "codecommit"


CHECKS = [
    Check("services", read_services, check_services),
    Check(
        "git connection",
        read_connection,
        check_connection,
        lambda needs: has_connection(needs) and bool(needs.connection),
    ),
    Check(
        "git connection",
        read_nothing,
        check_new_connection,
        lambda needs: has_connection(needs) and not needs.connection,
    ),
]
