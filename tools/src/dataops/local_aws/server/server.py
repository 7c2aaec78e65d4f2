"""The process of the local AWS, with one or several accounts and regions; `make local` starts and ends one."""

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
from dataops.local_aws.account import account_profile, account_reads, existing_resources, zones
from dataops.local_aws.events import subscription
from dataops.local_aws.events.chat import Chat
from dataops.local_aws.events.notification_recorder import NotificationRecorder
from dataops.local_aws.faults.faults import Faults
from dataops.local_aws.faults.injected_faults import InjectedFaults
from dataops.local_aws.moto_patches import (
    patches_athena,
    patches_budgets,
    patches_glue,
    patches_identity,
    patches_lambda,
    patches_logs,
    patches_metrics,
    patches_serialization,
    patches_storage,
)
from dataops.local_aws.moto_patches.late_access_logs import LateAccessLogs
from dataops.local_aws.moto_patches.lost_answers import LostAnswers
from dataops.local_aws.server.account_region import AccountRegion
from dataops.local_aws.server.application import Answer, Application
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.machine import Machine
from dataops.local_platform import NOTE, Platform, note_down, noted

log = logging.getLogger("platform")
CREDENTIALS = "credentials/"


class LocalAwsServer:
    """The accounts and regions of the local AWS, and what they share."""

    def __init__(self, account_regions: list[AccountRegion], stopped: Signal) -> None:
        self.account_regions = {_account_and_region(each.aws): each for each in account_regions}
        self.stopped, self.used_at = stopped, time.monotonic()
        self.first = account_regions[0]
        self.chat = Chat()
        self.recorder = NotificationRecorder(self.chat)
        self.chained, self.access_logs = ChainedSessions(), LateAccessLogs()
        application = Application(self.chat, self.ask, self._tools, self._invoke_later)
        self.injected_faults = InjectedFaults(application, self._end)
        self.answers = LostAnswers(self.injected_faults)
        self.faults = Faults(self.first, self.injected_faults, self.recorder)
        patches_identity.patch_moto(self.first.aws.account)
        patches_storage.patch_moto(self._uploaded)
        patches_athena.patch_moto()
        patches_budgets.patch_moto()
        patches_logs.patch_moto()
        patches_metrics.patch_moto()
        patches_serialization.patch_moto()
        patches_glue.patch_moto(
            lambda owner, *crawl: self.account_regions[owner].crawls.begin(*crawl),
            lambda owner, run: self.account_regions[owner].jobs.run(run),
            lambda owner, run: self.account_regions[owner].jobs.stop(run),
        )
        patches_lambda.patch_moto(lambda owner, *call: self.account_regions[owner].functions.invoke(*call))
        subscription.patch_moto(self.account_regions)
        zones.patch_moto()
        lake_formation.patch_moto()
        for account, region in self.account_regions:
            lake_formation.begin(account, region)
        account_reads.patch_moto()

    def begin(self) -> None:
        """Start every background task."""
        for each in self.account_regions.values():
            each.begin()

    def ask(self, path: str, given: dict[str, Any]) -> Answer:
        """Handle the platform's own operations, for the commands of this project."""
        self.used_at = time.monotonic()
        match path.removeprefix("/local/"):
            case "status":
                folder = str(self.first.aws.folder)
                return 200, {"folder": folder, "notifications": self.recorder.sent, "busy": self.is_busy}
            case "warm-up":
                self.first.jobs.warm_up(given["count"])
            case "emit":
                self.first.emit(given["source"], given["kind"], given["detail"])
            case "fire":
                if not any(each.fire(given["rule"]) for each in self.account_regions.values()):
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
        """Stop every child process."""
        for each in self.account_regions.values():
            each.close()

    def _credentials(self, build: str) -> Answer:
        """New credentials of a build's role on each request, as from the address in its container."""
        regions = self.account_regions.values()
        found = next(filter(None, (each.tools.builds.credentials(build) for each in regions)), None)
        return (200, found) if found else (404, {"message": f"no build {build} is under way"})

    @property
    def is_busy(self) -> bool:
        """Whether anything is in progress."""
        return any(each.is_busy for each in self.account_regions.values())

    def _end(self, who: str) -> None:
        """End the process of a busy function, or of a `job`."""
        self.first.jobs.end_at_work() if who == "job" else self.first.functions.end_at_work(who)

    def _uploaded(self, event: dict[str, Any]) -> None:
        self.used_at = time.monotonic()
        account_region = self.account_regions.get((event["account"], event["region"]))
        if account_region:
            account_region.bus.deliveries.submit(account_region.bus.emit, event)

    def _tools(self, who: Caller, service: str, operation: str, given: dict[str, Any]) -> Answer:
        """The response of the developer tools of the caller's account and region."""
        return self.account_regions[who.account, who.region].tools.answer(service, operation, who, given)

    def _invoke_later(self, who: Caller, name: str, event: Any) -> bool:
        return self.account_regions[who.account, who.region].invoke_later(name, event)


def _account_and_region(aws: LocalAws) -> tuple[str, str]:
    return aws.account, aws.region


def serve(given: argparse.Namespace) -> None:
    """Listen on loopback until stopped, or until no request has come for a while."""
    local_aws: list[LocalAwsServer] = []

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return local_aws[0].answers(environ, start_response)

    server = make_server("127.0.0.1", given.port, application, threaded=True, request_handler=MotoRequestHandler)
    address, folder, stopped = f"http://127.0.0.1:{server.port}", given.folder.resolve(), Signal()
    account_regions = [each.split("/") for each in dict.fromkeys(given.account_region)]
    regions = [LocalAws(account, region, address, folder) for account, region in account_regions]
    # moto would treat every caller as this account.
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    os.environ.update(regions[0].process_environment)
    account_profile.choose(given.profile)
    machine = Machine(given.java_home, given.build_environment)
    parts = [AccountRegion(aws, machine, given.retry_after, stopped) for aws in regions]
    local_aws.append(LocalAwsServer(parts, stopped))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    local_aws[0].chat.authorised |= given.existing_resources.pop("workspaces", {})
    existing_resources.make(**given.existing_resources)
    Thread(target=server.serve_forever, daemon=True).start()
    local_aws[0].begin()
    platform = Platform(given.environment, address, os.getpid(), regions[0].account, regions[0].region, given.profile)
    note_down(platform, folder)
    wait_for_the_end(local_aws[0], platform, given.idle_minutes)
    local_aws[0].close()
    server.server_close()
    if noted(folder) == platform:
        (folder / NOTE).unlink()


def wait_for_the_end(server: LocalAwsServer, platform: Platform, idle_minutes: float) -> None:
    """Wait until it is stopped, long unused, or its folder is gone or taken over by another platform."""
    while not server.stopped.wait(1):
        if server.is_busy:
            server.used_at = time.monotonic()
        is_idle = time.monotonic() - server.used_at > idle_minutes * 60
        if is_idle or noted(server.first.aws.folder) != platform:
            log.info("ends: nobody has asked anything for %s minutes, or its folder is gone", idle_minutes)
            server.stopped.set()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", required=True)
    parser.add_argument(
        "--account-region", action="append", required=True, help="account/region; the first is the platform's own"
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--existing-resources", type=json.loads, required=True, help="JSON: existing_resources.py")
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
    # A waiting thread, such as a crawl on hold or a throttled function, must not keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
