"""The input of the job: the dataset's settings (from Terraform) and the run's manifest (from the ledger)."""

import hashlib
import json
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from steps.failure import RunError

TEMPORAL_TYPES = ("date", "timestamp")
MANIFEST_VERSION = 1


@dataclass(frozen=True)
class Column:
    """One declared column; None means that the rule does not apply."""

    name: str
    type: str
    format: str | None
    required: bool
    unique: bool
    minimum: str | None
    maximum: str | None
    one_of: list[str] | None
    pattern: str | None


@dataclass(frozen=True)
class Settings:
    """What `--settings` holds or points to: complete, because the defaults live in Terraform's modules/project."""

    project: str
    environment: str
    dataset: str
    format: str
    delimiter: str
    quoted_newlines: bool
    missing_values: list[str]
    columns: list[Column]
    primary_key: list[str]
    newest_by: str | None
    partition_by: str | None
    maximum_quarantined_share: float
    on_drift: str
    input_bucket: str
    output_bucket: str
    quarantine_bucket: str
    database: str
    # Settings that an older Terraform wrote do not have these.
    encoding: str = "utf-8"
    header: bool = True
    decimal: str = "."

    @property
    def required_columns(self) -> list[str]:
        """Columns that must hold a value: declared so, part of the key, or the partition."""
        implied = {*self.primary_key, self.partition_by}
        return [column.name for column in self.columns if column.required or column.name in implied]


@dataclass(frozen=True)
class ManifestFile:
    """One object version that the run must read; size in bytes."""

    bucket: str
    key: str
    version_id: str | None
    etag: str
    size: int
    uploaded_at: str
    # A manifest of an older version of this project does not have it.
    sequencer: str = ""

    @property
    def address(self) -> str:
        """The object's place."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def recency(self) -> tuple[datetime, str, str]:
        """What is larger is newer: by upload, then by S3's sequencer, then by key."""
        # As strings, 10:00:00Z would come after 10:00:00.5Z; and S3 often gives whole seconds only.
        return datetime.fromisoformat(self.uploaded_at), self.sequencer, self.key


@dataclass(frozen=True)
class Manifest:
    """The `--manifest` object: exactly the files of one run."""

    version: int
    run: str
    dataset: str
    batch: str
    files: list[ManifestFile]

    def name_of(self, file: ManifestFile) -> str:
        """What rows and reports call a file: its address, with the version when two of one key are read."""
        twins = sum(other.key == file.key for other in self.files)
        return file.address if twins == 1 else f"{file.address}?versionId={file.version_id}"


def settings_from(text: str | bytes) -> Settings:
    """Read the `--settings` JSON; a missing key fails by name."""
    given = _known(Settings, _parsed(text, "--settings"), "--settings")
    given["columns"] = [Column(**_known(Column, column, "a column of --settings")) for column in given["columns"]]
    return Settings(**given)


def manifest_from(text: str | bytes, settings: Settings, address: str) -> Manifest:
    """Read the manifest and refuse one that was changed, or is not this dataset's or this environment's."""
    source = f"The manifest {address}"
    given = _parsed(text, source)
    # A Lambda of a newer version may have written it, while that is being deployed.
    if given.get("version", MANIFEST_VERSION) != MANIFEST_VERSION:
        raise RunError(f"{source} is of version {given['version']}, this job reads version {MANIFEST_VERSION}.")
    given = _known(Manifest, given, source)
    given["files"] = _files(given["files"], source)
    manifest = Manifest(**given)
    if manifest.dataset != settings.dataset:
        raise RunError(f"{source} is for {manifest.dataset}, this job is for {settings.dataset}.")
    strangers = sorted({file.bucket for file in manifest.files} - {settings.input_bucket})
    if strangers:
        raise RunError(f"{source} names {', '.join(strangers)}; this job reads {settings.input_bucket} only.")
    if manifest.batch != batch_of(manifest.files):
        raise RunError(f"{source} was changed: its files are not those of batch {manifest.batch}.")
    return manifest


def batch_of(files: list[ManifestFile]) -> str:
    """The name of these files' batch, as lambda/runs/manifest.py gives it."""
    names = sorted(f"{file.key}\n{file.version_id or file.etag}" for file in files)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _files(given: Any, source: str) -> list[ManifestFile]:
    if not isinstance(given, list) or not all(isinstance(file, dict) for file in given):
        raise RunError(f"{source} must list its files, each as a JSON object.")
    return [ManifestFile(**_known(ManifestFile, file, f"{source} has a file that")) for file in given]


def bucket_and_key(address: str) -> tuple[str, str]:
    """Split s3://bucket/key."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if urlsplit(address).scheme != "s3" or not bucket or not key:
        raise RunError(f"{address} is not an address of the form s3://bucket/key.")
    return bucket, key


def _parsed(text: str | bytes, source: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise RunError(f"{source} is not JSON: {error}.") from error
    if not isinstance(given, dict):
        raise RunError(f"{source} must be a JSON object.")
    return given


def _known(kind: type, given: dict[str, Any], source: str) -> dict[str, Any]:
    names = [field.name for field in fields(kind) if field.name in given or field.default is MISSING]
    missing = [name for name in names if name not in given]
    if missing:
        raise RunError(f"{source} lacks {', '.join(missing)}.")
    return {name: given[name] for name in names}
