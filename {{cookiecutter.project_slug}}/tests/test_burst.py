"""Tests of a burst of files: none is lost, and the calls grow linearly with the files."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from math import ceil

import pytest
from event_chain import EventChain, refusal
from runs import manifest

FILES, FILES_PER_RUN = 300, 100
# As in modules/environment/lambda.tf.
MESSAGES_PER_INVOCATION = 100
THROTTLED = {("dynamodb", "put_item"), ("dynamodb", "update_item")}


@dataclass
class Burst:
    """The use of a burst."""

    files: int
    messages: int = 0
    invocations: Counter[str] = field(default_factory=Counter)
    job_runs: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def most_invocations(self, files_per_run: int) -> int:
        """Return the maximum of all Lambdas together: batches of messages, and two or three events per job run."""
        return 2 * ceil(self.files / MESSAGES_PER_INVOCATION) + 3 * ceil(self.files / files_per_run) + 2


def carry_burst(chain: EventChain, files: int, throttled_every: int = 500) -> Burst:
    """Upload, deliver in batches with some throttling, then crawl and run until nothing waits; without a sweep."""
    burst = Burst(files)
    bodies = [chain.upload(f"orders/{number}.csv") for number in range(files)]
    throttle(chain, throttled_every)
    while bodies:
        batch, bodies = bodies[:MESSAGES_PER_INVOCATION], bodies[MESSAGES_PER_INVOCATION:]
        bodies += [batch[int(message)] for message in chain.deliver(*batch)]
        burst.messages += len(batch)
        burst.invocations["start_crawler"] += 1
    chain.before = lambda service, call: None
    while chain.glue.crawler["State"] == "RUNNING":
        chain.crawl()
        burst.invocations["start_etl_job"] += 1
        while any(run["JobRunState"] == "RUNNING" for run in chain.glue.job_runs):
            chain.job_ends()
            chain.job_succeeded()
            burst.invocations.update(["close_run", "start_etl_job"])
    burst.job_runs, burst.calls = len(chain.glue.job_runs), Counter(chain.calls)
    burst.lost = files - sum(times == 1 for times in chain.published().values())
    return burst


def throttle(chain: EventChain, every: int) -> None:
    """Refuse every n-th write of the ledger, beyond the client's own retries."""
    writes = itertools.count(1)

    def before(service: str, call: str) -> None:
        if (service, call) in THROTTLED and next(writes) % every == 0:
            raise refusal("ProvisionedThroughputExceededException")

    chain.before = before


@pytest.fixture
def burst(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> Burst:
    monkeypatch.setattr(manifest, "MOST_FILES", FILES_PER_RUN)
    return carry_burst(chain, FILES, throttled_every=150)


def test_a_burst_of_files_loses_none_and_takes_a_bounded_number_of_calls(chain: EventChain, burst: Burst) -> None:
    assert burst.lost == 0 and chain.states() == {"DONE": FILES}
    assert burst.messages > FILES, "nothing was throttled"
    assert burst.job_runs == FILES / FILES_PER_RUN
    assert burst.invocations.total() <= burst.most_invocations(FILES_PER_RUN)
    # Row and key when a file comes, claim and end; the repeats of what was throttled.
    assert burst.calls["dynamodb.put_item"] + burst.calls["dynamodb.update_item"] <= 4.2 * FILES
    assert burst.calls["glue.start_crawler"] <= burst.invocations.total()
    assert burst.calls["dynamodb.get_paginator"] <= 3 * burst.invocations.total()
