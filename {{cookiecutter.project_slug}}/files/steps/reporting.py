"""The run report: what became of every row, per file, and whether the numbers add up."""

import json
import logging
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from output_layout import report_key

from steps.failure import LastingError, RunError
from steps.inspection import Inspection
from steps.settings import Manifest, Settings

log = logging.getLogger("etl")
COUNTS = ("rows_in", "published", "quarantined", "duplicates", "superseded")


@dataclass
class FileReport:
    """One file: rows_in = published + quarantined + duplicates + superseded; `file_reason` when none of it was read."""

    bucket: str
    key: str
    version_id: str | None
    rows_in: int = 0
    published: int = 0
    quarantined: int = 0
    duplicates: int = 0
    superseded: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    file_reason: str | None = None
    # Whether another attempt of this file would end in the same way: then it is not tried again.
    lasting: bool = False


@dataclass
class Report:
    """One run. It is first written as failed, so that a killed run has a report."""

    run: str
    dataset: str
    environment: str
    batch: str
    output: str
    # Of the published table, once the rows are there.
    snapshot: int | None = None
    state: str = "failed"
    reason: str | None = "did-not-finish"
    files: dict[str, FileReport] = field(default_factory=dict)
    drift: list[dict[str, str]] = field(default_factory=list)

    def total(self, count: str) -> int:
        """The sum of one of the counts over all files."""
        return sum(getattr(file, count) for file in self.files.values())

    def as_json(self) -> str:
        """The report as it is stored."""
        totals = {count: self.total(count) for count in COUNTS}
        content = {
            "version": 1,
            **asdict(self),
            "files": [asdict(file) for file in self.files.values()],
            **totals,
        }
        return json.dumps(content, indent=1, ensure_ascii=False)


def new_report(settings: Settings, manifest: Manifest, output: str) -> Report:
    """A report with every file of the manifest, in the manifest's order."""
    files = {manifest.name_of(file): FileReport(file.bucket, file.key, file.version_id) for file in manifest.files}
    return Report(manifest.run, settings.dataset, settings.environment, manifest.batch, output, files=files)


def note_inspections(report: Report, found: list[Inspection], manifest: Manifest) -> None:
    """Take over which files are not read, and how the others differ from the declared columns."""
    for inspection in found:
        name = manifest.name_of(inspection.file)
        report.files[name].file_reason = inspection.rejected
        report.drift += [{"file": name, "change": change} for change in inspection.drift]


def note_published(report: Report, published: dict[str, int], snapshot: int) -> None:
    """Take over the rows as they are in a snapshot of the table."""
    report.snapshot = snapshot
    for name, file in report.files.items():
        file.published = published.get(name, 0)


def note_superseded(report: Report, superseded: dict[str, int]) -> None:
    """Take over how many rows of each file are older than the published row of their key."""
    for name, file in report.files.items():
        file.superseded = superseded.get(name, 0)


def lacks_rows(report: Report) -> bool:
    """Whether fewer rows were published than were neither quarantined nor duplicates."""
    counts = ("published", "quarantined", "duplicates")
    return report.total("rows_in") != sum(report.total(count) for count in counts)


def count_quarantined(report: Report, counts: dict[str, list[tuple[list[str], int]]]) -> None:
    """Take over the rows as they are in the quarantine."""
    for name, groups in counts.items():
        reasons: Counter[str] = Counter()
        for given, rows in groups:
            reasons.update(dict.fromkeys(given, rows))
        report.files[name].quarantined = sum(rows for _, rows in groups)
        report.files[name].reasons = dict(sorted(reasons.items()))


def note_failure(report: Report, failure: RunError) -> None:
    """Take over why the run failed, and which files would fail again."""
    report.reason = str(failure)
    if isinstance(failure, LastingError):
        for name in failure.files or report.files:
            report.files[name].lasting = True


def refuse_too_many_quarantined_rows(report: Report, maximum_quarantined_share: float) -> None:
    """End the run before it publishes if it quarantines more rows than the dataset allows.

    The files with more than that share would fail again; the others can be published without them.
    """
    rows, quarantined = report.total("rows_in"), report.total("quarantined")
    if quarantined and quarantined == rows:
        spoilt = [name for name, file in report.files.items() if file.quarantined]
        raise LastingError(f"all-rows-bad: none of {rows} rows passed; see the quarantine.", spoilt)
    if rows and quarantined / rows > maximum_quarantined_share:
        name, worst = max(report.files.items(), key=lambda item: item[1].quarantined)
        share = maximum_quarantined_share
        at_fault = [name for name, file in report.files.items() if file.quarantined > share * file.rows_in]
        more, most = f"more than {maximum_quarantined_share:.2%}", f"{worst.quarantined} of them in {name}"
        raise LastingError(f"too-many-bad-rows: {quarantined} of {rows} rows, {more}, {most}.", at_fault)


def refuse_lost_rows(report: Report) -> None:
    """End the run before it publishes, when a row is missing or there twice."""
    for name, file in report.files.items():
        if file.rows_in != file.published + file.quarantined + file.duplicates + file.superseded:
            raise LastingError(
                f"rows-do-not-add-up: {name} has {file.rows_in} rows: {file.published} published, "
                f"{file.quarantined} quarantined, {file.duplicates} duplicates, {file.superseded} superseded. "
                "Does the transform drop rows?"
            )


def write_report(s3: Any, settings: Settings, report: Report) -> None:
    """Store the report in the output bucket."""
    s3.put_object(
        Bucket=settings.output_bucket,
        Key=report_key(settings.dataset, report.run),
        Body=report.as_json().encode(),
        ContentType="application/json",
    )


def close_report(s3: Any, settings: Settings, report: Report) -> None:
    """Store the final report; a run that is executed again keeps the numbers of the one that published."""
    try:
        if report.state == "already-published" and _state(s3, settings, report.run) == "published":
            return
        write_report(s3, settings, report)
    except ClientError as error:
        # The run's own outcome matters more than a report about it: it must not be hidden by this one.
        log.error("The report could not be written: %s", error)


def _state(s3: Any, settings: Settings, run: str) -> str | None:
    try:
        stored = s3.get_object(Bucket=settings.output_bucket, Key=report_key(settings.dataset, run))["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return str(json.loads(stored)["state"])


def send_metrics(cloudwatch: Any, settings: Settings, report: Report) -> None:
    """Publish the totals as CloudWatch metrics of the project's namespace."""
    dimensions = [
        {"Name": "environment", "Value": settings.environment},
        {"Name": "dataset", "Value": settings.dataset},
    ]
    data = [
        {"MetricName": count, "Dimensions": dimensions, "Value": report.total(count), "Unit": "Count"}
        for count in COUNTS
    ]
    cloudwatch.put_metric_data(Namespace=settings.project, MetricData=data)
