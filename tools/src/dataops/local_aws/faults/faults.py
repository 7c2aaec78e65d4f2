"""Injects faults in the platform's own account and region, for `make provoke` and for tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.backends import get_backend

from dataops.local_aws.events.notification_recorder import NotificationRecorder
from dataops.local_aws.faults.injected_faults import InjectedFault, InjectedFaults
from dataops.local_aws.faults.passing_time import Names, forget, let_pass
from dataops.local_aws.server.account_region import AccountRegion


class Faults:
    """Faults by name; unknown ones are not injected."""

    def __init__(
        self, account_region: AccountRegion, injected_faults: InjectedFaults, recorder: NotificationRecorder
    ) -> None:
        self.account_region, self.injected_faults, self.recorder = account_region, injected_faults, recorder
        parts = account_region
        self.acts: dict[str, Callable[..., object]] = {
            "lose": parts.bus.lose,
            "hold": self._hold,
            "end": lambda job, state: parts.jobs.end(job, state),
            "hang": lambda crawler: parts.crawls.hang(crawler),
            "linger": lambda function: parts.functions.lingering.add(function),
            "shrink": self._shrink,
            "refuse": recorder.refuse,
            "pass": lambda seconds, names=None: let_pass(parts, seconds, Names(names)),
            "forget": lambda names: forget(parts, Names(names)),
            "look": parts.alarms.look,
            "take-back": self._take_back,
            "die": lambda **fault: injected_faults.plan(InjectedFault(**fault)),
            "age": self._age,
            "expire": parts.tools.pipelines.expire,
        }

    def make(self, kind: str, given: dict[str, Any]) -> bool:
        """Inject a fault; whether its name is known."""
        act = self.acts.get(kind)
        if act:
            act(**given)
        return act is not None

    def _hold(self, crawls: bool = False, jobs: bool = False) -> None:
        self.account_region.crawls.hold(crawls)
        self.account_region.jobs.hold(jobs)

    def _shrink(self, job: str, worker_type: str, bytes: int) -> None:
        """Give a job less memory, as long as it has this type of worker."""
        self.account_region.jobs.worker_bytes[job, worker_type] = bytes

    def _take_back(self) -> None:
        """Let what hangs or waits go on, and drop every fault that has not happened yet."""
        parts = self.account_region
        parts.crawls.hold(False)
        parts.jobs.hold(False)
        parts.crawls.hanging.clear()
        parts.functions.lingering.clear()
        parts.jobs.worker_bytes.clear()
        parts.bus.lost.clear()
        self.recorder.refusals = 0

    def _age(self, bucket: str, key: str, minutes: float) -> None:
        """Backdate the upload of an object, so that nobody has to wait until it is old."""
        versions = get_backend("s3")[self.account_region.aws.account]["aws"].get_bucket(bucket).keys.getlist(key)
        for version in versions:
            version.last_modified -= timedelta(minutes=minutes)
