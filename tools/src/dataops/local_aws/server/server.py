"""The process that is the local AWS, of one account and region or of several; `make local` starts and ends one."""

import argparse
import json
import logging
import os
import signal
import time
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from dataops.local_aws.access import lake_formation
from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.chained_sessions import ChainedSessions
from dataops.local_aws.account import account_profile, account_reads, surroundings, zones
from dataops.local_aws.events import subscription
from dataops.local_aws.events.chat import Chat
from dataops.local_aws.events.notices import Notices
from dataops.local_aws.faults.deaths import Deaths
from dataops.local_aws.faults.faults import Faults
from dataops.local_aws.moto_patches import (
    mends_budgets,
    mends_glue,
    mends_identity,
    mends_lambda,
    mends_logs,
    mends_metrics,
    mends_storage,
)
from dataops.local_aws.moto_patches.late_access_logs import LateAccessLogs
from dataops.local_aws.moto_patches.lost_answers import LostAnswers
from dataops.local_aws.server.application import Answer, Application
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.home import Home
from dataops.local_aws.server.machine import Machine
from dataops.local_platform import NOTE, Platform, note_down, noted

log = logging.getLogger("platform")
CREDENTIALS = "credentials/"


class StandIn:
    """The homes of the local AWS, and what they share."""

    def __init__(self, homes: list[Home], stopped: Signal) -> None:
        self.homes, self.stopped, self.used_at = {_place(home.aws): home for home in homes}, stopped, time.monotonic()
        self.first = homes[0]
        self.chat = Chat()
        self.notices = Notices(self.chat)
        self.chained, self.access_logs = ChainedSessions(), LateAccessLogs()
        application = Application(self.chat, self.ask, self._tools, self._invoke_later)
        self.deaths = Deaths(application, self._end)
        self.answers = LostAnswers(self.deaths)
        self.faults = Faults(self.first, self.deaths, self.notices)
        mends_identity.mend(self.first.aws.account)
        mends_storage.mend(self._uploaded)
        mends_budgets.mend()
        mends_logs.mend()
        mends_metrics.mend()
        mends_glue.mend(
            lambda place, *crawl: self.homes[place].crawls.begin(*crawl),
            lambda place, run: self.homes[place].jobs.run(run),
            lambda place, run: self.homes[place].jobs.stop(run),
        )
        mends_lambda.mend(lambda place, *call: self.homes[place].functions.invoke(*call))
        subscription.mend(self.homes)
        zones.mend()
        lake_formation.mend()
        for account, region in self.homes:
            lake_formation.begin(account, region)
        account_reads.mend()

    def begin(self) -> None:
        """Let everything that acts on its own begin to act."""
        for home in self.homes.values():
            home.begin()

    def ask(self, path: str, given: dict[str, Any]) -> Answer:
        """The platform's own questions and commands, for the commands of this project."""
        self.used_at = time.monotonic()
        match path.removeprefix("/local/"):
            case "status":
                folder = str(self.first.aws.folder)
                return 200, {"folder": folder, "notifications": self.notices.sent, "busy": self.is_busy}
            case "warm-up":
                self.first.jobs.warm_up(given["count"])
            case "emit":
                self.first.emit(given["source"], given["kind"], given["detail"])
            case "fire":
                if not any(home.fire(given["rule"]) for home in self.homes.values()):
                    return 404, {"message": f"no rule {given['rule']} has a schedule"}
            case "stop":
                self.stopped.set()
            case "late-access-logs":
                self.access_logs.come_at_deletion = True
            case "chained-sessions":
                self.chained.seconds = given["seconds"]
            case kind if kind.startswith(CREDENTIALS):
                return self._credentials(kind.removeprefix(CREDENTIALS))
            case kind:
                if not self.faults.make(kind, given):
                    return 404, {"message": path}
        return 200, {}

    def close(self) -> None:
        """End every process that was started."""
        for home in self.homes.values():
            home.close()

    def _credentials(self, build: str) -> Answer:
        """New credentials of a build's role, as the address in its container gives them again and again."""
        found = next(filter(None, (home.tools.builds.credentials(build) for home in self.homes.values())), None)
        return (200, found) if found else (404, {"message": f"no build {build} is under way"})

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way anywhere."""
        return any(home.is_busy for home in self.homes.values())

    def _end(self, who: str) -> None:
        """End the process in which a function, or `job`, is at work."""
        self.first.jobs.end_at_work() if who == "job" else self.first.functions.end_at_work(who)

    def _uploaded(self, event: dict[str, Any]) -> None:
        self.used_at = time.monotonic()
        home = self.homes.get((event["account"], event["region"]))
        if home:
            home.bus.deliveries.submit(home.bus.emit, event)

    def _tools(self, who: Caller, service: str, operation: str, given: dict[str, Any]) -> Answer:
        """What the developer tools of the caller's home answer."""
        return self.homes[who.account, who.region].tools.answer(service, operation, who, given)

    def _invoke_later(self, who: Caller, name: str, event: Any) -> bool:
        return self.homes[who.account, who.region].invoke_later(name, event)


def _place(aws: LocalAws) -> tuple[str, str]:
    return aws.account, aws.region


def serve(given: argparse.Namespace) -> None:
    """Listen on loopback until stopped, or until nobody has asked anything for a while."""
    stand_in: list[StandIn] = []

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return stand_in[0].answers(environ, start_response)

    server = make_server("127.0.0.1", given.port, application, threaded=True, request_handler=MotoRequestHandler)
    address, folder, stopped = f"http://127.0.0.1:{server.port}", given.folder.resolve(), Signal()
    homes = [home.split("/") for home in dict.fromkeys(given.home)]
    places = [LocalAws(account, region, address, folder) for account, region in homes]
    # moto would take every caller for this account.
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    os.environ.update(places[0].process_environment)
    account_profile.choose(given.profile)
    machine = Machine(given.java_home, given.build_environment)
    stand_in.append(StandIn([Home(aws, machine, given.retry_after, stopped) for aws in places], stopped))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    stand_in[0].chat.authorised |= given.surroundings.pop("workspaces", {})
    surroundings.make(**given.surroundings)
    Thread(target=server.serve_forever, daemon=True).start()
    stand_in[0].begin()
    platform = Platform(given.environment, address, os.getpid(), places[0].account, places[0].region, given.profile)
    note_down(platform, folder)
    wait_for_the_end(stand_in[0], platform, given.idle_minutes)
    stand_in[0].close()
    server.server_close()
    if noted(folder) == platform:
        (folder / NOTE).unlink()


def wait_for_the_end(stand_in: StandIn, platform: Platform, idle_minutes: float) -> None:
    """Until it is stopped, nobody has needed it for long, or its folder is another platform's or nobody's."""
    while not stand_in.stopped.wait(1):
        if stand_in.is_busy:
            stand_in.used_at = time.monotonic()
        is_idle = time.monotonic() - stand_in.used_at > idle_minutes * 60
        if is_idle or noted(stand_in.first.aws.folder) != platform:
            log.info("ends: nobody has asked anything for %s minutes, or its folder is gone", idle_minutes)
            stand_in.stopped.set()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", required=True)
    parser.add_argument(
        "--home", action="append", required=True, help="account/region; the first is the platform's own"
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--surroundings", type=json.loads, required=True, help="see surroundings.py, as JSON")
    parser.add_argument(
        "--profile",
        choices=account_profile.PROFILES,
        default=account_profile.DEFAULT,
        help="see account_profile.py",
    )
    parser.add_argument("--java-home")
    parser.add_argument(
        "--build-environment", type=json.loads, default={}, help="what builds see of this machine, as JSON"
    )
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
