"""The clients of a Lambda, built once when it is imported."""

from typing import Any

import boto3
from botocore.config import Config
from parallel import THREADS

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
