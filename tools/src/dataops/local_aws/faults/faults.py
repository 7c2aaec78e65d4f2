"""Injects faults in the platform's own account and region, for `make provoke` and for tests."""

from datetime import timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.notices import Notices
from dataops.local_aws.faults.injected_faults import InjectedFault, InjectedFaults
from dataops.local_aws.faults.passing_time import let_pass
from dataops.local_aws.server.account_region import AccountRegion


class Faults:
    """Each by its name; unknown ones are not made."""

    def __init__(self, account_region: AccountRegion, injected_faults: InjectedFaults, notices: Notices) -> None:
        self.account_region, self.injected_faults, self.notices = account_region, injected_faults, notices

    def make(self, kind: str, given: dict[str, Any]) -> bool:
        """Let something go wrong; whether it is known how."""
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
                self.notices.refuse()
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
        """Let an object have been uploaded earlier: nobody wants to wait until it is old."""
        versions = get_backend("s3")[self.account_region.aws.account]["aws"].get_bucket(bucket).keys.getlist(key)
        for version in versions:
            version.last_modified -= timedelta(minutes=minutes)
