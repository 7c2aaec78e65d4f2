"""The process that is the local AWS of one environment; `make local` starts it and `make local-down` ends it."""

import argparse
import json
import logging
import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from local.running import NOTE, Platform, note_down, noted
from local.stand_in import mends_budgets, mends_glue, mends_lambda, mends_storage, surroundings
from local.stand_in.alarms import Alarms
from local.stand_in.application import Answer, Application
from local.stand_in.chat import Chat
from local.stand_in.crawls import Crawls
from local.stand_in.deaths import Death, Deaths
from local.stand_in.event_bus import EventBus, event_of
from local.stand_in.event_source import EventSource
from local.stand_in.functions import Functions
from local.stand_in.jobs import Jobs
from local.stand_in.local_aws import LocalAws
from local.stand_in.notices import Notices
from local.stand_in.schedule import Schedule

log = logging.getLogger("platform")


class StandIn:
    """All parts of the local AWS, wired together."""

    def __init__(self, aws: LocalAws, java_home: str | None, retry_after: tuple[float, ...]) -> None:
        self.aws, self.stopped, self.used_at = aws, Signal(), time.monotonic()
        self.chat = Chat(aws.account)
        self.notices = Notices(self.chat)
        self.bus = EventBus(aws)
        self.functions = Functions(aws, retry_after)
        self.jobs = Jobs(aws, java_home, self.bus.tell_of_glue)
        self.crawls = Crawls(aws, self.bus.tell_of_glue)
        self.schedule = Schedule(self.bus, self.stopped)
        self.deaths = Deaths(Application(self.chat, self.ask, self._invoke_later), self._end)
        mends_storage.mend(self._uploaded)
        mends_budgets.mend()
        mends_glue.mend(self.crawls.begin, self.jobs.run)
        mends_lambda.mend(self.functions.invoke)

    def begin(self) -> None:
        """Let everything that acts on its own begin to act."""
        source, alarms = EventSource(self.aws, self.functions, self.stopped), Alarms(self.aws, self.stopped)
        for act in (source.poll, self.schedule.tick, alarms.judge, lambda: self.functions.retry(self.stopped)):
            Thread(target=act, name=act.__qualname__, daemon=True).start()

    def ask(self, path: str, given: dict[str, Any]) -> Answer:
        """The platform's own questions and commands, for the commands of this project."""
        self.used_at = time.monotonic()
        match path.removeprefix("/local/"):
            case "status":
                return 200, {"folder": str(self.aws.folder), "notifications": self.notices.sent, "busy": self.is_busy}
            case "warm-up":
                self.jobs.warm_up(given["count"])
            case "lose":
                self.bus.lose(given["detail_type"])
            case "hold":
                self.crawls.hold(given.get("crawls", False))
                self.jobs.hold(given.get("jobs", False))
            case "end":
                self.jobs.end(given["job"], given["state"])
            case "die":
                self.deaths.plan(Death(**given))
            case "age":
                self._age(**given)
            case "emit":
                self.bus.emit(event_of(self.aws, given["source"], given["kind"], given["detail"]))
            case "fire":
                due = [rule for rule in self.schedule.rules() if rule.name == given["rule"]]
                for rule in due:
                    self.schedule.fire(rule)
                return (200, {}) if due else (404, {"message": f"no rule {given['rule']} has a schedule"})
            case "stop":
                self.stopped.set()
            case _:
                return 404, {"message": path}
        return 200, {}

    def close(self) -> None:
        """End every process that was started."""
        self.functions.close()
        self.jobs.close()

    @property
    def is_busy(self) -> bool:
        """Whether an event, a function, a crawl or a job is under way."""
        return self.jobs.is_busy or self.functions.is_busy or self.crawls.is_busy or self.bus.is_busy

    def _end(self, who: str) -> None:
        """End the process in which a function, or `job`, is at work."""
        self.jobs.end_at_work() if who == "job" else self.functions.end_at_work(who)

    def _age(self, bucket: str, key: str, minutes: float) -> None:
        """Let an object have been uploaded earlier: nobody wants to wait until it is old."""
        versions = get_backend("s3")[self.aws.account]["aws"].get_bucket(bucket).keys.getlist(key)
        for version in versions:
            version.last_modified -= timedelta(minutes=minutes)

    def _uploaded(self, event: dict[str, Any]) -> None:
        self.used_at = time.monotonic()
        self.bus.deliveries.submit(self.bus.emit, event)

    def _invoke_later(self, name: str, event: Any) -> bool:
        try:
            function = self.aws.model("lambda").get_function(name)
        except Exception:
            return False
        self.functions.invoke_later(function, event)
        return True


def serve(given: argparse.Namespace) -> None:
    """Listen on loopback until stopped, or until nobody has asked anything for a while."""
    stand_in: list[StandIn] = []

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return stand_in[0].deaths(environ, start_response)

    server = make_server("127.0.0.1", given.port, application, threaded=True, request_handler=MotoRequestHandler)
    aws = LocalAws(given.account, given.region, f"http://127.0.0.1:{server.port}", given.folder.resolve())
    os.environ.update(aws.process_environment)
    stand_in.append(StandIn(aws, given.java_home, given.retry_after))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stand_in[0].stopped.set())
    surroundings.make(aws.account, aws.region, **given.surroundings)
    Thread(target=server.serve_forever, daemon=True).start()
    stand_in[0].begin()
    platform = Platform(given.environment, aws.address, os.getpid(), aws.account, aws.region)
    note_down(platform, aws.folder)
    wait_for_the_end(stand_in[0], platform, given.idle_minutes)
    stand_in[0].close()
    server.server_close()
    if noted(aws.folder) == platform:
        (aws.folder / NOTE).unlink()


def wait_for_the_end(stand_in: StandIn, platform: Platform, idle_minutes: float) -> None:
    """Until it is stopped, nobody has needed it for long, or its folder is another platform's or nobody's."""
    while not stand_in.stopped.wait(1):
        if stand_in.is_busy:
            stand_in.used_at = time.monotonic()
        is_idle = time.monotonic() - stand_in.used_at > idle_minutes * 60
        if is_idle or noted(stand_in.aws.folder) != platform:
            log.info("ends: nobody has asked anything for %s minutes, or its folder is gone", idle_minutes)
            stand_in.stopped.set()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--surroundings", type=json.loads, required=True, help="see surroundings.py, as JSON")
    parser.add_argument("--java-home")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--idle-minutes", type=float, default=120)
    parser.add_argument("--retry-after", type=json.loads, default=[60, 120], help="seconds, as a JSON list")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    serve(given)
    logging.shutdown()
    # A thread that waits for something, a crawl on hold or a function without room, must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
