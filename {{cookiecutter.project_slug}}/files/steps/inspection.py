"""Looks at each file before Spark does, because Spark reads many broken files without a word."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError
from column_name import normalised

from steps import columnar, csv_records, json_records
from steps.failure import RejectedFileError
from steps.settings import ManifestFile, Settings
from steps.storage import Content

GONE = ("NoSuchKey", "NoSuchVersion", "404", "PreconditionFailed")
COLUMNS_SHOWN = 10


@dataclass(frozen=True)
class Layout:
    """How Spark must read a file: files of one layout are read together. Names in the file's own order.

    `keys` are JSON's spellings of each declared column; `rewritten` is a CSV whose cells are all quoted, after one
    that holds what was malformed.
    """

    kind: str
    names: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    rewritten: bool = False

    @property
    def is_text(self) -> bool:
        """Whether every value is read as text and checked by the rules, and not typed by the file itself."""
        return self.kind not in columnar.FORMATS


@dataclass(frozen=True)
class Inspection:
    """What one look at a file found; `rejected` is the reason why the file as a whole is not read.

    `records` is how many rows the file's bytes hold; None where they are counted when the file is rewritten.
    """

    file: ManifestFile
    layout: Layout | None = None
    current: bool = True
    records: int | None = 0
    must_be_copied: bool = False
    rejected: str | None = None
    drift: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What a file holds; without a layout there is nothing to read."""

    layout: Layout | None = None
    records: int | None = 0
    drift: list[str] = field(default_factory=list)
    must_be_copied: bool = False


def inspect_files(s3: Any, files: list[ManifestFile], settings: Settings) -> list[Inspection]:
    """Inspect every file of the manifest, sixteen at a time, in the manifest's order."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        return list(pool.map(lambda file: inspect(s3, file, settings), files))


def inspect(s3: Any, file: ManifestFile, settings: Settings) -> Inspection:
    """Inspect one object version."""
    try:
        newest = newest_version(s3, file)
        if newest is None:
            return Inspection(file, rejected="gone")
        found = _columnar(s3, file, settings) if settings.format in columnar.FORMATS else _text(s3, file, settings)
    except RejectedFileError as rejection:
        return Inspection(file, rejected=str(rejection))
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return Inspection(file, rejected="gone")
        raise
    added = [change.removeprefix("added:") for change in found.drift if change.startswith("added:")]
    if added and settings.on_drift == "stop":
        return Inspection(file, drift=found.drift, rejected=f"schema-added:{','.join(added)}")
    return Inspection(
        file, found.layout, is_version(file, newest), found.records, found.must_be_copied, drift=found.drift
    )


def newest_version(s3: Any, file: ManifestFile) -> dict[str, Any] | None:
    """The object as it is now; None when it was deleted: old versions stay, but who deletes a file takes it back."""
    try:
        newest: dict[str, Any] = s3.head_object(Bucket=file.bucket, Key=file.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    return newest


def is_version(file: ManifestFile, newest: dict[str, Any]) -> bool:
    """Whether an object's newest version is the one in the manifest."""
    if file.version_id:
        return bool(newest.get("VersionId", "null") == file.version_id)
    return bool(newest["ETag"].strip('"') == file.etag.strip('"'))


def is_current(s3: Any, file: ManifestFile) -> bool:
    """Whether the object's newest version is still the one in the manifest."""
    newest = newest_version(s3, file)
    return newest is not None and is_version(file, newest)


def version_of(file: ManifestFile) -> dict[str, str]:
    """The arguments with which S3 gives exactly the manifest's version."""
    version = {"VersionId": file.version_id} if file.version_id else {"IfMatch": file.etag}
    return {"Bucket": file.bucket, "Key": file.key, **version}


def content_of(s3: Any, file: ManifestFile, settings: Settings) -> Content:
    """A file of text as a stream."""
    return Content(s3, version_of(file), file, settings.encoding)


def grammar_of(settings: Settings) -> csv_records.Grammar:
    """What a record of the dataset's CSV files is."""
    return csv_records.Grammar(settings.delimiter.encode(), settings.quoted_newlines)


def _text(s3: Any, file: ManifestFile, settings: Settings) -> Found:
    content = content_of(s3, file, settings)
    blocks = content.blocks()
    found = _csv(content, blocks, settings) if settings.format == "csv" else _json(blocks, settings)
    # To its end, also where the survey stopped: a broken gzip must be known before Spark fails on it.
    if file.key.endswith(".gz"):
        for _ in blocks:
            pass
    return replace(found, must_be_copied=found.must_be_copied or content.must_be_copied)


def _csv(content: Content, blocks: Iterator[bytes], settings: Settings) -> Found:
    grammar = grammar_of(settings)
    survey = csv_records.survey(blocks, grammar)
    if not survey.head:
        raise RejectedFileError("empty")
    header, is_first = csv_records.header(survey.head, grammar)
    if settings.header and not header:
        return Found()
    # With a first row for a header, Spark passes over a byte order mark together with it.
    is_plain = survey.is_plain and is_first and (settings.header or not content.has_mark)
    declared = [column.name for column in settings.columns]
    names = [normalised(name.decode(errors="replace")) for name in header] if settings.header else declared
    drift = _compared(names, settings)
    layout = Layout("csv", _unique(names, set(declared)), rewritten=not is_plain)
    records = survey.records - settings.header if is_plain else None
    return Found(layout if records != 0 else None, records, drift, must_be_copied=not is_plain)


def _unique(names: list[str], declared: set[str]) -> tuple[str, ...]:
    """Names for Spark; a plus sign marks what the settings do not declare, and keeps it from meeting one of ours."""
    times = Counter(names)
    return tuple(
        name if name in declared else f"+{name}" if name and times[name] == 1 else f"+{name}:{position}"
        for position, name in enumerate(names, start=1)
    )


def _compared(names: list[str], settings: Settings) -> list[str]:
    """How a file's names differ from the declared columns; raises when it cannot be read by name."""
    declared = [column.name for column in settings.columns]
    repeated = sorted(name for name, times in Counter(names).items() if times > 1 and name in declared)
    if repeated:
        raise RejectedFileError(f"schema-duplicate:{','.join(repeated)}")
    missing = [name for name in declared if name not in names]
    vital = [name for name in missing if name in settings.required_columns]
    if vital or len(missing) == len(declared):
        raise RejectedFileError(f"schema-missing:{','.join(vital or missing)}{_evidence(names, settings)}")
    drift = [f"missing:{name}" for name in missing]
    drift += [f"added:{name}" for name in names if name and name not in declared]
    shared = [name for name in names if name in declared]
    return drift if shared == [name for name in declared if name in shared] else [*drift, "reordered"]


def _evidence(names: list[str], settings: Settings) -> str:
    """What the file has in place of the columns that it lacks; never its own names, which may be a row's values."""
    if settings.format == "csv" and len(names) == 1 and len(settings.columns) > 1:
        return f"; found one column: is the delimiter {settings.delimiter!r}?"
    known = [column.name for column in settings.columns if column.name in names]
    if not known:
        return f"; found {len(names)} columns, none of them declared: has the file a header?"
    return f"; found {len(names)} columns, among them {', '.join(known[:COLUMNS_SHOWN])}"


def _json(blocks: Iterator[bytes], settings: Settings) -> Found:
    """Each declared column is read under every spelling of it that the first records have."""
    survey = json_records.survey(blocks)
    if not survey.head:
        raise RejectedFileError("empty")
    declared = [column.name for column in settings.columns]
    spelt: dict[str, list[str]] = {name: [] for name in declared}
    for key in survey.keys:
        spelt.get(normalised(key), []).append(key)
    keys = tuple(tuple(dict.fromkeys([*spelt[name], name])) for name in declared)
    added = [f"added:{key}" for key in survey.keys if normalised(key) not in spelt]
    records = survey.records if survey.is_plain else None
    layout = Layout("json", tuple(declared), keys) if records != 0 else None
    return Found(layout, records, added, must_be_copied=not survey.is_plain)


def _columnar(s3: Any, file: ManifestFile, settings: Settings) -> Found:
    if file.size == 0:
        raise RejectedFileError("empty")
    try:
        footer = columnar.footer(s3, version_of(file), settings.format, file.size)
    except columnar.UnreadableFooterError as error:
        raise RejectedFileError(str(error)) from error
    names = [normalised(name) for name in footer.names]
    drift = _compared(names, settings)
    found = dict(zip(names, footer.kinds, strict=True))
    wrong = [
        f"{column.name} is {found[column.name]}, not {column.type}"
        for column in settings.columns
        if column.name in found and not columnar.fits(found[column.name], column.type)
    ]
    if wrong:
        raise RejectedFileError(f"schema-type:{'; '.join(wrong)}")
    signature = tuple(f"{name}\n{kind}" for name, kind in zip(footer.names, footer.kinds, strict=True))
    return Found(Layout(settings.format, signature) if footer.rows else None, footer.rows, drift)
