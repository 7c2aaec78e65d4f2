"""Tests of start_crawler: every upload is recorded once, and its dataset's crawler is requested."""

import importlib
import json
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import get_ident
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.awsrequest import AWSResponse
from event_chain import DATASET, INPUT, NAME, SUBJECT, TABLE, Crash, EventChain
from hypothesis import given
from hypothesis import strategies as st
from runtime.aws import THREADS, client, each, table_client
from uploads.admission import LARGEST_GZIP
from uploads.upload_event import message_from

# Seconds, of start_crawler in modules/environment/lambda.tf.
SHORTEST_TIMEOUT = 60
# Each variable that a function reads; the chain sets all but those of the connections.
REQUIRED = sorted(
    (path.stem, name)
    for path in (Path(__file__).parents[1] / "lambda").glob("*.py")
    for name in set(re.findall(r'required\("(\w+)"\)', path.read_text()))
)
VARIABLES_OF_CHECK_CONNECTIONS = {"SERVICES": "s3", "DATABASES": "{}"}


def changed(body: str, **values: Any) -> str:
    return json.dumps(json.loads(body) | values)


def test_an_upload_becomes_a_pending_row_and_starts_the_crawler(chain: EventChain) -> None:
    assert chain.deliver(chain.upload("orders/a.csv")) == []

    (row,) = chain.rows().values()
    assert (row["state"], row["dataset"], row["open"], row["key"]) == (
        "PENDING",
        DATASET,
        DATASET,
        "orders/a.csv",
    )
    assert chain.glue.crawler["State"] == "RUNNING"


def test_a_hundred_files_while_the_crawler_runs_all_wait_for_the_next_crawl(chain: EventChain) -> None:
    chain.glue.start_crawler(Name=NAME)

    chain.clock.forward(seconds=1)

    assert chain.deliver(*[chain.upload(f"orders/{number}.csv") for number in range(100)]) == []

    assert chain.states() == {"PENDING": 100} and chain.glue.crawls == 1
    assert chain.crawl() == {"run": None, "crawler": "started"}
    assert chain.crawl()["run"] and chain.states() == {"CLAIMED": 100}


def test_the_same_messages_again_in_another_order_change_nothing(chain: EventChain) -> None:
    bodies = [chain.upload(f"orders/{number}.csv") for number in range(20)]
    assert chain.deliver(*bodies * 2) == []
    before = chain.rows()
    chain.clock.forward(minutes=1)

    chain.deliver(*random.Random(1).sample(bodies * 2, 40))

    assert chain.rows() == before


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_events_changes_neither_the_ledger_nor_the_manifest(chain: EventChain, seed: int) -> None:
    bodies = [chain.upload("orders/same.csv", f"{number}".encode()) for number in range(6)]
    versions = [json.loads(body)["detail"]["object"]["version-id"] for body in bodies]

    for body in random.Random(seed).sample(bodies, 6):
        chain.deliver(body)

    assert chain.states() == {"PENDING": 6}
    (key,) = chain.rows("key").values()
    assert key["newest"] == f"{INPUT}/orders/same.csv@{versions[-1]}"
    chain.crawl()
    assert [file["version_id"] for file in chain.manifests()[0]["files"]] == versions


def test_an_older_version_that_comes_later_is_read_as_its_own_version(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = chain.upload("orders/a.csv", b"1"), chain.upload("orders/a.csv", b"2")

    chain.deliver(new)
    chain.deliver(old)

    assert "older-version-came-later" in capsys.readouterr().out
    assert len({row["version_id"] for row in chain.rows().values()}) == 2


def test_the_same_content_uploaded_again_is_logged(chain: EventChain, capsys: pytest.CaptureFixture[str]) -> None:
    chain.deliver(chain.upload("orders/a.csv", b"same"))
    chain.deliver(chain.upload("orders/a.csv", b"same"))

    assert capsys.readouterr().out.count("same-content-again") == 1


def test_sequencers_of_different_lengths_are_ordered_as_s3_orders_them() -> None:
    # As in S3: the shorter one gets zeros on its right.
    given = ["0055AED6DCD90281E5", "0055aed6dcd90281e5a", "0055AED6DCD90281F", "1"]
    bodies = [
        {"bucket": {"name": INPUT}, "object": {"etag": "e", "key": "orders/a.csv", "sequencer": sequencer}}
        for sequencer in given
    ]
    messages = [{"dataset": DATASET, "time": "2026-11-22T10:00:00Z", "detail": body} for body in bodies]

    read = [message_from(json.dumps(message), "").uploads[0].sequencer for message in messages]

    assert read == sorted(read) and len(set(read)) == len(given)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_a_key_is_read_exactly_from_both_shapes_of_event(key: str) -> None:
    stored = {"size": 1, "etag": "e", "eTag": "e", "sequencer": "1", "key": key}
    event = {"bucket": {"name": INPUT}, "object": stored}
    bridge = {"dataset": DATASET, "time": "2026-11-22T10:00:00Z", "detail": event}
    record = {
        "eventTime": "2026-11-22T10:00:00Z",
        "s3": event | {"object": stored | {"key": quote_plus(key)}},
    }
    notification = {"dataset": DATASET, "Records": [record]}

    for body in (bridge, notification):
        (upload,) = message_from(json.dumps(body), "").uploads
        assert upload.key == key


@pytest.mark.parametrize("time", ["2026-03-29T00:59:59Z", "2026-03-29T03:59:59+03:00", "2026-03-28T23:59:59-01:00"])
def test_an_upload_keeps_its_own_time_in_utc(chain: EventChain, time: str) -> None:
    chain.deliver(changed(chain.upload("orders/a.csv"), time=time))

    (row,) = chain.rows().values()
    assert row["uploaded_at"] == "2026-03-29T00:59:59.000000Z"


def test_a_message_without_a_time_takes_the_time_at_which_it_was_sent(chain: EventChain) -> None:
    chain.deliver(changed(chain.upload("orders/a.csv"), time=None))

    (row,) = chain.rows().values()
    assert row["uploaded_at"][:19] == chain.clock().isoformat()[:19]


IGNORED = [
    "orders/", "orders/x/", "orders/_SUCCESS", "orders/.part-0.csv.crc", "orders/_temporary/0/part-0.csv",
    "orders/x_$folder$", "orders/_started_1", "orders/_committed_1", "orders/_committed_vacuum1", "orders/_metadata",
    "orders/_common_metadata",
]  # fmt: skip


@pytest.mark.parametrize("key", IGNORED)
def test_what_is_no_data_is_ignored_and_logged(chain: EventChain, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert chain.deliver(chain.upload(key)) == []

    assert chain.rows() == {} and chain.glue.crawls == 0
    assert capsys.readouterr().out.count("file-ignored") == 1


RESEMBLING = [
    "orders/a_SUCCESS.csv", "orders/_SUCCESS_stories.csv", "orders/_metadata_2026.csv", "orders/_started_2026.csv",
    "orders/_committed_orders.csv", "orders/_temporary_prices/a.csv",
]  # fmt: skip


@pytest.mark.parametrize("key", RESEMBLING)
def test_what_only_resembles_a_marker_is_data(chain: EventChain, key: str) -> None:
    chain.deliver(chain.upload(key))

    assert chain.states() == {"PENDING": 1} and chain.glue.crawls == 1


def test_a_name_that_hadoop_cannot_open_is_quarantined_and_notified_once(chain: EventChain) -> None:
    body = chain.upload("orders/10:30.csv")
    chain.deliver(body)
    chain.deliver(body)

    (row,) = chain.rows().values()
    assert (row["state"], row["reason"], "open" in row) == ("QUARANTINED", "unreadable-name", False)
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} file quarantined: unreadable-name"]


@pytest.mark.parametrize("name", ["a.csv.gz", "A.CSV.GZ", "a.csv.gzip"])
def test_a_gzip_that_no_worker_should_read_alone_is_quarantined(chain: EventChain, name: str) -> None:
    message = json.loads(chain.upload(f"orders/{name}"))
    message["detail"]["object"]["size"] = LARGEST_GZIP + 1

    chain.deliver(json.dumps(message))

    assert [row["reason"] for row in chain.rows().values()] == ["too-large"]


def test_a_gzip_as_large_as_one_may_be_is_taken(chain: EventChain) -> None:
    message = json.loads(chain.upload("orders/a.csv.gz"))
    message["detail"]["object"]["size"] = LARGEST_GZIP

    chain.deliver(json.dumps(message))

    assert chain.states() == {"PENDING": 1}


def test_a_large_file_that_can_be_split_is_taken(chain: EventChain) -> None:
    message = json.loads(chain.upload("orders/a.csv"))
    message["detail"]["object"]["size"] = 300 * 1024**3

    chain.deliver(json.dumps(message))

    assert chain.states() == {"PENDING": 1}


def test_the_test_event_of_s3_is_ignored(chain: EventChain) -> None:
    assert chain.deliver(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})) == []
    assert chain.rows() == {}


def test_an_object_of_another_bucket_is_refused(chain: EventChain) -> None:
    message = json.loads(chain.upload("orders/a.csv"))
    message["detail"]["bucket"]["name"] = "somebody-elses"

    assert chain.deliver(json.dumps(message)) == ["0"]
    assert chain.rows("somebody-elses") == {}


POISON = [
    "not json",
    "{}",
    "[]",
    "null",
    '{"dataset": "orders"}',
    '{"dataset": "orders", "detail": {"object": {}}}',
]


@pytest.mark.parametrize("poison", POISON)
def test_only_the_poisoned_message_of_ten_comes_again(chain: EventChain, poison: str) -> None:
    good = [chain.upload(f"orders/{number}.csv") for number in range(9)]

    assert chain.deliver(*good[:4], poison, *good[4:]) == ["4"]
    assert chain.states() == {"PENDING": 9}


def test_a_poisoned_message_ends_in_the_dead_letter_queue(chain: EventChain) -> None:
    dead = chain.sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": chain._arn(dead), "maxReceiveCount": "5"})
    attributes = {"RedrivePolicy": redrive, "VisibilityTimeout": "0"}
    queue = chain.sqs.create_queue(QueueName="uploads", Attributes=attributes)["QueueUrl"]
    chain.sqs.send_message(QueueUrl=queue, MessageBody="not json")

    receives = 0
    while found := chain.sqs.receive_message(QueueUrl=queue).get("Messages"):
        receives += 1
        assert chain.deliver(found[0]["Body"]) == ["0"]

    assert receives == 5
    assert chain.sqs.receive_message(QueueUrl=dead)["Messages"][0]["Body"] == "not json"


def test_a_message_of_a_newer_format_waits_for_the_code_that_reads_it(chain: EventChain) -> None:
    body = chain.upload("orders/a.csv")

    assert chain.deliver(changed(body, version=2)) == ["0"]
    assert chain.deliver(body) == []


def test_a_message_of_an_older_format_is_still_read(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uploads.upload_event.VERSION", 2)

    assert chain.deliver(chain.upload("orders/a.csv")) == []
    assert chain.states() == {"PENDING": 1}


def test_a_message_without_a_version_is_still_read(chain: EventChain) -> None:
    message = json.loads(chain.upload("orders/a.csv"))
    del message["version"], message["crawl"]

    assert chain.deliver(json.dumps(message)) == []
    assert chain.states() == {"PENDING": 1} and chain.glue.crawls == 1


def test_a_missing_crawler_brings_the_message_back(chain: EventChain) -> None:
    body = changed(chain.upload("new/a.csv"), dataset="not-deployed-yet")

    assert chain.deliver(body, chain.upload("orders/b.csv")) == ["0"]


@pytest.mark.parametrize("code", ["ThrottlingException", "OperationTimeoutException"])
def test_a_refused_start_comes_again_and_then_succeeds(chain: EventChain, code: str) -> None:
    body = chain.upload("orders/a.csv")
    chain.refuse("glue", "start_crawler", code, times=2)

    assert [chain.deliver(body) for _ in range(3)] == [["0"], ["0"], []]
    assert chain.glue.crawls == 1 and chain.states() == {"PENDING": 1}


CLIENTS: dict[str, tuple[Callable[[], Any], str, str, dict[str, Any]]] = {
    "client": (lambda: client("glue"), "glue.StartCrawler", "start_crawler", {"Name": NAME}),
    "table_client": (table_client, "dynamodb.GetItem", "get_item", {"TableName": TABLE, "Key": {"file": "a"}}),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_throttled_call_is_repeated_after_a_pause(aws: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, event, call, arguments = CLIENTS[name]
    answers, pauses, made = [400, 400, 200], list[float](), make()
    content = SimpleNamespace(stream=lambda: [b'{"__type": "ThrottlingException"}'])
    own, sleep = get_ident(), time.sleep
    # The module's sleep is shared: other threads of this process must continue to sleep.
    monkeypatch.setattr(
        "botocore.endpoint.time.sleep", lambda length: (pauses.append if get_ident() == own else sleep)(length)
    )
    made.meta.events.register_first(
        f"before-send.{event}", lambda request, **_: AWSResponse(request.url, answers.pop(0), {}, content)
    )

    getattr(made, call)(**arguments)

    assert answers == [] and len(pauses) == 2


@pytest.mark.parametrize("name", CLIENTS)
def test_a_service_that_does_not_answer_is_asked_again_before_the_lambda_ends(aws: None, name: str) -> None:
    config = CLIENTS[name][0]().meta.config

    assert 2 * (config.connect_timeout + config.read_timeout) <= SHORTEST_TIMEOUT


def test_a_message_whose_lambda_died_after_the_ledger_knew_it_is_a_duplicate_the_next_time(chain: EventChain) -> None:
    body = chain.upload("orders/a.csv")

    def die(service: str, call: str) -> None:
        if call == "put_item":
            raise Crash

    chain.after = die
    with pytest.raises(Crash):
        chain.deliver(body)
    chain.after = lambda service, call: None
    (before,) = chain.rows().values()
    chain.clock.forward(minutes=1)

    assert chain.deliver(body) == []

    assert list(chain.rows().values()) == [before] and chain.glue.crawls == 1


def test_one_row_that_cannot_be_written_keeps_none_of_the_others_from_it() -> None:
    tried: list[int] = []

    def act(number: int) -> None:
        tried.append(number)
        if number == 0:
            raise ValueError

    with pytest.raises(ValueError):
        each(act, range(5 * THREADS))

    assert sorted(tried) == list(range(5 * THREADS))


@pytest.mark.parametrize(("function", "variable"), REQUIRED)
def test_a_lambda_that_lacks_a_variable_fails_at_its_import_and_names_it(
    chain: EventChain, function: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in VARIABLES_OF_CHECK_CONNECTIONS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(variable)
    monkeypatch.delitem(sys.modules, function, raising=False)

    with pytest.raises(RuntimeError, match=f"^The environment variable {variable} is missing"):
        importlib.import_module(function)


def test_a_time_without_a_zone_is_no_time(chain: EventChain) -> None:
    assert chain.deliver(changed(chain.upload("orders/a.csv"), time="2026-03-29T00:59:59")) == ["0"]


def test_a_message_is_not_acknowledged_while_the_ledger_is_away(chain: EventChain) -> None:
    body = chain.upload("orders/a.csv")
    chain.refuse("dynamodb", "put_item", "InternalServerError")

    assert chain.deliver(body) == ["0"]
    assert chain.deliver(body) == []
    assert chain.states() == {"PENDING": 1}


def test_an_upload_of_a_scheduled_dataset_waits_for_the_schedule(chain: EventChain) -> None:
    chain.deliver(changed(chain.upload("orders/a.csv"), crawl="on-schedule"))
    assert chain.states() == {"PENDING": 1} and chain.glue.crawls == 0

    chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)

    assert chain.glue.crawls == 1


def test_log_lines_of_many_threads_do_not_mix(chain: EventChain, capsys: pytest.CaptureFixture[str]) -> None:
    chain.deliver(*[chain.upload(f"orders/{number}.csv") for number in range(100)])

    lines = capsys.readouterr().out.splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"file-recorded", "crawler-started"}


def test_the_log_names_keys_and_counts_only(chain: EventChain, capsys: pytest.CaptureFixture[str]) -> None:
    body = chain.upload("orders/a.csv", b"secret@example.com,1")
    chain.deliver(body, "secret@example.com is no json")

    lines = capsys.readouterr().out.splitlines()
    assert lines and all("event" in json.loads(line) for line in lines)
    assert "secret" not in "".join(lines)
