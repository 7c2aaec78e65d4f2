"""Tests of start_etl_job: files that a crawl has seen become one run; each file is in one run only."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from event_chain import DATASET, INPUT, NAME, OUTPUT, PREFIX, SUBJECT, TABLE, Crash, EventChain, Wire
from ledger import file_row
from moto.moto_api import state_manager
from runs import manifest
from runs.run_start import claim_files


def crawled(chain: EventChain, *keys: str) -> None:
    """Return waiting files that a crawl has seen; the event of that crawl is lost."""
    chain.deliver(*[chain.upload(key) for key in keys])
    chain.crawl(send_event=False)


def crawler_event(chain: EventChain, name: str = NAME, state: str = "Succeeded") -> Any:
    return chain.start_etl_job.handler({"detail": {"crawlerName": name, "state": state}}, None)


def test_a_finished_crawl_starts_the_job_with_exactly_the_waiting_versions(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a b+c é.csv", b"1234"))

    run = chain.crawl()["run"]

    (made,) = chain.manifests()
    (row,) = chain.rows().values()
    names = ("bucket", "key", "version_id", "etag", "uploaded_at", "sequencer")
    assert made["files"] == [{name: row[name] for name in names} | {"size": 4}]
    assert (made["version"], made["run"], made["dataset"]) == (1, run, DATASET)
    assert run == f"{made['batch']}-1" == row["run"]
    address = f"s3://{OUTPUT}/_manifests/{DATASET}/{run}.json"
    assert chain.glue.job_runs[0]["Arguments"] == {"--manifest": address}


def test_two_versions_of_a_key_are_read_oldest_first_whatever_order_their_events_came_in(
    chain: EventChain,
) -> None:
    old, new = chain.upload("orders/a.csv", b"1"), chain.upload("orders/a.csv", b"2")
    chain.deliver(new)
    chain.deliver(old)

    chain.crawl()

    versions = [json.loads(body)["detail"]["object"]["version-id"] for body in (old, new)]
    assert [file["version_id"] for file in chain.manifests()[0]["files"]] == versions


def test_the_batch_has_the_same_name_in_any_order_and_another_one_for_other_files(chain: EventChain) -> None:
    rows = [{"key": f"k{n}", "version_id": f"v{n}", "etag": "e"} for n in range(5)]

    assert manifest.batch_of(rows) == manifest.batch_of(rows[::-1])
    assert manifest.batch_of(rows) != manifest.batch_of(rows[:4])


def test_a_repeated_crawler_event_finds_nothing_to_do(chain: EventChain) -> None:
    crawled(chain, "orders/a.csv")

    assert [bool(crawler_event(chain)["run"]) for _ in range(3)] == [True, False, False]
    assert len(chain.glue.job_runs) == 1


def test_a_file_that_came_during_the_crawl_causes_another_crawl_before_it_is_read(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/early.csv"))
    chain.clock.forward(seconds=10)
    chain.deliver(chain.upload("orders/late.csv"))

    assert chain.crawl()["crawler"] == "started"

    assert [file["key"] for file in chain.manifests()[0]["files"]] == ["orders/early.csv"]
    assert chain.states() == {"CLAIMED": 1, "PENDING": 1}
    assert chain.glue.crawler["State"] == "RUNNING"


def test_a_crawl_that_is_just_ending_counts_from_when_it_was_started(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.glue.crawler["State"] = "STOPPING"

    assert crawler_event(chain)["run"]


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_a_failed_crawl_starts_no_job_and_is_notified_once(chain: EventChain, status: str) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(status)
    crawler_event(chain, state="Failed")

    assert chain.states() == {"PENDING": 1} and chain.glue.job_runs == []
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} crawl failed [act today]"]


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_a_failed_crawl_whose_event_was_lost_is_notified_by_the_sweep(chain: EventChain, status: str) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(status, send_event=False)

    chain.sweep()

    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} crawl failed [act today]"]


def test_two_starts_without_progress_stop_and_notify_once(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    for _ in range(5):
        if chain.glue.crawler["State"] == "RUNNING":
            chain.crawl("FAILED", send_event=False)
        chain.sweep()

    assert chain.glue.crawls == 2
    subjects = [message["Subject"] for message in chain.notifications()]
    assert subjects.count(f"{SUBJECT} crawler makes no progress [act today]") == 1


def test_a_new_file_is_progress_and_lets_the_crawler_start_again(chain: EventChain) -> None:
    test_two_starts_without_progress_stop_and_notify_once(chain)

    chain.deliver(chain.upload("orders/b.csv"))

    assert chain.glue.crawls == 3


def test_a_busy_job_gives_the_files_back(chain: EventChain) -> None:
    chain.glue.start_job_run(JobName=NAME, Arguments={})
    crawled(chain, "orders/a.csv")

    assert crawler_event(chain)["run"] is None

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], "run" in row) == ("PENDING", 0, False)


def test_files_that_a_busy_job_gave_back_are_started_by_the_sweep(chain: EventChain) -> None:
    chain.glue.start_job_run(JobName=NAME, Arguments={})
    crawled(chain, "orders/a.csv")
    crawler_event(chain)
    chain.job_ends(send_event=False)

    chain.sweep()

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], len(chain.glue.job_runs)) == ("CLAIMED", 0, 2)


def test_glue_itself_refuses_a_second_run_and_a_second_crawl_with_the_errors_that_we_handle(
    chain: EventChain,
) -> None:
    state_manager.set_transition("glue::job_run", {"progression": "manual", "times": 3})
    glue = boto3.client("glue")
    glue.create_crawler(Name=NAME, Role="r", DatabaseName="d", Targets={"S3Targets": [{"Path": "s3://x/"}]})
    glue.create_job(Name=NAME, Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://x/etl.py"})
    glue.start_job_run(JobName=NAME, Arguments={})
    glue.start_crawler(Name=NAME)
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(send_event=False)
    chain.start_etl_job.jobs.glue = chain.start_crawler.intake.crawlers.glue = glue

    assert crawler_event(chain)["run"] is None
    assert chain.deliver(chain.upload("orders/b.csv")) == []

    assert chain.states() == {"PENDING": 2}


def test_a_refusal_whose_first_try_did_start_the_job_keeps_the_files_claimed(chain: EventChain) -> None:
    crawled(chain, "orders/a.csv")

    def lost_answer(service: str, call: str) -> None:
        if call == "start_job_run":
            chain.glue.start_job_run(JobName=NAME, Arguments={"--manifest": address})

    batch = manifest.batch_of(list(chain.rows().values()))
    address = f"s3://{OUTPUT}/_manifests/{DATASET}/{batch}-1.json"
    chain.before = lost_answer

    assert crawler_event(chain)["run"] == f"{batch}-1"
    assert chain.states() == {"CLAIMED": 1} and len(chain.glue.job_runs) == 1


def test_a_missing_job_is_an_error_and_the_files_keep_waiting(chain: EventChain) -> None:
    crawled(chain, "orders/a.csv")
    chain.refuse("glue", "start_job_run", "EntityNotFoundException")

    with pytest.raises(Exception, match="EntityNotFoundException"):
        crawler_event(chain)

    assert chain.states() == {"PENDING": 1}


@pytest.mark.parametrize("detail", [{"crawlerName": NAME, "state": "Started"}, {"jobName": NAME, "state": "FAILED"}])
def test_an_event_that_is_no_success_starts_nothing_and_tells_nobody(chain: EventChain, detail: dict[str, str]) -> None:
    crawled(chain, "orders/a.csv")

    assert chain.start_etl_job.handler({"detail": detail}, None) == {}
    assert chain.glue.job_runs == [] and chain.notifications() == []


def test_an_event_of_another_project_is_left_alone(chain: EventChain) -> None:
    assert crawler_event(chain, name="another-crawler") == {}


def test_two_lambdas_at_once_share_the_files_without_overlap(chain: EventChain) -> None:
    keys = [f"orders/{number}.csv" for number in range(40)]
    crawled(chain, *keys)
    waiting = chain.start_etl_job.ledger.open_rows(DATASET, ("PENDING",))

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(lambda _: claim_files(chain.start_etl_job.ledger, waiting), range(4)))

    taken = [row["key"] for share in shares for row in share]
    assert sorted(taken) == sorted(keys)
    rows = chain.rows()
    for share in filter(None, shares):
        assert {rows[row["file"]]["run"] for row in share} == {manifest.run_of(share)}


def test_who_gets_only_a_part_of_the_files_names_the_run_after_that_part(chain: EventChain) -> None:
    crawled(chain, "orders/a.csv", "orders/b.csv", "orders/c.csv")
    ledger = chain.start_etl_job.ledger
    waiting = ledger.open_rows(DATASET, ("PENDING",))
    file_row.claim(ledger, waiting[0], "somebody-elses-1")

    won = claim_files(ledger, waiting)

    assert [row["file"] for row in won] == [row["file"] for row in waiting[1:]]
    runs = {row["run"] for row in chain.rows().values()}
    assert runs == {"somebody-elses-1", manifest.run_of(waiting[1:])}


def test_a_run_takes_a_bounded_number_of_files_and_the_next_event_takes_the_rest(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MOST_FILES", 4)
    crawled(chain, *[f"orders/{number}.csv" for number in range(10)])

    crawler_event(chain)
    for _ in range(2):
        chain.job_ends()
        chain.start_etl_job.handler({"detail": {"jobName": NAME, "state": "SUCCEEDED"}}, None)
    chain.job_ends()

    assert sorted(len(made["files"]) for made in chain.manifests()) == [2, 4, 4]
    assert chain.states() == {"DONE": 10} and set(chain.published().values()) == {1}
    assert chain.glue.crawls == 1


@pytest.mark.parametrize("call", ["put_object", "start_job_run"])
def test_files_of_a_lambda_that_died_before_the_start_are_released_after_the_grace_time(
    chain: EventChain, call: str
) -> None:
    crawled(chain, "orders/a.csv")

    def die(service: str, name: str) -> None:
        if name == call:
            raise Crash

    chain.before = die
    with pytest.raises(Crash):
        crawler_event(chain)
    chain.before = lambda service, name: None
    chain.clock.forward(minutes=10)
    chain.sweep()
    assert chain.states() == {"CLAIMED": 1} and chain.glue.job_runs == []

    chain.clock.forward(minutes=11)
    chain.sweep()

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], len(chain.glue.job_runs)) == ("CLAIMED", 0, 1)


@pytest.mark.parametrize(("state", "end", "attempts"), [("SUCCEEDED", "DONE", 0), ("FAILED", "CLAIMED", 1)])
def test_files_of_a_lambda_that_died_after_the_start_stay_with_their_run(
    chain: EventChain, state: str, end: str, attempts: int
) -> None:
    crawled(chain, "orders/a.csv")

    def die(service: str, name: str) -> None:
        if name == "start_job_run":
            raise Crash

    chain.after = die
    with pytest.raises(Crash):
        crawler_event(chain)
    chain.after = lambda service, name: None
    chain.clock.forward(hours=2)
    chain.sweep()
    assert chain.states() == {"CLAIMED": 1} and len(chain.glue.job_runs) == 1

    chain.job_ends(state, send_event=False)
    chain.sweep()

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"]) == (end, attempts)


def test_the_names_of_the_test_platform_are_those_that_the_lambdas_use(chain: EventChain) -> None:
    assert (chain.start_etl_job.prefix, chain.start_etl_job.ledger.table) == (PREFIX, TABLE)
    assert chain.start_crawler.intake.input_bucket == INPUT
    assert isinstance(chain.start_etl_job.jobs.s3, Wire)
