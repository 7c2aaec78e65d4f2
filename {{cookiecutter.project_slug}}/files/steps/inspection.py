"""Looks at each file before Spark does, because Spark reads many broken files without a word."""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from steps import columnar
from steps.settings import ManifestFile, Settings

HEAD_BYTES = 65_536
BETWEEN_RECORDS = " \t\r\n,[]"
GZIP_MAGIC = b"\x1f\x8b"
OTHER_COMPRESSIONS = (".bz2", ".zst", ".lz4", ".snappy", ".deflate", ".xz", ".zip", ".Z")
GONE = ("NoSuchKey", "NoSuchVersion", "404", "PreconditionFailed")


@dataclass(frozen=True)
class Layout:
    """How Spark must read a file: files of one layout are read together. Names in the file's own order."""

    kind: str
    names: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether every value is read as text and judged by the rules, and not typed by the file itself."""
        return self.kind not in columnar.FORMATS


@dataclass(frozen=True)
class Inspection:
    """What one look at a file found; `rejected` is the reason why the file as a whole is not read."""

    file: ManifestFile
    layout: Layout | None = None
    current: bool = True
    has_rows: bool = False
    rejected: str | None = None
    drift: list[str] = field(default_factory=list)


class RejectedFileError(Exception):
    """The file as a whole cannot be read; the message is the report's file_reason."""


def normalised(name: str) -> str:
    """A column name as the project spells it: lower case, runs of other characters as one underscore."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


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
        if settings.format in columnar.FORMATS:
            layout, has_rows, drift = _columnar(s3, file, settings)
        else:
            layout, has_rows, drift = _text(_head(s3, file), settings)
    except RejectedFileError as rejection:
        return Inspection(file, rejected=str(rejection))
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return Inspection(file, rejected="gone")
        raise
    added = [change.removeprefix("added:") for change in drift if change.startswith("added:")]
    if added and settings.on_drift == "stop":
        return Inspection(file, drift=drift, rejected=f"schema-added:{','.join(added)}")
    return Inspection(file, layout, is_version(file, newest), has_rows, drift=drift)


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


def _head(s3: Any, file: ManifestFile) -> bytes:
    """The first bytes of the content, decompressed; a gzip is read to its end: Spark fails on bad ones."""
    if file.size == 0:
        return b""
    if file.key.endswith(OTHER_COMPRESSIONS):
        raise RejectedFileError("compression")
    body = s3.get_object(**version_of(file))["Body"]
    start = body.read(HEAD_BYTES)
    if start.startswith(GZIP_MAGIC) != file.key.endswith(".gz"):
        raise RejectedFileError("compression")
    return _whole_gzip(start, body) if start.startswith(GZIP_MAGIC) else start


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were already taken."""

    def __init__(self, start: bytes, rest: Any) -> None:
        self._start, self._rest = io.BytesIO(start), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._start.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _whole_gzip(start: bytes, rest: Any) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BufferedReader(_Rejoined(start, rest), 1 << 20)) as content:
            head = content.read(HEAD_BYTES)
            while content.read(1 << 20):
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RejectedFileError("truncated") from error
    return head


def _text(head: bytes, settings: Settings) -> tuple[Layout | None, bool, list[str]]:
    if b"\x00" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise RejectedFileError("encoding")
    # The head may end inside a character: what is incomplete at its end is left out, not replaced.
    text = codecs.getincrementaldecoder("utf-8-sig")("replace").decode(head)
    if not text.strip():
        return None, False, []
    return _csv(text, settings) if settings.format == "csv" else _json(text, settings)


def _csv(text: str, settings: Settings) -> tuple[Layout, bool, list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=settings.delimiter)
    cells = (cells for cells in lines if any(cell.strip() for cell in cells))
    try:
        header = next(cells, [])
        has_rows = next(cells, None) is not None
    except csv.Error as error:
        raise RejectedFileError("header") from error
    if any("\ufffd" in name for name in header):
        raise RejectedFileError("encoding")
    names = [normalised(name) for name in header]
    drift = _compared(names, settings)
    declared = {column.name for column in settings.columns}
    # A plus sign marks what the settings do not declare; it keeps such a name from meeting one of ours.
    layout = [name if name in declared else f"+{name or position}" for position, name in enumerate(names)]
    return Layout("csv", tuple(layout)), has_rows, drift


def _compared(names: list[str], settings: Settings) -> list[str]:
    """How a file's names differ from the declared columns; raises when it cannot be read by name."""
    declared = [column.name for column in settings.columns]
    repeated = sorted(name for name, times in Counter(filter(None, names)).items() if times > 1)
    if repeated:
        raise RejectedFileError(f"schema-duplicate:{','.join(repeated)}")
    missing = [name for name in declared if name not in names]
    vital = [name for name in missing if name in settings.required_columns]
    if vital or len(missing) == len(declared):
        raise RejectedFileError(f"schema-missing:{','.join(vital or missing)}")
    drift = [f"missing:{name}" for name in missing]
    drift += [f"added:{name}" for name in names if name and name not in declared]
    shared = [name for name in names if name in declared]
    return drift if shared == [name for name in declared if name in shared] else [*drift, "reordered"]


def _json(text: str, settings: Settings) -> tuple[Layout, bool, list[str]]:
    """The keys of the first records; each declared column is read under the file's own spelling of it."""
    declared = [column.name for column in settings.columns]
    keys = list(dict.fromkeys(key for record in _records(text) for key in record))
    spelt = {normalised(key): key for key in reversed(keys)} | {key: key for key in keys if key in declared}
    added = [f"added:{key}" for key in keys if normalised(key) not in declared]
    kind = "json-array" if _is_array(text) else "json-lines"
    # An empty array is a file without a row.
    has_rows = bool(text.strip(BETWEEN_RECORDS))
    return Layout(kind, tuple(spelt.get(name, name) for name in declared)), has_rows, added


def _is_array(text: str) -> bool:
    """A file that is one array, and not JSON lines whose first line happens to be an array."""
    first, _, rest = text.strip().partition("\n")
    if not first.startswith("["):
        return False
    try:
        json.loads(first)
    except ValueError:
        return True
    return not rest.strip()


def _records(text: str) -> Iterator[dict[str, Any]]:
    decoder, position = json.JSONDecoder(), 0
    while position < len(text):
        if text[position] in BETWEEN_RECORDS:
            position += 1
            continue
        try:
            record, position = decoder.raw_decode(text, position)
        except ValueError:
            position = text.find("\n", position) + 1 or len(text)
            continue
        if isinstance(record, dict):
            yield record


def _columnar(s3: Any, file: ManifestFile, settings: Settings) -> tuple[Layout | None, bool, list[str]]:
    if file.size == 0:
        return None, False, []
    try:
        footer = columnar.footer(s3, version_of(file), settings.format, file.size)
    except columnar.UnreadableFooterError as error:
        raise RejectedFileError("truncated") from error
    names = [normalised(name) for name in footer.names]
    drift = _compared(names, settings)
    found = dict(zip(names, footer.kinds, strict=True))
    wrong = [c.name for c in settings.columns if c.name in found and not columnar.fits(found[c.name], c.type)]
    if wrong:
        raise RejectedFileError(f"schema-type:{','.join(wrong)}")
    signature = tuple(f"{name}\n{kind}" for name, kind in zip(footer.names, footer.kinds, strict=True))
    return Layout(settings.format, signature), footer.rows > 0, drift
