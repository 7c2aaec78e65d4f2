"""Who deletes an upload takes it back: although S3 keeps the version, a job that comes later does not read it."""

from typing import Any

import pytest
from event_chain import EventChain
from steps.inspection import Inspection, inspect
from steps.settings import ManifestFile, Settings


def settings() -> Settings:
    """Of a dataset of one JSON column; nothing else matters here."""
    names = Settings.__dataclass_fields__
    told: dict[str, Any] = dict.fromkeys(names, None) | {"format": "json", "columns": [], "on_drift": "report"}
    return Settings(**told)


def looked_at(chain: EventChain, version: str) -> Inspection:
    return inspect(chain.s3, ManifestFile("acme-dev-input", "orders/a.json", version, "e", 9, "t"), settings())


def put(chain: EventChain) -> str:
    stored = chain.s3.put_object(Bucket="acme-dev-input", Key="orders/a.json", Body=b'{"id": 1}')
    return str(stored["VersionId"])


def test_a_file_that_is_there_is_read(chain: EventChain) -> None:
    found = looked_at(chain, put(chain))

    assert (found.rejected, found.current) == (None, True)


def test_a_file_that_was_deleted_is_gone_although_its_version_still_exists(chain: EventChain) -> None:
    version = put(chain)
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/a.json")
    assert chain.s3.get_object(Bucket="acme-dev-input", Key="orders/a.json", VersionId=version)

    assert looked_at(chain, version).rejected == "gone"


def test_a_version_that_a_newer_one_replaced_is_still_read(chain: EventChain) -> None:
    version, _ = put(chain), put(chain)

    found = looked_at(chain, version)

    assert (found.rejected, found.current) == (None, False)


@pytest.mark.parametrize("told", [True, False], ids=["the event came", "the event was lost"])
def test_the_ledger_says_gone_and_why_and_people_hear_of_it(chain: EventChain, told: bool) -> None:
    chain.deliver(chain.upload("orders/kept.csv"), *[chain.upload("orders/deleted.csv")][: int(told)])
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/deleted.csv")

    chain.settle()

    ends = {row["key"]: (row["state"], row.get("reason")) for row in chain.rows().values()}
    assert ends == {"orders/kept.csv": ("DONE", None), "orders/deleted.csv": ("GONE", "gone")}
    assert sum("orders/deleted.csv: gone" in message["Message"] for message in chain.notifications()) == 1


def test_a_run_whose_files_were_all_deleted_has_not_failed(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/deleted.csv"))
    chain.s3.delete_object(Bucket="acme-dev-input", Key="orders/deleted.csv")

    chain.crawl()
    chain.job_ends()

    assert chain.states() == {"GONE": 1} and len(chain.glue.job_runs) == 1
