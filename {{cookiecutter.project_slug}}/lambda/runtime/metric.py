"""Log lines, and CloudWatch metrics in them (embedded metric format): no call is made for them."""

import json
import sys
import time
from dataclasses import dataclass
from typing import Any


def log(event: str, **fields: Any) -> None:
    """Write one line; CloudWatch and its metric filters read it."""
    line = json.dumps({"event": event, **fields}, ensure_ascii=False, default=str)
    # One write for text and line break: print() makes two, and threads would mix their lines.
    sys.stdout.write(f"{line}\n")


def kind_of(error: Exception) -> str:
    """Return the kind of an error only, for a log: its text can contain values."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__))


@dataclass(frozen=True)
class Metric:
    """The subject of a metric, and whether each dataset has one of its own, which is billed per dataset."""

    unit: str
    is_per_dataset: bool = False


# Every metric of the Lambdas. files/steps/reporting.py has those of the job.
METRICS = {
    "runs_published": Metric("Count"),
    "runs_failed": Metric("Count"),
    "runs_timed_out": Metric("Count"),
    "run_seconds": Metric("Seconds", is_per_dataset=True),
    "crawls_failing": Metric("Count"),
    "crawl_seconds": Metric("Seconds"),
    "files_waiting": Metric("Count"),
    "seconds_waited": Metric("Seconds"),
    "endpoints_unreachable": Metric("Count"),
    "connections_unreachable": Metric("Count"),
    "seconds_since_published": Metric("Seconds", is_per_dataset=True),
}


def measure(prefix: str, event: str, values: dict[str, float], **fields: Any) -> None:
    """Log an event whose numbers become metrics; a metric per dataset needs the field `dataset`."""
    # The prefix is <slug>-<environment>, and an environment's name holds no hyphen.
    namespace, _, environment = prefix.rpartition("-")
    directives = []
    for is_per_dataset, dimensions in ((False, ["environment"]), (True, ["environment", "dataset"])):
        names = [name for name in values if METRICS[name].is_per_dataset == is_per_dataset]
        if names:
            metrics = [{"Name": name, "Unit": METRICS[name].unit} for name in names]
            directives.append({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics})
    embedded = {"_aws": {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": directives}}
    log(event, environment=environment, **fields, **values, **embedded)
