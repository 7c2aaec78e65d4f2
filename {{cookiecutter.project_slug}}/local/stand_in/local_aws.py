"""The one account and region that the stand-in plays, as its own parts reach it: like any client, by HTTP."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from moto.backends import get_backend

from local.running import process_environment

# A part of the stand-in that asks another one shall hear the first answer.
ONCE = Config(retries={"total_max_attempts": 1}, max_pool_connections=32, read_timeout=600)


@dataclass(frozen=True)
class LocalAws:
    """Who we are, where we listen, and the folder for everything that lies on this machine."""

    account: str
    region: str
    address: str
    folder: Path

    @lru_cache(maxsize=None)  # noqa: B019 - there is one of these for the whole life of the process
    def client(self, service: str) -> Any:
        """A boto3 client of the stand-in."""
        access = {"endpoint_url": self.address, "aws_access_key_id": "local", "aws_secret_access_key": "local"}
        return boto3.client(service, region_name=self.region, config=ONCE, **access)

    def model(self, service: Any) -> Any:
        """What moto keeps in memory for a service: for reading, where AWS has no call that tells it."""
        return get_backend(service)[self.account][self.region]

    @property
    def process_environment(self) -> dict[str, str]:
        """What points any AWS client of a child process at the stand-in, and at nothing else."""
        return process_environment(self.address, self.region)

