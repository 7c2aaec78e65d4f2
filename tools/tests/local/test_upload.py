"""Uploads of `make local`: new files, and failed ones again."""

import io
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from dataops.local_platform import Platform
from dataops.local_run.steps import Steps
from dataops.local_run.upload import upload

BUCKET, LEDGER = "acme-dev-input", "acme-dev-ledger"
SETTINGS: dict[str, Any] = {
    "buckets": {"input": BUCKET},
    "names": {"ledger": LEDGER},
    "datasets": {"orders": {"prefix": "orders/"}},
}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bucket and the ledger of an account."""
    with mock_aws():
        location = {"LocationConstraint": "eu-west-1"}
        s3 = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        boto3.resource("dynamodb", region_name="eu-west-1").create_table(
            TableName=LEDGER,
            KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


def uploaded(data: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The file's name in the ledger, and the printed output."""
    monkeypatch.setattr(Platform, "access", {"region_name": "eu-west-1"})
    platform, said = Platform("dev", "http://127.0.0.1:9", 1, "111111111111", "eu-west-1"), io.StringIO()
    steps = Steps(Console(file=said, width=200))
    (file,) = upload(platform, SETTINGS, {"orders": [data / "orders" / "a.csv"]}, data, steps)
    return file.file, said.getvalue()


@pytest.mark.parametrize(("state", "again"), [("DONE", False), ("QUARANTINED", False), ("DEAD", True)])
def test_a_file_is_uploaded_again_only_when_it_was_given_up(
    tmp_path: Path, account: None, monkeypatch: pytest.MonkeyPatch, state: str, again: bool
) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "a.csv").write_text("id")
    first, said = uploaded(tmp_path, monkeypatch)
    assert "Uploaded: orders 1 file\n" in said
    ledger = boto3.resource("dynamodb", region_name="eu-west-1").Table(LEDGER)
    ledger.put_item(Item={"file": first, "state": state})

    second, said = uploaded(tmp_path, monkeypatch)

    assert (second != first) == again
    assert ("All files are uploaded already. A changed rule or transform applies to new files" in said) != again
