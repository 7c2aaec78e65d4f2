"""A running local AWS as its users know it: its address, the account and region that it plays, the note that it leaves.

The local AWS writes the note, and every command that talks to it reads it; neither imports the other.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from botocore.config import Config

# Below the project's folder.
FOLDERS = ".local"
NOTE = "platform.json"


@dataclass(frozen=True)
class Platform:
    """One local AWS: its address, the process that serves it, and the account and region that it plays."""

    environment: str
    address: str
    process: int
    account: str
    region: str
    # See local_aws/account/account_profile.py.
    profile: str = "plain"

    @property
    def folder(self) -> Path:
        """Everything that it leaves on this machine."""
        return Path.cwd() / FOLDERS / self.environment

    @property
    def access(self) -> dict[str, Any]:
        """What boto3 needs to reach it: `boto3.client("s3", **platform.access)`."""
        return {
            "endpoint_url": self.address,
            "region_name": self.region,
            "aws_access_key_id": self.account,
            "aws_secret_access_key": "local",
            "config": Config(proxies={}),
        }

    def of(self, account: str, region: str) -> "Platform":
        """The same local AWS, as the owner of another account sees it."""
        return replace(self, account=account, region=region)

    @property
    def process_environment(self) -> dict[str, str]:
        """The environment variables that make an AWS client of a child process talk to it, and to nothing else."""
        return process_environment(self.address, self.account, self.region)


def process_environment(address: str, account: str, region: str) -> dict[str, str]:
    """The environment variables that make an AWS client talk to a local AWS alone, as the owner of an account there."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def way_to_s3_control(address: str) -> dict[str, str]:
    """The environment variables with which Terraform's provider reaches S3 Control in a local AWS.

    An AWS SDK puts the account before the host of S3 Control, and 127.0.0.1 has no subdomains. So the host is a name
    that no resolver knows (RFC 2606), and the local AWS is the proxy that leads there.
    """
    return {"AWS_ENDPOINT_URL_S3_CONTROL": "http://s3-control.local-aws.invalid", "HTTP_PROXY": address}


def noted(folder: Path) -> Platform | None:
    """What the last platform of a folder noted down about itself."""
    try:
        return Platform(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def note_down(platform: Platform, folder: Path) -> None:
    """Let every other command find the platform."""
    half = folder / f"{NOTE}.half"
    half.write_text(json.dumps(asdict(platform)), encoding="utf-8")
    half.replace(folder / NOTE)
