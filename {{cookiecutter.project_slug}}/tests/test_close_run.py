"""Tests of close_run: the commit decides how a run ended, the report explains each file; one notification."""

import json

import pytest
from event_chain import DATASET, MAXIMUM_ATTEMPTS, NAME, OUTPUT, SUBJECT, Crash, EventChain


def running(chain: EventChain, *keys: str) -> str:
    """Start a run over some files; return the id of its job run."""
    chain.deliver(*[chain.upload(key) for key in keys or ("orders/a.csv",)])
    chain.crawl()
    return str(chain.glue.job_runs[-1]["Id"])


def test_a_published_run_closes_its_files_and_is_notified_with_its_counts(chain: EventChain) -> None:
    running(chain, "orders/a.csv", "orders/b.csv")

    chain.job_ends()

    assert chain.states() == {"DONE": 2}
    assert not any("open" in row for row in (*chain.rows().values(), *chain.rows("run").values()))
    (message,) = chain.notifications()
    assert message["Subject"] == f"{SUBJECT} published" and "published 2 of 2 rows from 2 files" in message["Message"]
    assert next(iter(chain.rows("run"))).removeprefix("run/") in message["Message"]


def test_a_file_that_the_job_rejected_is_quarantined_with_its_reason_and_named(chain: EventChain) -> None:
    running(chain, "orders/a.csv", "orders/b.csv")

    chain.job_ends(file_reasons={"orders/b.csv": "encoding"})

    assert {row["key"]: (row["state"], row.get("reason")) for row in chain.rows().values()} == {
        "orders/a.csv": ("DONE", None),
        "orders/b.csv": ("QUARANTINED", "encoding"),
    }
    assert "orders/b.csv: encoding" in chain.notifications()[0]["Message"]


def test_a_file_that_was_deleted_before_it_was_read_is_gone_and_the_run_has_not_failed(
    chain: EventChain,
) -> None:
    running(chain, "orders/a.csv", "orders/b.csv")

    chain.job_ends(file_reasons={"orders/a.csv": "gone"})

    assert chain.states() == {"GONE": 1, "DONE": 1}


def test_a_published_canary_is_not_notified_and_is_closed_all_the_same(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain.close_run.closing.notifications, "canary", DATASET)
    running(chain)

    chain.job_ends()

    assert chain.states() == {"DONE": 1} and chain.notifications() == []
    assert not any("open" in row for row in (*chain.rows().values(), *chain.rows("run").values()))


def test_a_failed_canary_is_notified(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain.close_run.closing.notifications, "canary", DATASET)
    running(chain)

    chain.job_ends("FAILED")

    assert chain.notifications()[0]["Subject"] == f"{SUBJECT} run failed [act today]"


def test_the_same_event_again_changes_nothing_and_tells_nobody(chain: EventChain) -> None:
    job_run = running(chain)
    chain.job_ends()
    before = chain.rows()

    chain.tell_job_ended(job_run)

    assert chain.rows() == before and len(chain.notifications()) == 1


def test_an_event_that_comes_before_the_job_has_ended_closes_nothing(chain: EventChain) -> None:
    job_run = running(chain)

    assert chain.tell_job_ended(job_run)["state"] == "STARTED"
    assert chain.states() == {"CLAIMED": 1}


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "STOPPED", "ERROR"])
def test_a_failed_job_lets_its_files_wait_for_another_attempt(chain: EventChain, state: str) -> None:
    running(chain)

    chain.job_ends(state)

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], row["reason"]) == ("PENDING", 1, f"job-{state.lower()}")
    (message,) = chain.notifications()
    assert (
        message["Subject"] == f"{SUBJECT} run failed [act today]"
        and f"failed: job-{state.lower()}." in message["Message"]
    )
    assert "1 file will be retried" in message["Message"]


def test_the_notification_has_the_reason_of_the_report_rather_than_the_state_of_the_job(chain: EventChain) -> None:
    running(chain)

    chain.job_ends("FAILED", reason="too-many-bad-rows: 6 of 10 rows")

    assert "failed: too-many-bad-rows: 6 of 10 rows." in chain.notifications()[0]["Message"]


def test_a_file_that_would_fail_again_is_dead_at_once_and_the_others_are_published_without_it(
    chain: EventChain,
) -> None:
    running(chain, "orders/good.csv", "orders/bad.csv")

    chain.job_ends("FAILED", reason="too-many-bad-rows: 6 of 10 rows", lasting=("orders/bad.csv",))
    (message,) = chain.notifications()
    chain.sweep()
    chain.job_ends()

    assert {row["key"]: (row["state"], row["attempts"]) for row in chain.rows().values()} == {
        "orders/good.csv": ("DONE", 1),
        "orders/bad.csv": ("DEAD", 1),
    }
    assert message["Subject"] == f"{SUBJECT} run failed, 1 file given up [act today]"
    assert "1 file will be retried" in message["Message"]
    assert "because another attempt would fail in the same way:\norders/bad.csv" in message["Message"]


def test_where_all_files_of_a_run_would_fail_again_there_is_no_second_run(chain: EventChain) -> None:
    running(chain, "orders/a.csv", "orders/b.csv")

    chain.job_ends("FAILED", reason="all-rows-bad: none of 2 rows", lasting=("orders/a.csv", "orders/b.csv"))
    for _ in range(3):
        chain.sweep()

    assert chain.states() == {"DEAD": 2}
    assert len(chain.glue.job_runs) == len(chain.notifications()) == 1
    assert not any("open" in row for row in (*chain.rows().values(), *chain.rows("run").values()))


def test_files_that_failed_too_often_are_dead_and_notified_once(chain: EventChain) -> None:
    running(chain)
    for _ in range(MAXIMUM_ATTEMPTS - 1):
        chain.job_ends("FAILED")
        chain.sweep()
    chain.job_ends("FAILED")
    for _ in range(3):
        chain.sweep()

    (row,) = chain.rows().values()
    assert (row["state"], row["attempts"], "open" in row) == ("DEAD", MAXIMUM_ATTEMPTS, False)
    assert sorted(run.rpartition("-")[2] for run in chain.rows("run")) == ["1", "2", "3"]
    subjects = [message["Subject"] for message in chain.notifications()]
    failed = f"{SUBJECT} run failed [act today]"
    assert sorted(subjects) == [failed, failed, f"{SUBJECT} run failed, 1 file given up [act today]"]
    assert len(chain.glue.job_runs) == MAXIMUM_ATTEMPTS


def test_dead_files_are_notified_even_when_the_lambda_died_before_it_could(chain: EventChain) -> None:
    running(chain)
    for _ in range(MAXIMUM_ATTEMPTS - 1):
        chain.job_ends("FAILED")
        chain.sweep()
    chain.notifications()

    def die(service: str, call: str) -> None:
        if call == "publish":
            raise Crash

    chain.before = die
    with pytest.raises(Crash):
        chain.job_ends("FAILED")
    chain.settle()

    (message,) = chain.notifications()
    assert (
        message["Subject"] == f"{SUBJECT} run failed, 1 file given up [act today]"
        and "orders/a.csv" in message["Message"]
    )


def test_a_job_that_failed_after_its_commit_has_published(chain: EventChain) -> None:
    running(chain)

    chain.job_ends("FAILED", commits=True)

    assert chain.states() == {"DONE": 1}
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} published"]


def test_a_job_that_succeeded_without_a_commit_has_not_published(chain: EventChain) -> None:
    running(chain)

    chain.job_ends("SUCCEEDED", commits=False)

    assert chain.states() == {"PENDING": 1}


def test_a_notification_that_sns_refuses_changes_no_state_is_logged_and_is_sent_by_the_sweep(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    running(chain)
    chain.refuse("sns", "publish", "InternalErrorException")

    with pytest.raises(Exception, match="InternalErrorException"):
        chain.job_ends()
    assert chain.states() == {"DONE": 1} and chain.notifications() == []
    assert '"event": "notification-failed"' in capsys.readouterr().out

    chain.sweep()
    chain.sweep()

    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} published"]


def test_a_long_list_of_refused_files_is_cut_and_counted(chain: EventChain) -> None:
    keys = [f"orders/{number}.csv" for number in range(25)]
    running(chain, *keys)

    chain.job_ends(file_reasons=dict.fromkeys(keys, "encoding"))

    message = chain.notifications()[0]["Message"]
    assert message.count(": encoding") == 20 and "and 5 more files" in message


def test_a_job_that_somebody_started_by_hand_is_left_alone(chain: EventChain) -> None:
    chain.glue.start_job_run(JobName=NAME, Arguments={})

    assert chain.tell_job_ended("jr_0") == {}


def test_a_job_of_another_project_is_left_alone(chain: EventChain) -> None:
    assert chain.close_run.handler({"detail": {"jobName": "another-job", "jobRunId": "jr"}}, None) == {}


def test_no_value_of_a_row_stands_in_the_log_or_the_notification(
    chain: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    chain.deliver(chain.upload("orders/a.csv", b"jane@example.com"))
    chain.crawl()

    chain.job_ends()

    assert "jane" not in capsys.readouterr().out + json.dumps(chain.notifications())


def test_a_batch_that_an_earlier_run_published_is_closed_by_that_runs_report(chain: EventChain) -> None:
    running(chain, "orders/a.csv", "orders/b.csv")
    chain.job_ends("FAILED", file_reasons={"orders/b.csv": "encoding"})
    chain.sweep()
    batch = chain.manifests()[0]["batch"]
    chain._put(f"_commits/{DATASET}/{batch}.json", {"run": f"{batch}-1", "batch": batch})

    chain.job_ends("FAILED", commits=False)

    assert chain.states() == {"DONE": 1, "QUARANTINED": 1}


def staged(chain: EventChain, *ancestors: dict[str, str]) -> str:
    """Let the job die after it staged its batch; the summaries are those of the table's snapshots, oldest first."""
    running(chain)
    batch = chain.manifests()[-1]["batch"]
    found = [{name: value.replace("BATCH", batch) for name, value in summary.items()} for summary in ancestors]
    snapshots = [
        {"snapshot-id": number, "parent-snapshot-id": number - 1, "summary": summary}
        for number, summary in enumerate(found, 1)
    ]
    # Staged, and no ancestor of the current one.
    snapshots.append({"snapshot-id": 99, "parent-snapshot-id": 1, "summary": {"wap.id": batch}})
    metadata = {"current-snapshot-id": len(found), "snapshots": snapshots}
    chain._put("acme_dev/orders_rows/metadata/v3.metadata.json", metadata)
    location = {"metadata_location": f"s3://{OUTPUT}/acme_dev/orders_rows/metadata/v3.metadata.json"}
    chain.glue.tables["orders_rows"] = {"Parameters": location}
    return batch


@pytest.mark.parametrize(
    "published",
    [
        [{"wap.id": "another"}, {"wap.id": "BATCH"}],
        [{"published-wap-id": "BATCH"}, {"wap.id": "another"}, {"operation": "replace"}],
    ],
    ids=["as it was staged", "on top of another, before others"],
)
def test_a_run_that_died_between_its_rows_and_its_commit_has_published(
    chain: EventChain, published: list[dict[str, str]]
) -> None:
    batch = staged(chain, *published)

    chain.job_ends("FAILED", snapshot=99)

    assert chain.states() == {"DONE": 1}
    (commit,) = chain.commits()
    assert (commit["batch"], commit["run"], commit["snapshot"], commit["rows"]) == (batch, f"{batch}-1", 99, 1)
    assert "published 1 of 1 row" in chain.notifications()[0]["Message"]


@pytest.mark.parametrize("snapshot", [99, None], ids=["staged", "not staged"])
def test_a_run_that_died_before_its_rows_were_seen_has_failed(chain: EventChain, snapshot: int | None) -> None:
    staged(chain, {"wap.id": "another"})

    chain.job_ends("FAILED", snapshot=snapshot)

    assert chain.states() == {"PENDING": 1}
    assert chain.commits() == []


def test_a_run_that_died_before_there_was_a_table_has_failed(chain: EventChain) -> None:
    staged(chain)
    del chain.glue.tables["orders_rows"]

    chain.job_ends("FAILED", snapshot=99)

    assert chain.states() == {"PENDING": 1}
