"""An account and region of the local AWS, as its own parts reach it: by HTTP, like any client."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from moto.backends import get_backend

from dataops.local_platform import process_environment

# A part of the local AWS that calls another must get the first answer, without retries.
ONCE = Config(retries={"total_max_attempts": 1}, max_pool_connections=32, read_timeout=600)
MAKING = Lock()


@dataclass(frozen=True)
class LocalAws:
    """The account and region, the address, and the folder for all files on this machine."""

    account: str
    region: str
    address: str
    folder: Path

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS."""
        # Threads may share a client, but boto3 must not create two at the same time.
        with MAKING:
            return _client(self.address, self.account, self.region, service)

    def client_in(self, session: dict[str, str], service: str) -> Any:
        """A boto3 client in a session of a role: by the environment variables of its credentials."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        with MAKING:
            made = boto3.Session(*(session[name] for name in names), self.region)
            return made.client(service, endpoint_url=self.address, config=ONCE)

    def queue_url(self, arn: str) -> str:
        """The address of a queue."""
        return str(self.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])

    def send(self, queue: str, body: str, attributes: dict[str, str]) -> None:
        """Send a message with its attributes to the queue of an ARN."""
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value}
        self.client("sqs").send_message(QueueUrl=self.queue_url(queue), MessageBody=body, MessageAttributes=typed)

    def model(self, service: Any) -> Any:
        """The moto backend of a service: for reading data that no AWS call returns."""
        return get_backend(service)[self.account][self.region]

    @property
    def process_environment(self) -> dict[str, str]:
        """The environment variables that point any AWS client of a child process at the local AWS only."""
        return process_environment(self.address, self.account, self.region)


@cache
def _client(address: str, account: str, region: str, service: str) -> Any:
    access = {"endpoint_url": address, "aws_access_key_id": account, "aws_secret_access_key": "local"}
    return boto3.client(service, region_name=region, config=ONCE, **access)
