"""The AWS access of a Lambda: clients that are built once, environment variables, names, threads."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

THREADS = 16


def each(act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Return the results in the order of the items; raise the first error after all have been tried."""
    with ThreadPoolExecutor(THREADS) as pool:
        # Not pool.map: at the first error it drops items that have not started.
        tried = [pool.submit(act, item) for item in items]
    return [each_try.result() for each_try in tried]


def required(name: str) -> str:
    """Return the value of an environment variable; fail with its name if it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise RuntimeError(f"The environment variable {name} is missing: see modules/environment/lambda.tf.")
    return value


def full_name(prefix: str, dataset: str) -> str:
    """Return the name of a dataset's crawler, job, ruleset and rule, as in modules/dataset/main.tf."""
    return f"{prefix}-{dataset}"


def dataset_of(prefix: str, name: str) -> str | None:
    """Return the dataset of a crawler's or job's name; None for one of another project or environment."""
    return name.removeprefix(f"{prefix}-") if name.startswith(f"{prefix}-") else None


PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=THREADS,
)


def client(service: str) -> Any:
    """Return a client that retries throttling and network faults with back-off."""
    return boto3.client(service, config=PATIENT)


def table_client() -> Any:
    """Return a DynamoDB client that uses plain Python values and, unlike a resource, is safe in threads."""
    return boto3.resource("dynamodb", config=PATIENT).meta.client
