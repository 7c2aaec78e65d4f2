"""Many files at once through the whole chain, as the queue hands them over: what it took, and what was lost."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from event_chain import EventChain, refusal

# As modules/environment/lambda.tf has it.
MESSAGES_PER_INVOCATION = 100
THROTTLED = {("dynamodb", "put_item"), ("dynamodb", "update_item")}


@dataclass
class Burst:
    """What a burst took."""

    files: int
    messages: int = 0
    invocations: Counter[str] = field(default_factory=Counter)
    job_runs: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def most_invocations(self, files_per_run: int) -> int:
        """What all Lambdas together may need: batches of messages, and two or three events per job run."""
        return 2 * ceil(self.files / MESSAGES_PER_INVOCATION) + 3 * ceil(self.files / files_per_run) + 2


def carry_burst(chain: EventChain, files: int, throttled_every: int = 500) -> Burst:
    """Upload, hand over in batches with some throttling, then crawl and run until nothing waits; no sweep helps."""
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
    """Let every so-many-th write of the ledger be refused, beyond what the client's own retries could bear."""
    writes = itertools.count(1)

    def before(service: str, call: str) -> None:
        if (service, call) in THROTTLED and next(writes) % every == 0:
            raise refusal("ProvisionedThroughputExceededException")

    chain.before = before
