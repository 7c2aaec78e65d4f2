"""A crawler does not do its work: its files wait."""

from runtime.aws import full_name

from notifications.message import Message
from notifications.place import Place


def crawl_failed(place: Place, dataset: str) -> Message:
    """A crawl ended without success."""
    return _message(
        place,
        dataset,
        "crawl failed",
        f"The crawler {full_name(place.prefix, dataset)} failed. No file is lost: all wait, "
        "and the next upload or sweep starts the crawler again.",
    )


def crawler_stuck(place: Place, dataset: str) -> Message:
    """Two crawls in a row left the same files waiting."""
    return _message(
        place,
        dataset,
        "crawler makes no progress",
        f"The same files waited before and after two crawls of {full_name(place.prefix, dataset)}. "
        "It is not started again until a new file arrives.",
    )


def _message(place: Place, dataset: str, headline: str, fact: str) -> Message:
    crawler = full_name(place.prefix, dataset)
    return Message(
        kinds=("crawl failed",),
        place=place,
        about=dataset,
        headline=headline,
        facts=[fact],
        next_steps=[
            'Fix the error in its log: docs/runbook.md, "Crawl failing".',
            f"Then start it: aws glue start-crawler --name {crawler}",
        ],
        links={"crawler and log": place.crawler(dataset)},
        values={"crawler": crawler},
    )
