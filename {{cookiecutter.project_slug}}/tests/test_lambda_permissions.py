"""Each Lambda's role allows every call that its code makes: AWS would say so only when it is too late."""

import re
from pathlib import Path

from event_chain import DATASET, HANDLERS, NAME, EventChain

ROLES = Path(__file__).parents[1] / "modules/environment/role_lambda.tf"
# Where IAM's word for a permission is not the name of the call.
NAMED_OTHERWISE = {"s3:ListObjectVersions": "s3:ListBucketVersions"}


def granted(function: str) -> set[str]:
    """The actions that a function's grants hold."""
    text = ROLES.read_text()
    grants = dict(re.findall(r"^ +(\w+) += \{ actions = \[(.*?)\]", text, re.MULTILINE))
    every = re.findall(r"_every = \[(.*?)\]", text)
    own = re.findall(rf"^ +{function} += concat\(local\._every, \[(.*?)\]\)", text, re.MULTILINE)
    names = re.findall(r'"(\w+)"', ", ".join(every + own))
    return {action for name in names for action in re.findall(r'"([\w:]+)"', grants[name])}


def made(chain: EventChain, function: str) -> set[str]:
    """The actions that a function's calls need."""
    actions = {
        f"{service}:{''.join(word.title() for word in call.split('_'))}" for service, call in chain.calls_of[function]
    }
    return {NAMED_OTHERWISE.get(action, action) for action in actions}


def everything_happens(chain: EventChain) -> None:
    """Uploads, refusals, busy crawlers and jobs, failures and lost events."""
    chain.deliver(*[chain.upload(key) for key in ("orders/a.csv", "orders/10:30.csv", "orders/a.csv")])
    chain.crawl("FAILED")
    chain.sweep()
    chain.refuse("glue", "start_job_run", "ConcurrentRunsExceededException")
    chain.crawl()
    chain.before = lambda service, call: None
    chain.sweep()
    chain.job_ends("FAILED")
    chain.deliver(chain.upload("orders/b.csv"))
    chain.clock.forward(minutes=1)
    chain.deliver(chain.upload("orders/c.csv"))
    chain.crawl()
    chain.start_crawler.handler({"dataset": DATASET, "scheduled": True}, None)
    chain.upload("orders/nobody-told.csv")
    chain.settle()
    chain.start_etl_job.handler({"detail": {"jobName": NAME, "state": "SUCCEEDED"}}, None)
    chain.notify.handler({"Records": [{"Sns": {"Message": "an alarm", "MessageId": "1"}}] * 2}, None)
    chain.digest.handler({"time": "2026-03-02T06:00:00Z", "datasets": {DATASET: "1 hours"}}, None)


def test_every_lambda_may_make_every_call_that_it_makes(chain: EventChain) -> None:
    everything_happens(chain)

    assert min(len(made(chain, function)) for function in HANDLERS) >= 3
    assert {function: made(chain, function) - granted(function) for function in HANDLERS} == {
        function: set() for function in HANDLERS
    }
