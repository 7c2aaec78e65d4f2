"""Runs Glue crawlers: reads what was uploaded, writes the raw table, and tells of it."""

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
Tell = Callable[[str, dict[str, Any]], None]


class Crawls:
    """Each crawl goes its own way; moto refuses a second one of a crawler that runs."""

    def __init__(self, aws: LocalAws, tell: Tell) -> None:
        self.aws, self.tell = aws, tell
        self.at_work = Workers(4, "crawl")
        self.may_end = Signal()
        self.may_end.set()
        self.hanging: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """Whether a crawl is under way."""
        return self.at_work.unfinished > 0

    def hold(self, on: bool) -> None:
        """Let crawls last until they are let go, as those of a large bucket do."""
        self.may_end.clear() if on else self.may_end.set()

    def hang(self, name: str) -> None:
        """Let the next crawl of a crawler go on until somebody stops it."""
        self.hanging.add(name)

    def begin(self, name: str, begun: Any) -> None:
        """Do the work of a crawl that moto has written down as RUNNING."""
        self.at_work.submit(self._crawl, name, begun)

    def _crawl(self, name: str, begun: Any) -> None:
        hangs = name in self.hanging
        self.hanging.discard(name)
        while begun.status == "RUNNING" and (hangs or not self.may_end.is_set()):
            time.sleep(0.1)
        told: dict[str, Any] = {"tablesCreated": "0", "tablesUpdated": "0"}
        try:
            told |= {key: str(value) for key, value in self._work(name).items()}
            status, message = "COMPLETED", "Crawler Succeeded"
        except Exception as error:
            log.warning("%s: %s", name, error)
            is_denied = isinstance(error, AccessDeniedError | NetworkSetupError)
            status, message = "FAILED", str(error) if is_denied else f"{type(error).__name__}: {error}"
        # One that was told to stop has stopped, whatever it has still done.
        begun.status = status if begun.status == "RUNNING" else "STOPPED"
        begun.end_time, begun.complaint = utcnow(), message if status == "FAILED" else ""
        state = {"COMPLETED": "Succeeded"}.get(begun.status, "Failed")
        self._log(name, message, told)
        took = round((begun.end_time - begun.start_time).total_seconds())
        detail = {"crawlerName": name, "state": state, "message": message, "runningTime (sec)": str(took)}
        self.tell("Glue Crawler State Change", told | detail)

    def _work(self, name: str) -> dict[str, int]:
        """Crawl in the role of the crawler."""
        told = self.aws.client("glue").get_crawler(Name=name)["Crawler"]
        connections = [each["ConnectionName"] for each in told["Targets"]["S3Targets"] if each.get("ConnectionName")]
        session = session_of(self.aws, "crawler", name, told["Role"], connections)
        require_setup(self.aws, session, connections, told.get("CrawlerSecurityConfiguration"))
        in_vpc, outside = (
            credentials(session, "AWS-Crawler"),
            credentials(replace(session, network=None), "AWS-Crawler"),
        )
        # Files are read from the connection's subnet; Glue itself writes the catalog.
        return crawl(self.aws.client_in(in_vpc, "s3"), self.aws.client_in(outside, "glue"), told)

    def _log(self, name: str, message: str, told: dict[str, Any]) -> None:
        """Write what Glue writes about a crawl, if the crawler's role may."""
        level = "INFO" if message == "Crawler Succeeded" else "ERROR"
        counts = ", ".join(f"{count} {value}" for count, value in told.items())
        lines = [f"INFO : Running Start Crawl for Crawler {name}", f"{level} : {message}", f"INFO : {counts}"]
        try:
            crawler = self.aws.client("glue").get_crawler(Name=name)["Crawler"]
            session = session_of(self.aws, "crawler", name, crawler["Role"])
            keep_crawl_log(self.aws, crawler, lines, session)
        except (AccessDeniedError, ClientError) as error:
            log.warning("the log of %s is not kept: %s", name, error)
