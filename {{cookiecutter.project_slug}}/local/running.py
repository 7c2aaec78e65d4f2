"""Where the local platform of an environment can be reached, for every command that talks to it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Platform:
    """One local AWS: its address, the process that serves it, and the account and region that it plays."""

    environment: str
    address: str
    process: int
    account: str
    region: str

    @property
    def access(self) -> dict[str, Any]:
        """What boto3 needs to reach it: `boto3.client("s3", **platform.access)`."""
        return {
            "endpoint_url": self.address,
            "region_name": self.region,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }

    @property
    def process_environment(self) -> dict[str, str]:
        """The environment variables that make an AWS client of a child process talk to it, and to nothing else."""
        return process_environment(self.address, self.region)


def process_environment(address: str, region: str) -> dict[str, str]:
    """The environment variables that make an AWS client talk to a local AWS alone."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def folder_of(environment: str) -> Path:
    """Everything that the platform of an environment leaves on this machine: `.local/<environment>`."""
    return PROJECT / ".local" / environment


def running_platform(environment: str) -> Platform | None:
    """The platform that runs for an environment, or None."""
    note = folder_of(environment) / "platform.json"
    try:
        platform = Platform(**json.loads(note.read_text(encoding="utf-8")))
        os.kill(platform.process, 0)
    except (OSError, ValueError, TypeError):
        return None
    return platform


def note_down(platform: Platform) -> None:
    """Let every other command find the platform."""
    note = folder_of(platform.environment) / "platform.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(asdict(platform)), encoding="utf-8")
