"""Injects faults in the platform's own account and region, for `make provoke` and for tests."""

from datetime import timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.notification_recorder import NotificationRecorder
from dataops.local_aws.faults.injected_faults import InjectedFault, InjectedFaults
from dataops.local_aws.faults.passing_time import let_pass
from dataops.local_aws.server.account_region import AccountRegion


class Faults:
    """Faults by name; unknown ones are not injected."""

    def __init__(
        self, account_region: AccountRegion, injected_faults: InjectedFaults, recorder: NotificationRecorder
    ) -> None:
        self.account_region, self.injected_faults, self.recorder = account_region, injected_faults, recorder

    def make(self, kind: str, given: dict[str, Any]) -> bool:
        """Inject a fault; whether its name is known."""
        match kind:
            case "lose":
                self.account_region.bus.lose(given["detail_type"])
            case "hold":
                self.account_region.crawls.hold(given.get("crawls", False))
                self.account_region.jobs.hold(given.get("jobs", False))
            case "end":
                self.account_region.jobs.end(given["job"], given["state"])
            case "hang":
                self.account_region.crawls.hang(given["crawler"])
            case "linger":
                self.account_region.functions.lingering.add(given["function"])
            case "shrink":
                self.account_region.jobs.worker_bytes[given["worker_type"]] = given["bytes"]
            case "refuse":
                self.recorder.refuse()
            case "pass":
                let_pass(self.account_region, given["seconds"])
            case "look":
                self.account_region.alarms.look()
            case "die":
                self.injected_faults.plan(InjectedFault(**given))
            case "age":
                self._age(**given)
            case "expire":
                self.account_region.tools.pipelines.expire()
            case _:
                return False
        return True

    def _age(self, bucket: str, key: str, minutes: float) -> None:
        """Backdate the upload of an object, so that nobody has to wait until it is old."""
        versions = get_backend("s3")[self.account_region.aws.account]["aws"].get_bucket(bucket).keys.getlist(key)
        for version in versions:
            version.last_modified -= timedelta(minutes=minutes)
