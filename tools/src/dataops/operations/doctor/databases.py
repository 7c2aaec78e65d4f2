"""Checks the secrets of JDBC connections: jobs read them with their own role."""

from typing import Any

from dataops.operations.doctor.catalog import NAME_THE_KEY
from dataops.operations.doctor.check import Check, known_in, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

AWS_OWNED = "alias/aws/secretsmanager"


def read_secrets(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the description of each secret, or None if it does not exist."""
    names = sorted({connection["secret"] for connection in needs.entry["jdbc"].values()})
    missing = ("ResourceNotFoundException",)
    return read_each(names, lambda name: reader.ask("secretsmanager", "DescribeSecret", missing, SecretId=name))


def check_secrets(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check that each secret exists, and is readable with the keys that roles may use."""
    findings = [finding for name, secret in known_in(found) for finding in check_secret(needs, name, secret)]
    return [*findings, *reasons_in(found)] or [fine(f"{', '.join(found)}: there")]


def check_secret(needs: Needs, name: str, secret: dict[str, Any] | None) -> list[Finding]:
    """Return what is wrong with one secret."""
    if secret is None or secret.get("DeletedDate"):
        state = "There is no secret" if secret is None else "Scheduled for deletion is the secret"
        return [
            fails(
                f"{state} {name} in {needs.region}.",
                "Make it by hand, with the keys username and password: docs/deploying.md.",
            )
        ]
    key = secret.get("KmsKeyId")
    if not key or key.endswith(AWS_OWNED) or key in needs.foreign_keys:
        return []
    return [fails(f"The secret {name} is encrypted with {key}, which the job's role may not use.", NAME_THE_KEY)]


CHECKS = [Check("JDBC secrets", read_secrets, check_secrets, lambda needs: bool(needs.entry["jdbc"]))]
