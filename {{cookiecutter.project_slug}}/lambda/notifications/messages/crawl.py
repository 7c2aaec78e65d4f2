"""The notifications of a crawler that fails: its files wait."""

from runtime.aws import full_name

from notifications.message import TODAY, Message
from notifications.origin import Origin


def crawl_failed(origin: Origin, dataset: str) -> Message:
    """Return the notification of a failed crawl."""
    return _message(
        origin,
        dataset,
        "crawl failed",
        f"The crawler {full_name(origin.prefix, dataset)} failed. No file is lost: all wait, "
        "and the next upload or sweep starts the crawler again.",
    )


def crawler_stuck(origin: Origin, dataset: str) -> Message:
    """Return the notification of two crawls in a row that left the same files waiting."""
    return _message(
        origin,
        dataset,
        "crawler makes no progress",
        f"The same files waited before and after two crawls of {full_name(origin.prefix, dataset)}. "
        "It is not started again until a new file arrives.",
    )


def _message(origin: Origin, dataset: str, headline: str, fact: str) -> Message:
    crawler = full_name(origin.prefix, dataset)
    return Message(
        kinds=("crawl failed",),
        origin=origin,
        about=dataset,
        headline=headline,
        facts=[fact],
        next_steps=[
            'Fix the error in its log: docs/runbook.md, "Crawl failing".',
            f"Then start it: aws glue start-crawler --name {crawler}",
        ],
        links={"crawler and log": origin.crawler(dataset)},
        urgency=TODAY,
        values={"crawler": crawler},
    )
