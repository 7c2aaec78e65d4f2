"""Where is my file? Says for every version what state it is in, why, and where its rows lie."""

import sys
from datetime import UTC, datetime

import click
from ledger.ledger import Ledger
from ledger.timestamps import utc_now

from dataops.operations.search import Place, known_rows, place_of, versions_in_bucket
from dataops.operations.story import told, told_of_unknown
from dataops.project.deployment import Deployment, deployment_of, explained


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.argument("file", required=False)
def main(environment: str, file: str | None) -> None:
    """Ask the ledger, then the input bucket."""
    if not file:
        sys.exit("Name the file: make where FILE=name.")
    deployment = deployment_of(environment)
    with explained(deployment):
        print("\n".join(answer(deployment, place_of(file), datetime.now(UTC))))


def answer(deployment: Deployment, place: Place, now: datetime) -> list[str]:
    """What is known of the file, in lines; a file that is nowhere ends the command."""
    bucket, s3 = deployment.buckets["input"], deployment.client("s3")
    if place.bucket not in (None, bucket):
        sys.exit(f"s3://{place.bucket} is not where {deployment.environment} takes files in: that is s3://{bucket}")
    ledger = Ledger(deployment.table_client(), deployment.names["ledger"], utc_now)
    rows = known_rows(ledger, s3, bucket, place)
    if rows:
        return [line for row in rows for line in ["", *told(row, ledger, s3, deployment)]]
    versions = versions_in_bucket(s3, bucket, "" if place.is_name else place.key, place)
    if not versions:
        sys.exit(
            f"Neither the ledger nor s3://{bucket} contains {place.key}. Check its spelling, and where it was uploaded."
        )
    return ["", "It is not in the ledger.", *told_of_unknown(versions, deployment, now)]
