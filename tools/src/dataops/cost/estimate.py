"""The quantities of a month, and their cost."""

from collections.abc import Iterable
from typing import NamedTuple

from runtime.metric import METRICS
from uploads.upload_listing import PAGES_PER_SWEEP, VERSIONS_PER_PAGE

from dataops.cost.prices import Prices
from dataops.cost.stack import DPU, Stack

DAYS, HOURS, GIGABYTES_OF_A_TERABYTE = 30.4, 730, 1024
# A crawl is billed for at least ten minutes, and takes two DPUs in AWS's own example.
CRAWL_DPUS, CRAWL_MINUTES = 2, 10
SWEEPS_A_DAY, SWEEP_SECONDS = 96, 3
FILES_OF_A_RUN = 10
# The use of other services by one run: small amounts, kept here so that they are not forgotten.
CALLS, CALL_SECONDS, CALL_GIGABYTES = 5, 4, 0.25
WRITES, READS, ROWS, KEY_REQUESTS, LOG_GIGABYTES, MESSAGES = 200, 500, 10, 100, 0.02, 2
# Lambda polls an empty queue all the time: five pollers, three times a minute.
# files/steps/reporting.py sends them; the metrics that Glue itself sends are not counted.
METRICS_OF_A_JOB = 4
# bootstrap/ creates a key for the state of each environment and of the pipeline.
STATE_KEYS = 1
POLLS_A_DAY, FLOW_LOG_GIGABYTES, LOG_MONTHS = 5 * 3 * 60 * 24, 0.5, 12


class Use(NamedTuple):
    """The use of a dataset: runs per day, minutes per run, gigabytes uploaded per day, months that data is kept,
    gigabytes that queries scan per day."""

    runs: float
    minutes: float
    gigabytes: float
    months: float
    scanned: float = 0


class Line(NamedTuple):
    """A quantity with a price; `part` is the dataset, or a resource that the environment has once."""

    part: str
    service: str
    price: str
    quantity: float


class Estimate(NamedTuple):
    """Lines with their cost in US dollars a month, and the names of the missing prices."""

    costs: list[tuple[Line, float]]
    missing: list[str]

    @property
    def total(self) -> float:
        """The sum of everything that has a price."""
        return sum(cost for _, cost in self.costs)

    def of_part(self, part: str) -> float:
        """Return the cost of one dataset, or of a part that the environment has once."""
        return sum(cost for line, cost in self.costs if line.part == part)

    def of_service(self, service: str) -> float:
        """Return the cost of one service."""
        return sum(cost for line, cost in self.costs if line.service == service)


def estimate(stack: Stack, uses: dict[str, Use], prices: Prices) -> Estimate:
    """Estimate a month of one environment."""
    lines = [
        *lines_of_environment(stack, uses),
        *(line for name in stack.datasets for line in lines_of_run(stack, name, uses[name])),
    ]
    return priced(lines, stack.region, prices)


def priced(lines: Iterable[Line], region: str, prices: Prices) -> Estimate:
    """Return the cost of lines; a line without a price has an unknown cost, not zero."""
    found, missing = [], set()
    for line in lines:
        price = prices.of(line.price, region)
        if price is not None:
            found.append((line, line.quantity * price))
        elif line.quantity:
            missing.add(line.price)
    return Estimate(found, sorted(missing))


def lines_of_environment(stack: Stack, uses: dict[str, Use]) -> list[Line]:
    """Return the lines of what an environment has once, independent of uploads."""
    calls = SWEEPS_A_DAY * DAYS * len(stack.datasets)
    return [
        Line("network", "VPC endpoints", "endpoint", stack.interfaces * HOURS),
        Line("network", "CloudWatch", "log_written", FLOW_LOG_GIGABYTES if stack.interfaces else 0),
        Line("keys and secrets", "KMS, Secrets Manager", "key", stack.keys + STATE_KEYS),
        Line("keys and secrets", "KMS, Secrets Manager", "secret", stack.secrets),
        Line("monitoring", "CloudWatch", "alarm", stack.alarms),
        Line("monitoring", "CloudWatch", "dashboard", stack.dashboards),
        Line("monitoring", "CloudWatch", "metric", metrics(is_per_dataset=False)),
        Line("queue and sweeps", "Lambda, SQS, SNS", "queue_request", POLLS_A_DAY * DAYS),
        Line("queue and sweeps", "Lambda, SQS, SNS", "call", calls),
        Line("queue and sweeps", "Lambda, SQS, SNS", "call_second", calls * SWEEP_SECONDS * CALL_GIGABYTES),
    ]


def metrics(is_per_dataset: bool) -> int:
    """Return the number of metrics that the Lambdas write for an environment, or for each of its datasets."""
    return sum(metric.is_per_dataset == is_per_dataset for metric in METRICS.values())


def job_price(stack: Stack) -> str:
    """Return the name of the price of the environment's jobs."""
    return f"{'flex_' if stack.flex else ''}job_{stack.glue_version}"


def longest_run(stack: Stack, timeout_minutes: float, prices: Prices) -> float | None:
    """Return the cost of a run that hangs until its timeout, on all workers."""
    price = prices.of(job_price(stack), stack.region)
    return None if price is None else stack.workers * DPU[stack.worker_type] * timeout_minutes / 60 * price


def dearest_query(stack: Stack, prices: Prices) -> float | None:
    """Return the cost of a query that scans as much as its workgroup allows."""
    price = prices.of("scanned", stack.region)
    return None if price is None else stack.most_scanned / 1024**4 * price


def listings(versions: float) -> float:
    """Return the LIST requests of a month, priced like PUT requests: each sweep lists some pages of the versions."""
    return SWEEPS_A_DAY * DAYS * min(max(versions / VERSIONS_PER_PAGE, 1), PAGES_PER_SWEEP)


def lines_of_run(stack: Stack, name: str, use: Use) -> list[Line]:
    """Return the monthly use of one dataset."""
    runs, dpus = use.runs * DAYS, stack.workers * DPU[stack.worker_type]
    kept = use.gigabytes * DAYS * use.months
    return [
        Line(name, "Glue jobs", job_price(stack), runs * dpus * max(use.minutes, 1) / 60),
        Line(name, "Glue crawlers", "crawler", runs * CRAWL_DPUS * CRAWL_MINUTES / 60),
        # The published data is as large as the uploaded data.
        Line(name, "S3", "stored", kept * 2),
        Line(name, "S3", "object_written", runs * WRITES),
        Line(name, "S3", "object_written", listings(runs * FILES_OF_A_RUN * use.months)),
        Line(name, "S3", "object_read", runs * READS),
        Line(name, "CloudWatch", "log_written", runs * LOG_GIGABYTES),
        Line(name, "CloudWatch", "log_kept", runs * LOG_GIGABYTES * LOG_MONTHS),
        Line(name, "CloudWatch", "trace", runs * CALLS),
        Line(name, "CloudWatch", "metric", metrics(is_per_dataset=True) + METRICS_OF_A_JOB),
        Line(name, "Lambda, SQS, SNS", "call", runs * CALLS),
        Line(name, "Lambda, SQS, SNS", "call_second", runs * CALLS * CALL_SECONDS * CALL_GIGABYTES),
        Line(name, "Lambda, SQS, SNS", "message", runs * MESSAGES),
        Line(name, "Lambda, SQS, SNS", "event", runs * 3),
        Line(name, "Athena", "scanned", use.scanned * DAYS / GIGABYTES_OF_A_TERABYTE),
        Line(name, "DynamoDB", "row_written", runs * ROWS),
        Line(name, "DynamoDB", "row_read", runs * ROWS),
        Line(name, "KMS, Secrets Manager", "key_request", runs * KEY_REQUESTS),
    ]
