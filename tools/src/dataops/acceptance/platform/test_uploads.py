"""Tests of uploads on the running platform: bursts; repeated, late and lost events; unreadable messages."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dataops.acceptance.platform.accounting import books_of, unaccounted
from dataops.acceptance.platform.running_project import Row, RunningProject, orders

RINGS = "alarm: uploads dead letters"
ODD_NAMES = ("a b+c.csv", "100% 41%41.csv", "été ñ.csv", "e\u0301te\u0301.csv", "🦊.csv", "it's (1) & [2] {3}.csv")


@dataclass
class Burst:
    """A hundred files that came during a crawl, and the ledger's rows before it ended."""

    files: dict[str, str]
    crawls_before: int
    while_crawling: list[Row]
    after_repetition: list[Row]

    @property
    def bad(self) -> str:
        """Return the one file that is not text."""
        return self.files["burst/bad.csv"]


@pytest.fixture(scope="module")
def burst(chain: RunningProject) -> Burst:
    crawls = len(crawls_of(chain))
    chain.ask("hold", crawls=True)
    chain.glue.start_crawler(Name=chain.name("orders"))
    # An event has its time in whole seconds: a file is certainly younger than the crawl from the next second on.
    began = time.time()
    chain.wait("the next second", lambda: int(time.time()) > int(began))
    names = [f"burst/{number}.csv" for number in range(99 - len(ODD_NAMES))] + [f"burst/{name}" for name in ODD_NAMES]
    files = {name: chain.upload(f"orders/{name}", orders(2)) for name in names}
    files["burst/bad.csv"] = chain.upload("orders/burst/bad.csv", orders(2).decode().encode("utf-16"))
    chain.wait_for("PENDING", *files.values())
    chain.wait("an empty queue", lambda: not chain.waiting_messages())
    while_crawling = [chain.row(file) for file in files.values()]
    messages = [chain.message("orders", file) for file in files.values()]
    random.Random(1).shuffle(messages)
    chain.send(*messages)
    chain.wait("an empty queue", lambda: not chain.waiting_messages())
    after_repetition = [chain.row(file) for file in files.values()]
    chain.ask("hold", crawls=False)
    chain.wait_until_quiet()
    return Burst(files, crawls, while_crawling, after_repetition)


def crawls_of(chain: RunningProject) -> list[Row]:
    found: list[Row] = chain.glue.list_crawls(CrawlerName=chain.name("orders"))["Crawls"]
    return found


def test_a_hundred_files_that_come_while_the_crawler_is_at_work_all_wait(burst: Burst) -> None:
    assert len(burst.while_crawling) == 100
    assert {row["state"] for row in burst.while_crawling} == {"PENDING"}


def test_events_that_come_again_in_another_order_change_nothing(burst: Burst) -> None:
    assert burst.after_repetition == burst.while_crawling


def test_the_refused_starts_lead_to_one_more_crawl_and_one_run_that_reads_all(
    chain: RunningProject, burst: Burst
) -> None:
    assert len(crawls_of(chain)) == burst.crawls_before + 2
    (run,) = {chain.row(file)["run"] for file in burst.files.values()}
    assert len(chain.report("orders", run)["files"]) == 100


def test_of_a_hundred_files_the_one_bad_one_is_quarantined_and_named(chain: RunningProject, burst: Burst) -> None:
    good = [file for file in burst.files.values() if file != burst.bad]

    assert chain.states(good) == ["DONE"] * 99
    assert (chain.row(burst.bad)["state"], chain.row(burst.bad)["reason"]) == ("QUARANTINED", "encoding")
    (sent,) = chain.notifications("orders/burst/bad.csv")
    assert "encoding" in sent["message"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_is_found_and_read_whatever_its_name_holds(chain: RunningProject, burst: Burst, name: str) -> None:
    assert chain.reported("orders", burst.files[f"burst/{name}"])["published"] == 2


def test_after_a_burst_everything_is_accounted_for(chain: RunningProject, burst: Burst) -> None:
    assert unaccounted(books_of(chain)) == []


def test_when_the_event_of_an_older_version_comes_last_the_newer_version_wins(chain: RunningProject) -> None:
    older, newer = orders(1, amount="1.00"), b""
    newer = older.replace(b",1.00,", b",2.00,")
    files = []
    for body in (older, newer):
        chain.ask("lose", detail_type="Object Created")
        files.append(chain.upload("orders/twice.csv", body))
    chain.ask("hold", crawls=True)
    for sequencer in (2, 1):
        chain.send(chain.message("orders", files[sequencer - 1], sequencer))
        chain.wait_for("PENDING", files[sequencer - 1])
    chain.ask("hold", crawls=False)
    chain.wait_until_quiet()

    assert chain.row(f"key/{chain.input}/orders/twice.csv")["newest"] == files[1]
    counts = [[chain.reported("orders", file)[count] for count in ("published", "duplicates")] for file in files]
    assert counts == [[0, 1], [1, 0]]
    assert unaccounted(books_of(chain)) == []


def test_an_older_version_whose_event_comes_after_the_run_of_the_newer_one_replaces_nothing(
    chain: RunningProject,
) -> None:
    older = orders(1, amount="1.00")
    order = older.splitlines()[1].split(b",")[0].decode()
    files = []
    for body in (older, older.replace(b",1.00,", b",2.00,")):
        chain.ask("lose", detail_type="Object Created")
        files.append(chain.upload("orders/twice in two runs.csv", body))
    for sequencer in (2, 1):
        chain.send(chain.message("orders", files[sequencer - 1], sequencer))
        chain.wait_for("DONE", files[sequencer - 1])
    chain.wait_until_quiet()

    assert len({chain.row(file)["run"] for file in files}) == 2
    assert chain.query(f"select amount from orders where order_id = {order}")[-1] == "2.00"
    assert unaccounted(books_of(chain)) == []


def test_a_bad_value_lies_in_the_quarantine_and_nowhere_else(chain: RunningProject) -> None:
    file = chain.upload("orders/one bad value.csv", orders(99) + b"7,1001,2026-04-01 10:00:00,secret-7f3a,paid,\n")
    chain.wait_for("DONE", file)
    chain.wait_until_quiet()

    groups = [group["logGroupName"] for group in chain.client("logs").describe_log_groups()["logGroups"]]
    kept = [
        body.decode() for kind in ("_reports/", "_manifests/") for body in chain.stored(chain.output, kind).values()
    ]
    said = [*map(chain.log, groups), *map(str, chain.notifications("")), *map(str, chain.rows()), *kept]
    assert chain.reported("orders", file)["reasons"] == {"type:amount": 1}
    assert any(b"secret-7f3a" in body for body in chain.stored(chain.settings["buckets"]["quarantine"], "").values())
    assert "one bad value.csv" in "".join(said)
    assert "secret-7f3a" not in "".join(said)


@pytest.fixture
def unheard(chain: RunningProject) -> Iterator[str]:
    """Return a file whose upload caused no event, because the rule had no target."""
    rule = chain.name("orders")
    targets = chain.events.list_targets_by_rule(Rule=rule)["Targets"]
    chain.events.remove_targets(Rule=rule, Ids=[target["Id"] for target in targets])
    file = chain.upload("orders/unheard.csv", orders(2))
    chain.wait("the event of the upload to be over", lambda: not chain.ask("status")["busy"])
    chain.events.put_targets(Rule=rule, Targets=targets)
    yield file


def test_an_upload_whose_event_no_rule_sent_is_unknown_until_the_sweep_finds_it(
    chain: RunningProject, unheard: str
) -> None:
    known = chain.upload("orders/known.csv", orders(2))
    chain.wait_for("DONE", known)
    chain.sweep("orders")
    # A file of the last quarter of an hour may still be reported by its event.
    assert chain.states([unheard]) == ["unknown"]

    chain.ask("age", bucket=chain.input, key="orders/unheard.csv", minutes=20)
    chain.ask("fire", rule=f"{chain.name('orders')}-sweep")

    chain.wait_for("DONE", unheard)
    chain.wait_until_quiet()
    assert chain.reported("orders", unheard)["published"] == 2
    assert unaccounted(books_of(chain)) == []


@pytest.fixture
def impatient_queue(chain: RunningProject) -> Iterator[None]:
    """Set the visibility timeout of the queue to two seconds instead of minutes."""
    name = "VisibilityTimeout"
    kept = chain.sqs.get_queue_attributes(QueueUrl=chain.queue(), AttributeNames=[name])["Attributes"]
    chain.sqs.set_queue_attributes(QueueUrl=chain.queue(), Attributes={name: "2"})
    yield
    chain.sqs.set_queue_attributes(QueueUrl=chain.queue(), Attributes=kept)


def test_a_message_that_nobody_can_read_ends_among_the_dead_letters_and_rings_while_the_others_go_on(
    chain: RunningProject, impatient_queue: None
) -> None:
    unreadable = f"poison {time.time()}"
    rung = len(chain.notifications(RINGS))
    chain.send(unreadable, json.dumps({"version": 1, "dataset": "orders"}))
    good = chain.upload("orders/beside the poison.csv", orders(1))

    chain.wait("two dead letters", lambda: chain.waiting_messages("dead_letter_queue") >= 2)
    dead = chain.sqs.receive_message(QueueUrl=chain.queue("dead_letter_queue"), MaxNumberOfMessages=10)["Messages"]
    assert unreadable in [message["Body"] for message in dead]
    chain.wait("the alarm", lambda: len(chain.notifications(RINGS)) > rung and alarm(chain) == "ALARM")
    failures = [json.loads(line) for line in chain.logged("start-crawler").splitlines() if "message-failed" in line]
    assert [sum(message["MessageId"] == each["message"] for each in failures) for message in dead] == [5] * len(dead)
    for message in dead:
        chain.sqs.delete_message(QueueUrl=chain.queue("dead_letter_queue"), ReceiptHandle=message["ReceiptHandle"])
    chain.wait_for("DONE", good)
    chain.wait_until_quiet()
    assert unaccounted(books_of(chain)) == []


def alarm(chain: RunningProject) -> str:
    """Return the state of the alarm on the dead letters of uploads."""
    (found,) = chain.cloudwatch.describe_alarms(AlarmNames=[chain.names["dead_letter_queue"]])["MetricAlarms"]
    return str(found["StateValue"])
