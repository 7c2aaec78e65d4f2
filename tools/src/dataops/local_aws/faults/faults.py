"""What goes wrong on purpose in the platform's own home, for `make provoke` and for tests."""

from datetime import timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.notices import Notices
from dataops.local_aws.faults.deaths import Death, Deaths
from dataops.local_aws.faults.passing_time import let_pass
from dataops.local_aws.server.home import Home


class Faults:
    """Each by its name; unknown ones are not made."""

    def __init__(self, home: Home, deaths: Deaths, notices: Notices) -> None:
        self.home, self.deaths, self.notices = home, deaths, notices

    def make(self, kind: str, given: dict[str, Any]) -> bool:
        """Let something go wrong; whether it is known how."""
        match kind:
            case "lose":
                self.home.bus.lose(given["detail_type"])
            case "hold":
                self.home.crawls.hold(given.get("crawls", False))
                self.home.jobs.hold(given.get("jobs", False))
            case "end":
                self.home.jobs.end(given["job"], given["state"])
            case "hang":
                self.home.crawls.hang(given["crawler"])
            case "linger":
                self.home.functions.lingering.add(given["function"])
            case "shrink":
                self.home.jobs.worker_bytes[given["worker_type"]] = given["bytes"]
            case "refuse":
                self.notices.refuse()
            case "pass":
                let_pass(self.home, given["seconds"])
            case "look":
                self.home.alarms.look()
            case "die":
                self.deaths.plan(Death(**given))
            case "age":
                self._age(**given)
            case "expire":
                self.home.tools.pipelines.expire()
            case _:
                return False
        return True

    def _age(self, bucket: str, key: str, minutes: float) -> None:
        """Let an object have been uploaded earlier: nobody wants to wait until it is old."""
        versions = get_backend("s3")[self.home.aws.account]["aws"].get_bucket(bucket).keys.getlist(key)
        for version in versions:
            version.last_modified -= timedelta(minutes=minutes)
