"""Tests of sweep: whatever event was lost, and wherever a Lambda died, it brings a dataset to the same state."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from event_chain import DATASET, NAME, SUBJECT, Crash, EventChain, refusal
from uploads.upload_listing import PAGES_PER_SWEEP

NO_EVENT_FOR_LONG = {"hours": 1}
VERSIONS_PER_PAGE = 1_000


class VersionedPrefix:
    """S3's pages of a prefix with very many keys of one version each; those of some numbers are new."""

    def __init__(self, versions: int, long_ago: datetime, new: dict[int, datetime]) -> None:
        self.versions, self.long_ago, self.new = versions, long_ago, new
        self.pages = 0

    def list_object_versions(self, *, Bucket: str, Prefix: str, **markers: str) -> dict[str, Any]:  # noqa: N803
        """Return one page: the versions after the markers."""
        # S3 refuses a version marker without its key marker, and an empty one.
        assert Bucket and set(markers) in (set(), {"KeyMarker", "VersionIdMarker"}) and all(markers.values())
        begin = int(markers["VersionIdMarker"]) + 1 if markers else 0
        end = min(begin + VERSIONS_PER_PAGE, self.versions)
        self.pages += 1
        page: dict[str, Any] = {"Versions": [self._version(Prefix, number) for number in range(begin, end)]}
        if end == self.versions:
            return page | {"IsTruncated": False}
        last = page["Versions"][-1]
        return page | {"IsTruncated": True, "NextKeyMarker": last["Key"], "NextVersionIdMarker": last["VersionId"]}

    def _version(self, prefix: str, number: int) -> dict[str, Any]:
        return {
            "Key": f"{prefix}{number:09}.csv",
            "VersionId": str(number),
            "ETag": '"0"',
            "Size": 1,
            "LastModified": self.new.get(number, self.long_ago),
        }


def test_a_file_whose_event_was_lost_is_found_and_processed(chain: EventChain) -> None:
    chain.upload("orders/a.csv")

    chain.settle()

    assert chain.states() == {"DONE": 1}


def test_a_young_file_is_left_to_its_event(chain: EventChain) -> None:
    chain.upload("orders/a.csv")

    chain.sweep()

    assert chain.rows() == {}


def test_a_file_from_before_the_project_is_found_when_asked_for(chain: EventChain) -> None:
    chain.upload("orders/a.csv")
    since = chain.clock().replace(hour=0).isoformat()
    chain.clock.forward(days=30)
    chain.sweep()
    assert chain.rows() == {}

    chain.sweep(since=since)

    assert chain.states() == {"PENDING": 1}


def test_only_the_datasets_own_files_are_found_and_no_markers(chain: EventChain) -> None:
    for key in ("orders/a.csv", "orders/_SUCCESS", "orders-backup/b.csv", "orders/"):
        chain.upload(key)
    chain.clock.forward(**NO_EVENT_FOR_LONG)

    chain.sweep()

    assert [row["key"] for row in chain.rows().values()] == ["orders/a.csv"]


def test_a_known_file_is_not_written_down_twice_by_the_sweep(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    before = chain.rows()
    chain.clock.forward(**NO_EVENT_FOR_LONG)

    chain.sweep()

    assert chain.rows() == before


def test_more_files_than_one_request_can_ask_for_are_all_looked_up(chain: EventChain) -> None:
    for number in range(130):
        chain.upload(f"orders/{number}.csv")
    chain.clock.forward(**NO_EVENT_FOR_LONG)

    chain.sweep()
    chain.sweep()

    assert chain.states() == {"PENDING": 130}
    assert chain.calls["dynamodb.batch_get_item"] == 4


def million_versions(chain: EventChain, monkeypatch: pytest.MonkeyPatch, *new: int) -> VersionedPrefix:
    """A dataset of a million old versions, some of which were uploaded an hour ago."""
    now = chain.clock()
    prefix = VersionedPrefix(1_000_000, now - timedelta(days=400), dict.fromkeys(new, now - timedelta(hours=1)))
    monkeypatch.setattr(chain.sweeper, "s3", prefix)
    return prefix


def test_a_sweep_lists_a_bounded_part_of_a_million_versions_and_the_next_one_goes_on(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = million_versions(chain, monkeypatch, 0, 500_000, 999_999)
    sweeps = 1_000_000 // VERSIONS_PER_PAGE // PAGES_PER_SWEEP

    found = []
    for _ in range(sweeps):
        chain.sweep()
        chain.clock.forward(minutes=15)
        found.append(len(chain.rows()))

    assert (prefix.pages, found[0], found[sweeps // 2], found[-1]) == (1_000, 1, 2, 3)
    assert [name for name in chain.rows("dataset")[f"dataset/{DATASET}"] if name.startswith("listing_")] == []


def test_what_came_behind_the_listing_is_found_by_the_next_pass_however_long_a_pass_takes(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = million_versions(chain, monkeypatch)
    sweeps = 1_000_000 // VERSIONS_PER_PAGE // PAGES_PER_SWEEP
    chain.sweep()
    prefix.new = {7: chain.clock()}

    # As if each sweep were half a day after the one before: the file is five days old when its page comes again.
    for _ in range(sweeps):
        chain.clock.forward(hours=12)
        chain.sweep()

    assert [row["key"] for row in chain.rows().values()] == ["orders/000000007.csv"]


def test_open_runs_are_closed_before_the_listing_which_takes_the_time_that_is_left(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends(send_event=False)
    prefix = million_versions(chain, monkeypatch)
    left = iter([299_000, 200_000, 59_000])

    chain.sweep_with(SimpleNamespace(get_remaining_time_in_millis=lambda: next(left)))

    assert chain.states() == {"DONE": 1} and prefix.pages == 2
    chain.sweep()
    assert prefix.pages == 2 + PAGES_PER_SWEEP


def test_a_page_that_could_not_be_taken_in_is_listed_again(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> None:
    million_versions(chain, monkeypatch, 1_500)

    def refuse(service: str, call: str) -> None:
        if (service, call) == ("dynamodb", "put_item"):
            raise refusal("InternalServerError")

    chain.before, before = refuse, chain.before
    with pytest.raises(RuntimeError, match=r"find-missed-uploads\.$"):
        chain.sweep()
    chain.before = before
    chain.sweep()

    assert [row["key"] for row in chain.rows().values()] == ["orders/000001500.csv"]


def test_older_files_that_are_asked_for_are_found_over_as_many_sweeps_as_their_listing_takes(
    chain: EventChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = million_versions(chain, monkeypatch)
    prefix.new = {999_999: chain.clock() - timedelta(days=30)}
    chain.sweep(since=(chain.clock() - timedelta(days=31)).isoformat())

    for _ in range(9):
        chain.sweep()

    assert [row["key"] for row in chain.rows().values()] == ["orders/000999999.csv"]


def test_a_lost_crawler_event_is_made_up_for(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(send_event=False)

    chain.sweep()

    assert chain.states() == {"CLAIMED": 1} and len(chain.glue.job_runs) == 1


def test_a_lost_job_event_is_made_up_for(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.job_ends(send_event=False)

    chain.sweep()

    assert chain.states() == {"DONE": 1} and len(chain.notifications()) == 1


def test_a_scheduled_dataset_is_not_crawled_before_its_schedule(chain: EventChain) -> None:
    chain.upload("orders/a.csv")
    chain.clock.forward(**NO_EVENT_FOR_LONG)

    chain.sweep(crawl="on-schedule")
    assert chain.states() == {"PENDING": 1} and chain.glue.crawls == 0

    chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
    chain.crawl()
    assert chain.states() == {"CLAIMED": 1}


def test_a_schedule_without_new_files_crawls_each_time_and_alarms_nobody(chain: EventChain) -> None:
    for _ in range(5):
        chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
        chain.crawl()

    assert chain.glue.crawls == 5 and chain.notifications() == []


def test_a_schedule_that_found_the_crawler_busy_is_made_up_for(chain: EventChain) -> None:
    chain.glue.start_crawler(Name=NAME)
    chain.clock.forward(minutes=1)
    chain.deliver(json.dumps(json.loads(chain.upload("orders/a.csv")) | {"crawl": "on-schedule"}))
    chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
    chain.crawl(send_event=False)
    assert chain.glue.crawls == 1

    chain.sweep(crawl="on-schedule")

    assert chain.glue.crawls == 2


def test_a_file_whose_time_lies_ahead_of_ours_does_not_loop(chain: EventChain) -> None:
    body = chain.upload("orders/a.csv")
    chain.clock.forward(days=-1)
    chain.deliver(body)
    for _ in range(6):
        if chain.glue.crawler["State"] == "RUNNING":
            chain.crawl()
        chain.sweep()

    assert chain.glue.crawls == 2
    assert [message["Subject"] for message in chain.notifications()] == [
        f"{SUBJECT} crawler makes no progress [act today]"
    ]


def test_a_job_that_was_replaced_and_forgot_its_runs_gives_the_files_back(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl()
    chain.glue.job_runs.clear()

    def forgotten(**_: str) -> None:
        raise chain.glue.exceptions.EntityNotFoundException({"Error": {"Code": "EntityNotFoundException"}}, "GetJobRun")

    chain.glue.get_job_run = forgotten
    chain.clock.forward(**NO_EVENT_FOR_LONG)
    chain.sweep()

    assert len(chain.glue.job_runs) == 1


def test_an_error_in_one_step_lets_the_others_do_their_work_and_is_raised(chain: EventChain) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(send_event=False)
    chain.refuse("s3", "list_object_versions", "InternalError")

    with pytest.raises(RuntimeError, match=r"orders has failed at: find-missed-uploads\.$"):
        chain.sweep()

    assert chain.states() == {"CLAIMED": 1}


def test_a_quiet_dataset_costs_a_handful_of_calls(chain: EventChain) -> None:
    chain.deliver(*[chain.upload(f"orders/{number}.csv") for number in range(30)])
    chain.crawl()
    chain.job_ends()
    chain.clock.forward(days=3)
    chain.calls.clear()

    chain.sweep()

    assert chain.calls.total() <= 8
    assert not {"dynamodb.scan", "dynamodb.put_item", "dynamodb.update_item"} & set(chain.calls)


@pytest.mark.parametrize("trouble", [Crash(), refusal("InternalErrorException")], ids=["died", "was refused"])
def test_a_file_that_was_refused_on_arrival_is_notified_even_when_the_first_sender_failed(
    chain: EventChain, trouble: BaseException
) -> None:
    def no_publishing(service: str, call: str) -> None:
        if call == "publish":
            raise trouble

    body = chain.upload("orders/10:30.csv")
    chain.before = no_publishing
    with suppress(Crash):
        chain.deliver(body)
    chain.settle()

    (row,) = chain.rows().values()
    assert (row["state"], "open" in row) == ("QUARANTINED", False)
    assert [message["Subject"] for message in chain.notifications()] == [f"{SUBJECT} file quarantined: unreadable-name"]
