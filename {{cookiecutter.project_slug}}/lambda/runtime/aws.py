"""What a Lambda has of AWS: clients that are built once, environment variables, names, threads."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

THREADS = 16


def each(act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """The results in the order of the items; the first error passes through when all have been tried."""
    with ThreadPoolExecutor(THREADS) as pool:
        # Not pool.map: at the first error it drops what has not begun.
        tried = [pool.submit(act, item) for item in items]
    return [each_try.result() for each_try in tried]


def required(name: str) -> str:
    """The value of an environment variable; a missing or empty one fails by name."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"The environment variable {name} is missing: see modules/environment/lambda.tf.")
    return value


def full_name(prefix: str, dataset: str) -> str:
    """The name of a dataset's crawler, job, ruleset and rule, as in modules/dataset/main.tf."""
    return f"{prefix}-{dataset}"


def dataset_of(prefix: str, name: str) -> str | None:
    """The dataset whose crawler or job has a name; None for one of another project or environment."""
    return name.removeprefix(f"{prefix}-") if name.startswith(f"{prefix}-") else None


PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=THREADS,
)


def client(service: str) -> Any:
    """A client that retries throttling and network faults with back-off."""
    return boto3.client(service, config=PATIENT)


def table_client() -> Any:
    """A DynamoDB client that speaks plain Python values and, unlike a resource, may be used in threads."""
    return boto3.resource("dynamodb", config=PATIENT).meta.client
