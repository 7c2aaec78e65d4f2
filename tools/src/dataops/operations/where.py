"""Find a file: print the state of every version, the reason, and the location of its rows."""

import sys
from datetime import UTC, datetime

import click
from ledger.ledger import Ledger
from ledger.timestamps import utc_now

from dataops.operations.search import FileAddress, address_of, known_rows, versions_in_bucket
from dataops.operations.story import story_of, story_of_unknown
from dataops.project.deployment import Deployment, deployment_of, explained


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.argument("file", required=False)
def main(environment: str, file: str | None) -> None:
    """Search the ledger, then the input bucket."""
    if not file:
        sys.exit("Name the file: make where FILE=name.")
    deployment = deployment_of(environment)
    with explained(deployment):
        print("\n".join(answer(deployment, address_of(file), datetime.now(UTC))))


def answer(deployment: Deployment, address: FileAddress, now: datetime) -> list[str]:
    """Return what is known of the file, in lines; a missing file ends the command."""
    bucket, s3 = deployment.buckets["input"], deployment.client("s3")
    if address.bucket not in (None, bucket):
        sys.exit(f"s3://{address.bucket} is not where {deployment.environment} takes files in: that is s3://{bucket}")
    ledger = Ledger(deployment.table_client(), deployment.names["ledger"], utc_now)
    rows = known_rows(ledger, s3, bucket, address)
    if rows:
        return [line for row in rows for line in ["", *story_of(row, ledger, s3, deployment)]]
    versions = versions_in_bucket(s3, bucket, "" if address.is_name else address.key, address)
    if not versions:
        sys.exit(f"Neither the ledger nor s3://{bucket} contains {address.key}. Check its spelling and its folder.")
    return ["", "It is not in the ledger.", *story_of_unknown(versions, deployment, now)]
