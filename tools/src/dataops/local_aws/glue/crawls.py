"""Runs Glue crawlers: reads the uploads, writes the raw table, and emits events."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event as Signal
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import utcnow

from dataops.local_aws.access.identity import AccessDeniedError
from dataops.local_aws.access.network import NetworkSetupError
from dataops.local_aws.access.roles import credentials
from dataops.local_aws.glue.crawler import crawl
from dataops.local_aws.glue.glue_logs import keep_crawl_log
from dataops.local_aws.glue.glue_role import require_setup, session_of
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.workers import Workers

log = logging.getLogger("crawls")
Announce = Callable[[str, dict[str, Any]], None]


class Crawls:
    """Runs crawls independently; moto refuses a second crawl of a running crawler."""

    def __init__(self, aws: LocalAws, announce: Announce) -> None:
        self.aws, self.announce = aws, announce
        self.at_work = Workers(4, "crawl")
        self.may_end = Signal()
        self.may_end.set()
        self.hanging: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """Whether a crawl is in progress."""
        return self.at_work.unfinished > 0

    def hold(self, on: bool) -> None:
        """Make crawls wait until they are released, as those of a large bucket do."""
        self.may_end.clear() if on else self.may_end.set()

    def hang(self, name: str) -> None:
        """Make the next crawl of a crawler run until somebody stops it."""
        self.hanging.add(name)

    def begin(self, name: str, begun: Any) -> None:
        """Run a crawl that moto has recorded as RUNNING."""
        self.at_work.submit(self._crawl, name, begun)

    def _crawl(self, name: str, begun: Any) -> None:
        while begun.status == "RUNNING" and (name in self.hanging or not self.may_end.is_set()):
            time.sleep(0.1)
        self.hanging.discard(name)
        counts: dict[str, Any] = {"tablesCreated": "0", "tablesUpdated": "0"}
        try:
            counts |= {key: str(value) for key, value in self._work(name).items()}
            status, message = "COMPLETED", "Crawler Succeeded"
        except Exception as error:
            log.warning("%s: %s", name, error)
            is_denied = isinstance(error, AccessDeniedError | NetworkSetupError)
            status, message = "FAILED", str(error) if is_denied else f"{type(error).__name__}: {error}"
        # A crawl that was asked to stop has stopped, whatever it did afterwards.
        begun.status = status if begun.status == "RUNNING" else "STOPPED"
        begun.end_time, begun.complaint = utcnow(), message if status == "FAILED" else ""
        state = {"COMPLETED": "Succeeded"}.get(begun.status, "Failed")
        self._log(name, message, counts)
        took = round((begun.end_time - begun.start_time).total_seconds())
        detail = {"crawlerName": name, "state": state, "message": message, "runningTime (sec)": str(took)}
        self.announce("Glue Crawler State Change", counts | detail)

    def _work(self, name: str) -> dict[str, int]:
        """Crawl in the role of the crawler."""
        description = self.aws.client("glue").get_crawler(Name=name)["Crawler"]
        connections = [
            each["ConnectionName"] for each in description["Targets"]["S3Targets"] if each.get("ConnectionName")
        ]
        session = session_of(self.aws, "crawler", name, description["Role"], connections)
        require_setup(self.aws, session, connections, description.get("CrawlerSecurityConfiguration"))
        in_vpc, outside = (
            credentials(session, "AWS-Crawler"),
            credentials(replace(session, network=None), "AWS-Crawler"),
        )
        # Files are read from the connection's subnet; Glue itself writes the catalog.
        return crawl(self.aws.client_in(in_vpc, "s3"), self.aws.client_in(outside, "glue"), description)

    def _log(self, name: str, message: str, tables: dict[str, Any]) -> None:
        """Write Glue's log lines about a crawl, if the crawler's role may."""
        level = "INFO" if message == "Crawler Succeeded" else "ERROR"
        counts = ", ".join(f"{count} {value}" for count, value in tables.items())
        lines = [f"INFO : Running Start Crawl for Crawler {name}", f"{level} : {message}", f"INFO : {counts}"]
        try:
            crawler = self.aws.client("glue").get_crawler(Name=name)["Crawler"]
            session = session_of(self.aws, "crawler", name, crawler["Role"])
            keep_crawl_log(self.aws, crawler, lines, session)
        except (AccessDeniedError, ClientError) as error:
            log.warning("the log of %s is not kept: %s", name, error)
