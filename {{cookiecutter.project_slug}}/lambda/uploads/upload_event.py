"""Reads an upload out of a queue message, whichever way S3 sent it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ledger.keys import version_row
from ledger.timestamps import as_moment, as_text

VERSION = 1


@dataclass(frozen=True)
class Upload:
    """One version of one object; size in bytes, uploaded_at in UTC."""

    dataset: str
    bucket: str
    key: str
    version_id: str | None
    etag: str
    size: int
    sequencer: str
    uploaded_at: str

    @property
    def file(self) -> str:
        """The file's name in the ledger; without versioning, the content replaces the version."""
        return version_row(self.bucket, self.key, self.version_id or self.etag)


@dataclass(frozen=True)
class Message:
    """The content of a queue message: uploads, and whether they need a crawl at once."""

    uploads: list[Upload]
    crawl_on_upload: bool


def message_from(body: str, sent_at: str) -> Message:
    """Read a message's body; sent_at replaces a time that the message lacks."""
    given = json.loads(body)
    if given.get("Event") == "s3:TestEvent":
        return Message([], False)
    if given.get("version", 1) > VERSION:
        # The message waits in its queue until the code that can read it is there.
        raise ValueError(f"This code reads messages up to version {VERSION}, not {given['version']}.")
    dataset = given["dataset"]
    if "Records" in given:
        uploads = [_from_notification(dataset, record) for record in given["Records"]]
    else:
        # EventBridge gives the key as it is: decoding it would turn a real + into a space.
        key = given["detail"]["object"]["key"]
        uploads = [_upload(dataset, given["detail"], key, "version-id", given.get("time") or sent_at)]
    return Message(uploads, given.get("crawl", "on-upload") == "on-upload")


def _from_notification(dataset: str, record: dict[str, Any]) -> Upload:
    # An S3 notification encodes the key as a web form does.
    key = unquote_plus(record["s3"]["object"]["key"])
    return _upload(dataset, record["s3"], key, "versionId", record["eventTime"])


def _upload(dataset: str, detail: dict[str, Any], key: str, version_name: str, time: str) -> Upload:
    stored = detail["object"]
    version = stored.get(version_name)
    return Upload(
        dataset=dataset,
        bucket=detail["bucket"]["name"],
        key=key,
        # "null" is what S3 calls the one version of an object in a bucket without versioning.
        version_id=None if version in (None, "", "null") else version,
        etag=stored["etag"].strip('"') if "etag" in stored else stored["eTag"].strip('"'),
        size=int(stored.get("size", 0)),
        # S3 pads the shorter one with zeros on the right before it compares two of them as texts.
        sequencer=stored.get("sequencer", "").upper().ljust(32, "0"),
        uploaded_at=as_text(as_moment(time)),
    )
