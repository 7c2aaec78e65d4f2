"""`dataops where FILE`: one question, whatever has become of the file."""

import json

import pytest
from deployed import DEPLOYED, pretend_deployed
from event_chain import BAD, DUPLICATE, FAILS_THE_RUN, INPUT, MAXIMUM_ATTEMPTS, EventChain

from dataops.operations import where
from dataops.operations.search import address_of

QUARANTINE = "acme-dev-quarantine"


def answer_to(chain: EventChain, file: str) -> str:
    return "\n".join(where.answer(DEPLOYED, address_of(file), chain.clock()))


def processed(chain: EventChain, *keys: str, body: bytes = b"1") -> None:
    chain.deliver(*[chain.upload(key, body) for key in keys])
    chain.crawl()
    chain.job_ends()


@pytest.mark.parametrize("file", ["orders/a.csv", f"s3://{INPUT}/orders/a.csv", "a.csv"])
def test_a_file_is_found_by_its_address_its_key_or_its_name(chain: EventChain, file: str) -> None:
    processed(chain, "orders/a.csv", "orders/ba.csv", "orders/a.csv.gz")

    text = answer_to(chain, file)

    assert f"s3://{INPUT}/orders/a.csv\n" in text and "DONE" in text
    assert ", uploaded 2026-03-01 12:00:00 UTC\n" in text
    assert "ba.csv" not in text and "a.csv.gz" not in text


def test_a_read_file_shows_its_run_its_rows_its_reasons_and_where_they_lie(chain: EventChain) -> None:
    processed(chain, "orders/a.csv", body="\n".join(["1", "1", BAD, DUPLICATE]).encode())
    (row,) = chain.rows().values()
    run, batch = row["run"], row["run"].rpartition("-")[0]

    text = answer_to(chain, "orders/a.csv")

    assert f"run         {run} (published), job run jr_0 of acme-dev-orders" in text
    assert "rows        4 in, 2 published, 1 quarantined, 1 duplicates\n  reasons     bad 1\n" in text
    assert f"published   s3://acme-dev-output/orders/batch_id={batch}/" in text
    assert f"quarantine  s3://acme-dev-quarantine/orders/batch_id={batch}/" in text
    assert f"report      s3://acme-dev-output/_reports/orders/{run}.json" in text


def test_refused_rows_are_shown_with_their_reasons_as_they_lie_in_the_quarantine(chain: EventChain) -> None:
    processed(chain, "orders/a.csv", body="\n".join(["1", BAD]).encode())
    (row,) = chain.rows().values()
    mine = {"file": f"s3://{INPUT}/orders/a.csv", "line": 2, "reasons": ["type:id", "missing:v"], "record": "x\x1b[2J"}
    stored = [mine, mine | {"file": f"s3://{INPUT}/orders/b.csv", "record": "of another file"}]
    chain.s3.create_bucket(Bucket=QUARANTINE, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    chain.s3.put_object(
        Bucket=QUARANTINE,
        Key=f"orders/batch_id={row['run'].rpartition('-')[0]}/part-0.json",
        Body="\n".join(map(json.dumps, stored)),
    )

    text = answer_to(chain, "orders/a.csv")

    assert "    line 2  type:id, missing:v: x\\x1b[2J\n" in text
    assert "of another file" not in text


def test_every_version_of_a_key_is_shown_newest_first(chain: EventChain) -> None:
    processed(chain, "orders/a.csv", body=b"1")
    chain.clock.forward(minutes=1)
    chain.deliver(chain.upload("orders/a.csv", b"2"))

    text = answer_to(chain, "orders/a.csv")

    assert text.index("PENDING") < text.index("DONE")


def test_one_version_is_shown_when_the_address_names_it(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv", b"1"), chain.upload("orders/a.csv", b"2"))
    version = next(iter(chain.rows().values()))["version_id"]

    text = answer_to(chain, f"s3://{INPUT}/orders/a.csv?versionId={version}")

    assert text.count("version     ") == 1 and version in text


def test_a_name_that_stands_in_several_folders_is_shown_for_each(chain: EventChain) -> None:
    processed(chain, "orders/monday/a.csv", "orders/tuesday/a.csv")

    text = answer_to(chain, "a.csv")

    assert "orders/monday/a.csv" in text and "orders/tuesday/a.csv" in text


def test_a_version_that_s3_has_removed_is_still_known(chain: EventChain) -> None:
    processed(chain, "orders/a.csv")
    (row,) = chain.rows().values()
    chain.s3.delete_object(Bucket=INPUT, Key="orders/a.csv", VersionId=row["version_id"])

    assert "DONE" in answer_to(chain, "orders/a.csv")


@pytest.mark.parametrize(
    ("key", "body", "state", "reason"),
    [
        ("orders/10:30.csv", b"1", "QUARANTINED", "unreadable-name"),
        ("orders/a.csv", b"\xff", "QUARANTINED", "encoding"),
    ],
)
def test_a_refused_file_shows_why(chain: EventChain, key: str, body: bytes, state: str, reason: str) -> None:
    chain.deliver(chain.upload(key, body))
    chain.settle()

    text = answer_to(chain, key)

    assert f"state       {state}: was quarantined as a whole" in text and f"reason      {reason}" in text
    assert "published   s3://" not in text


def test_a_file_that_was_given_up_shows_its_attempts_and_the_last_reason(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv", FAILS_THE_RUN.encode()))
    chain.settle()

    text = answer_to(chain, "orders/a.csv")

    assert "DEAD: was given up" in text and "reason      too-many-bad-rows" in text
    assert f"attempts    {MAXIMUM_ATTEMPTS} failed" in text and "published   s3://" not in text


def test_a_file_that_is_being_read_shows_its_job_run_and_no_rows_yet(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()

    text = answer_to(chain, "orders/a.csv")

    assert "CLAIMED: is being read" in text and "job run jr_0" in text and "report      none yet" in text


@pytest.mark.parametrize(
    ("key", "minutes", "next_step"),
    [
        ("orders/a.csv", 1, "its event is on the way"),
        ("orders/a.csv", 60, "the next sweep finds it"),
        ("orders/a.csv", 60 * 24 * 5, "older than what the sweep looks for"),
        ("orders/_SUCCESS", 60, "is ignored on purpose"),
        ("invoices/a.csv", 60, "upload it below customers/ or orders/"),
    ],
)
@pytest.mark.parametrize("by_name", [False, True], ids=["by key", "by name"])
def test_a_file_that_only_the_bucket_knows_shows_what_happens_next(
    chain: EventChain, key: str, minutes: int, next_step: str, by_name: bool
) -> None:
    chain.upload(key)
    chain.clock.forward(minutes=minutes)

    text = answer_to(chain, key.rpartition("/")[2] if by_name else key)

    assert "It is not in the ledger." in text and next_step in text


def test_a_file_that_was_deleted_before_the_ledger_knew_it_says_so(chain: EventChain) -> None:
    chain.upload("orders/a.csv")
    chain.clock.forward(minutes=1)
    chain.s3.delete_object(Bucket=INPUT, Key="orders/a.csv")

    assert "was deleted at 2026-03-01 12:01 UTC" in answer_to(chain, "orders/a.csv")


def test_a_file_that_is_nowhere_ends_the_command_with_one_sentence(chain: EventChain) -> None:
    with pytest.raises(SystemExit) as ended:
        answer_to(chain, "orders/none.csv")

    assert ended.value.code == (
        f"Neither the ledger nor s3://{INPUT} contains orders/none.csv. Check its spelling and its folder."
    )


def test_an_address_in_another_bucket_ends_the_command_with_one_sentence(chain: EventChain) -> None:
    with pytest.raises(SystemExit, match=f"^s3://elsewhere is not where dev takes files in: that is s3://{INPUT}$"):
        answer_to(chain, "s3://elsewhere/orders/a.csv")


def test_the_command_says_first_whom_it_asks(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    processed(chain, "orders/a.csv")
    capsys.readouterr()
    pretend_deployed(monkeypatch)

    where.main(["a.csv", "--environment", "dev"], standalone_mode=False)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Asking AWS: dev is account 123456789012, region eu-west-1." and "DONE" in "".join(lines)
