"""A small file that goes through the real chain of an environment, and the checks of its result."""

import io
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ledger.day import COUNTS
from ledger.ledger import Ledger, Row
from ledger.timestamps import utc_now
from output_layout import report_key
from runs.run_outcome import Outcome, outcome_of

from dataops.delivery.canary_traces import table_of
from dataops.delivery.refusal import Refusal
from dataops.project.deployment import Deployment

PATIENCE_SECONDS = 40 * 60
SECONDS_BETWEEN_LOOKS = 5
# Two keys, and an older row of the first: it must be left out as a duplicate.
SENT = [("first", "2026-01-01 00:00:00"), ("second", "2026-01-01 00:00:00"), ("first", "2026-01-02 00:00:00")]
PUBLISHED = {("second", "2026-01-01 00:00:00"), ("first", "2026-01-02 00:00:00")}
COUNTED = {"rows_in": 3, "published": 2, "quarantined": 0, "duplicates": 1, "superseded": 0}
# Its progress by the state of its row in the ledger, and where to look if it makes none.
ON_THE_WAY: dict[str | None, tuple[str, str]] = {
    None: (
        "no Lambda has taken it in",
        "the rules of {prefix}-canary, the queue {queue}, its dead letters, and the log of {prefix}-start-crawler",
    ),
    "PENDING": (
        "it waits for its crawler or its job",
        "the crawler {prefix}-canary and the log of {prefix}-start-etl-job",
    ),
    "CLAIMED": ("its job has not ended", "the runs of the job {prefix}-canary and the log of {prefix}-close-run"),
}


class Canary:
    """The file; `clock` and `pause` are how it waits."""

    def __init__(
        self,
        deployment: Deployment,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.deployment, self.clock, self.pause = deployment, clock, pause
        self.name = deployment.names["canary"]
        self.s3 = deployment.client("s3")
        self.ledger = Ledger(deployment.table_client(), deployment.names["ledger"], utc_now)

    def fly(self) -> None:
        """Send the file, wait for its final state, and check what was published of it."""
        row = self.arrived(self.send())
        outcome = outcome_of(self.s3, self.deployment.buckets["output"], self.name, row["run"])
        self.check_counts(row, outcome)
        self.check_catalog()
        self.check_rows()

    def send(self) -> str:
        """Upload the file; return its name in the ledger."""
        bucket, key = self.deployment.buckets["input"], f"{self.name}/{utc_now():%Y-%m-%dT%H-%M-%S}.csv"
        body = "\n".join(["id,sent_at", *(",".join(row) for row in SENT), ""])
        stored = self.s3.put_object(Bucket=bucket, Key=key, Body=body.encode(), ContentType="text/csv")
        print(f"sent s3://{bucket}/{key}")
        return f"{bucket}/{key}@{stored['VersionId']}"

    def arrived(self, file: str) -> Row:
        """Return the file's row once it has a final state."""
        deadline, known = self.clock() + PATIENCE_SECONDS, ""
        while True:
            row = self.ledger.row(file)
            state = row["state"] if row else None
            if row and state not in ON_THE_WAY:
                break
            where, look_at = ON_THE_WAY[state]
            if where != known:
                print(f"  {where}")
                known = where
            if self.clock() > deadline:
                self.refuse(f"{where}, {PATIENCE_SECONDS // 60} minutes after it was sent", look_at)
            self.pause(SECONDS_BETWEEN_LOOKS)
        if state != "DONE":
            self.refuse(f"it ended as {state} ({row.get('reason')})", "docs/data-path.md, what the states mean")
        return row

    def check_counts(self, row: Row, outcome: Outcome) -> None:
        """Check that the report adds up to what was sent."""
        files = [file for file in outcome.report.get("files", []) if file["key"] == row["key"]]
        counted = {name: int(files[0][name]) for name in COUNTS} if files else {}
        if not outcome.is_published or counted != COUNTED:
            self.refuse(f"the report counts {counted}, not {COUNTED}", report_key(self.name, row["run"]))

    def check_catalog(self) -> None:
        """Check that the catalog has the published table."""
        database, table = table_of(self.deployment)
        glue = self.deployment.client("glue")
        try:
            found = glue.get_table(DatabaseName=database, Name=table)["Table"]
        except glue.exceptions.EntityNotFoundException:
            found = {}
        if "metadata_location" not in found.get("Parameters", {}):
            self.refuse("its rows are in no table of the catalog", f"the catalog table {table}")

    def check_rows(self) -> None:
        """Check that the rows in the output bucket are the rows that were sent."""
        # An attempt that died may have left the same rows in a file that no snapshot has.
        found = sorted(set(self._published("/".join((*table_of(self.deployment), "data/")))))
        if found != sorted(PUBLISHED):
            self.refuse(f"{len(found)} rows were published, which are not those that were sent", "the output bucket")

    def _published(self, prefix: str) -> list[tuple[str, str]]:
        # Only this function needs Arrow, and its import takes a second.
        import pyarrow.parquet

        bucket = self.deployment.buckets["output"]
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        rows: list[tuple[str, str]] = []
        for key in (each["Key"] for each in listed if each["Key"].endswith(".parquet")):
            body = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            table = pyarrow.parquet.read_table(io.BytesIO(body), columns=["id", "sent_at"])
            rows += [(each["id"], _text(each["sent_at"])) for each in table.to_pylist()]
        return rows

    def refuse(self, where: str, look_at: str) -> None:
        """Fail with the step at which the file stopped, and where to look."""
        deployment = self.deployment
        page = look_at.format(prefix=deployment.prefix, queue=deployment.names["queue"])
        raise Refusal(f"The smoke test of {deployment.environment} stopped: {where}. Look at {page}.")


def _text(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if isinstance(moment, datetime) else str(moment)
