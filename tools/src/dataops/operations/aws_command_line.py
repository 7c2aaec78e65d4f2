"""Whether the AWS CLI of this machine respects the address of a local AWS: older ones would speak to AWS itself."""

import re
import shutil
import subprocess

# github.com/aws/aws-cli/issues/4727: AWS_ENDPOINT_URL since 2.13.0. Version 1 has it since 1.29.0, but its commands
# for SQS and five other services still choose an address of AWS.
OLDEST = (2, 13, 0)


def complaint(version: str | None) -> str | None:
    """Return what is wrong with the output of `aws --version`; None if nothing is."""
    if version is None:
        return "There is no AWS CLI on this machine: the commands of docs/runbook.md need version 2.13 or newer."
    found = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+)", version)
    if found and tuple(map(int, found.groups())) >= OLDEST:
        return None
    number = ".".join(found.groups()) if found else version.strip() or "unknown"
    return (
        f"Your AWS CLI is version {number}. It ignores the address of the local AWS and would send the commands of "
        "docs/runbook.md to AWS: install version 2.13 or newer."
    )


def version_found() -> str | None:
    """Return the output of `aws --version`; None if there is no such program."""
    program = shutil.which("aws")
    if not program:
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout or done.stderr
