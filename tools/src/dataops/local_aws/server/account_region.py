"""One account and region of the local AWS: its events, functions, jobs, crawls, schedules, alarms and pipelines."""

from threading import Event as Signal
from threading import Thread
from typing import Any

from dataops.local_aws.cloudwatch.alarms import Alarms
from dataops.local_aws.developer_tools.tools import DeveloperTools
from dataops.local_aws.events.event_bus import EventBus, event_of
from dataops.local_aws.events.event_source import EventSource
from dataops.local_aws.events.schedule import Schedule
from dataops.local_aws.functions.functions import Functions
from dataops.local_aws.glue.crawls import Crawls
from dataops.local_aws.glue.jobs import Jobs
from dataops.local_aws.server.client import LocalAws
from dataops.local_aws.server.machine import Machine


class AccountRegion:
    """The parts of one account and region, connected to each other."""

    def __init__(self, aws: LocalAws, machine: Machine, retry_after: tuple[float, ...], stopped: Signal) -> None:
        self.aws, self.stopped = aws, stopped
        self.bus = EventBus(aws)
        self.tools = DeveloperTools(aws, self.emit, machine.build_environment)
        self.bus.start = self.tools.started_by_rule
        self.functions = Functions(aws, retry_after)
        self.jobs = Jobs(aws, machine.java_home, self.bus.announce_glue_event)
        self.crawls = Crawls(aws, self.bus.announce_glue_event)
        self.schedule, self.alarms = Schedule(self.bus, stopped), Alarms(aws, stopped)

    @property
    def is_busy(self) -> bool:
        """Whether an event, a function, a crawl, a job, a build or a pipeline is running."""
        return any(part.is_busy for part in (self.jobs, self.functions, self.crawls, self.bus, self.tools))

    def begin(self) -> None:
        """Start every background task."""
        source = EventSource(self.aws, self.functions, self.stopped)
        for act in (source.poll, self.schedule.tick, self.alarms.evaluate, lambda: self.functions.retry(self.stopped)):
            Thread(target=act, name=act.__qualname__, daemon=True).start()
        self.tools.begin(self.stopped)

    def close(self) -> None:
        """Stop every child process."""
        self.tools.close()
        self.functions.close()
        self.jobs.close()

    def fire(self, name: str) -> bool:
        """Fire a rule as if its schedule were due; whether there is a scheduled rule of that name."""
        due = [rule for rule in self.schedule.rules() if rule.name == name]
        for rule in due:
            self.schedule.fire(rule)
        return bool(due)

    def emit(self, source: str, detail_type: str, detail: dict[str, Any], resources: list[str] | None = None) -> None:
        """Emit an event of an AWS service."""
        self.bus.emit(event_of(self.aws, source, detail_type, detail) | {"resources": resources or []})

    def invoke_later(self, name: str, event: Any) -> bool:
        """Invoke a function asynchronously; whether there is one of that name."""
        try:
            function = self.aws.model("lambda").get_function(name)
        except Exception:
            return False
        self.functions.invoke_later(function, event)
        return True
