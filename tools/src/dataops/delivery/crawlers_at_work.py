"""Waits until no changed crawler runs: Glue refuses to change or delete a running crawler."""

import time
from collections.abc import Callable
from typing import Any

from dataops.delivery.change import Change
from dataops.delivery.refusal import Refusal

# A crawl takes minutes; one that takes longer than this hangs.
PATIENCE_SECONDS = 30 * 60
SECONDS_BETWEEN_LOOKS = 10
# AWS Glue API, UpdateCrawler and DeleteCrawler; aws-cloudformation/cloudformation-coverage-roadmap#817.
AT_WORK = ("CrawlerRunningException", "Cannot update Crawler while running", "is currently running")


def crawlers_changed(changes: list[Change]) -> list[str]:
    """Return the existing crawlers that a plan changes, replaces or destroys."""
    found = [change for change in changes if change.type == "aws_glue_crawler" and change.verb not in ("add", "forget")]
    return [str(change.before["name"]) for change in found]


def is_about_crawlers_at_work(output: str) -> bool:
    """Return whether Terraform failed because a crawler was running."""
    plain = " ".join(output.split())
    return "Crawler" in plain and any(words in plain for words in AT_WORK)


def wait_until_ready(
    glue: Any,
    crawlers: list[str],
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Wait for each crawler; a crawler that never ends stops the apply before it has changed anything."""
    deadline = clock() + PATIENCE_SECONDS
    for crawler in crawlers:
        while (state := _state(glue, crawler)) not in ("READY", "GONE"):
            if clock() > deadline:
                raise Refusal(
                    f"The crawler {crawler} is {state} for {PATIENCE_SECONDS // 60} minutes, and AWS changes none that "
                    f"is at work. Stop it (aws glue stop-crawler --name {crawler}), then retry the stage."
                )
            print(f"The crawler {crawler} is {state}: waiting until it has ended.")
            pause(SECONDS_BETWEEN_LOOKS)


def _state(glue: Any, crawler: str) -> str:
    try:
        return str(glue.get_crawler(Name=crawler)["Crawler"]["State"])
    except glue.exceptions.EntityNotFoundException:
        return "GONE"
