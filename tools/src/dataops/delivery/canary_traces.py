"""Finds and removes everything that canaries leave behind: objects with all their versions, the table, ledger rows."""

from contextlib import suppress

from ledger.keys import dataset_row, newest_row, run_row, version_row
from output_layout import COMMITS, MANIFESTS, REPORTS

from dataops.delivery.empty_bucket import empty_bucket, versions
from dataops.project.deployment import Deployment


def remove_traces(deployment: Deployment) -> None:
    """Remove every trace of this canary, and what an earlier one has left."""
    places = places_of(deployment)
    rows = _ledger_rows(deployment)
    _remove_table(deployment)
    # The ledger rows go before the files, else a half-finished removal would leave rows that nothing finds again.
    table = deployment.table_client()
    for row in rows:
        table.delete_item(TableName=deployment.names["ledger"], Key={"file": row})
    s3 = deployment.client("s3")
    for bucket, prefix in places:
        empty_bucket(s3, bucket, prefix)


def places_of(deployment: Deployment) -> list[tuple[str, str]]:
    """Return where objects of canaries are; first those that make rows visible, the file itself last."""
    buckets, name = deployment.buckets, deployment.names["canary"]
    table = "/".join(table_of(deployment))
    written = [f"{table}/", f"{COMMITS}/{name}/", f"{name}/", f"{REPORTS}/{name}/", f"{MANIFESTS}/{name}/"]
    return [
        *((buckets["output"], prefix) for prefix in written),
        (buckets["quarantine"], f"{name}/"),
        (buckets["input"], f"{name}/"),
    ]


def table_of(deployment: Deployment) -> tuple[str, str]:
    """Return the database and the name of the published table, which are also its folder in the output bucket."""
    return deployment.names["database"], f"{deployment.names['canary']}_rows"


def _ledger_rows(deployment: Deployment) -> list[str]:
    """Return the names of the ledger's rows about canaries: state, keys, versions and runs. No scan."""
    s3, name = deployment.client("s3"), deployment.names["canary"]
    bucket, output = deployment.buckets["input"], deployment.buckets["output"]
    files = [(found["Key"], found["VersionId"]) for found in versions(s3, bucket, f"{name}/")]
    manifests = {found["Key"] for found in versions(s3, output, f"{MANIFESTS}/{name}/")}
    runs = [key.rpartition("/")[2].removesuffix(".json") for key in sorted(manifests)]
    keys = dict.fromkeys(key for key, _ in files)
    named = [version_row(bucket, key, version) for key, version in files]
    return [dataset_row(name), *(newest_row(bucket, key) for key in keys), *named, *(run_row(run) for run in runs)]


def _remove_table(deployment: Deployment) -> None:
    """Remove the published table from the catalog: the next canary's job makes it again."""
    glue, (database, name) = deployment.client("glue"), table_of(deployment)
    with suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_table(DatabaseName=database, Name=name)
