"""A burst of files: none is lost, and what it takes grows with the files and not faster."""

import pytest
from burst import Burst, carry_burst
from event_chain import EventChain
from runs import manifest

FILES, FILES_PER_RUN = 300, 100


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
