"""The report says which files were published under rules or a transform that have changed since."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dataops.report.earlier_rules import WHAT_TO_DO, sentences

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def archive(**transforms: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as content:
        for name, text in transforms.items():
            content.writestr(f"transforms/{name}.py", text)
    return written.getvalue()


class Bucket:
    """A bucket with versions, as boto3 shows it."""

    def __init__(self) -> None:
        self.stored: list[dict[str, Any]] = []

    def put(self, minutes: int, key: str, content: bytes = b"") -> None:
        version = f"v{len(self.stored)}"
        self.stored.append({"LastModified": at(minutes), "Key": key, "VersionId": version, "content": content})

    def get_paginator(self, name: str) -> "Bucket":
        assert name == "list_object_versions"
        return self

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        # Two pages, the newest first, as S3 lists versions of one key.
        found = [each for each in reversed(self.stored) if each["Key"].startswith(asked["Prefix"])]
        return [{"Versions": found[:1]}, {"Versions": found[1:]}, {"DeleteMarkers": []}]

    def get_object(self, **asked: str) -> dict[str, io.BytesIO]:
        (found,) = [each for each in self.stored if each["VersionId"] == asked["VersionId"]]
        assert found["Key"] == asked["Key"]
        return {"Body": io.BytesIO(found["content"])}


@pytest.fixture
def bucket() -> Bucket:
    """Settings of two datasets and a first archive of transforms."""
    found = Bucket()
    found.put(0, "settings/orders/aaa.json")
    found.put(0, "settings/visits/ccc.json")
    found.put(0, "etl/111/transforms.zip", archive(orders="first"))
    found.put(0, "etl/111/etl.py")
    return found


def said(bucket: Bucket, **minutes: list[int]) -> dict[str, str]:
    return sentences(
        bucket, "script", {name: [at(each).isoformat() for each in those] for name, those in minutes.items()}
    )


def test_without_a_change_nothing_is_said(bucket: Bucket) -> None:
    assert said(bucket, orders=[1, 2], visits=[3]) == {}


def test_changed_rules_are_said_for_the_files_before_them_and_for_their_dataset_only(bucket: Bucket) -> None:
    bucket.put(10, "settings/orders/bbb.json")

    assert said(bucket, orders=[1, 2, 11], visits=[3]) == {
        "orders": f"rules changed since 2 files were published. {WHAT_TO_DO}"
    }


def test_rules_that_came_back_are_no_change_for_the_files_that_had_them(bucket: Bucket) -> None:
    bucket.put(10, "settings/orders/bbb.json")
    bucket.put(20, "settings/orders/aaa.json")

    assert said(bucket, orders=[1, 21]) == {}
    assert said(bucket, orders=[1, 12]) == {"orders": f"rules changed since 1 file was published. {WHAT_TO_DO}"}


def test_a_changed_transform_is_said_for_its_dataset_only(bucket: Bucket) -> None:
    bucket.put(10, "etl/222/transforms.zip", archive(orders="second"))

    assert said(bucket, orders=[1], visits=[1]) == {
        "orders": f"transform changed since 1 file was published. {WHAT_TO_DO}"
    }


def test_both_are_said_in_one_sentence(bucket: Bucket) -> None:
    bucket.put(10, "settings/orders/bbb.json")
    bucket.put(10, "etl/222/transforms.zip", archive())

    assert said(bucket, orders=[1]) == {
        "orders": f"rules and transform changed since 1 file was published. {WHAT_TO_DO}"
    }


def test_files_from_before_everything_that_s3_kept_are_left_out(bucket: Bucket) -> None:
    bucket.put(10, "settings/orders/bbb.json")

    assert said(bucket, orders=[-5]) == {}


def test_without_the_right_to_list_versions_nothing_is_said(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectVersions")

    monkeypatch.setattr(bucket, "paginate", denied)

    assert said(bucket, orders=[1]) == {}
