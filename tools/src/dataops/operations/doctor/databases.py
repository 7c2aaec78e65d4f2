"""The secrets of JDBC connections: jobs read them as their own role."""

from typing import Any

from dataops.operations.doctor.catalog import NAME_THE_KEY
from dataops.operations.doctor.check import Check, known_in, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

AWS_OWNED = "alias/aws/secretsmanager"


def read_secrets(needs: Needs, reader: Reader) -> dict[str, Any]:
    """What Secrets Manager says of each secret, or None where there is none."""
    names = sorted({connection["secret"] for connection in needs.entry["jdbc"].values()})
    missing = ("ResourceNotFoundException",)
    return read_each(names, lambda name: reader.ask("secretsmanager", "DescribeSecret", missing, SecretId=name))


def judge_secrets(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Each must be there, and readable with the keys that roles may use."""
    findings = [finding for name, secret in known_in(found) for finding in judge_secret(needs, name, secret)]
    return [*findings, *reasons_in(found)] or [fine(f"{', '.join(found)}: there")]


def judge_secret(needs: Needs, name: str, secret: dict[str, Any] | None) -> list[Finding]:
    """What is wrong with one secret."""
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


CHECKS = [Check("JDBC secrets", read_secrets, judge_secrets, lambda needs: bool(needs.entry["jdbc"]))]
