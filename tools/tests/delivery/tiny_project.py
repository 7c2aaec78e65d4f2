"""A project of a few lines, whose one environment really is planned and applied, against a local AWS of its own."""

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import EndpointConnectionError

from dataops.delivery.terraform import Terraform
from dataops.local_platform import process_environment

ACCOUNT, REGION, STATE_BUCKET, SUMMARY_BUCKET = "123456789012", "eu-west-1", "tiny-state", "tiny-artifacts"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-dev-deploy-plan"
PATIENCE_SECONDS = 300
BACKEND = """terraform {
  backend "s3" {
    bucket       = "%(bucket)s"
    key          = "%(name)s/terraform.tfstate"
    region       = "%(region)s"
    use_lockfile = true
  }
}
"""
# Terraform's own resource: it needs no provider, so a plan takes a second.
NOTHING_TO_LOSE = """
resource "terraform_data" "version" {
  input = "%s"
}
"""
BUCKETS = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_s3_bucket" "this" {
  for_each = toset([%s])
  bucket   = "tiny-${each.key}"
}
"""


class LocalAws:
    """moto's server in a process of its own: tests that use moto in this process cannot wipe it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.variables = process_environment(f"http://127.0.0.1:{port}", "local", REGION)
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        with (folder / "moto.log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def begin(self) -> None:
        """Wait until it answers, and make the buckets that bootstrap/ and pipeline/ make."""
        s3 = boto3.client("s3", endpoint_url=self.variables["AWS_ENDPOINT_URL"], region_name=REGION,
                          aws_access_key_id="local", aws_secret_access_key="local")  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        for bucket in (STATE_BUCKET, SUMMARY_BUCKET):
            while True:
                try:
                    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
                    break
                except EndpointConnectionError:
                    assert time.monotonic() < deadline, "moto's server never answered"
                    time.sleep(0.1)

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)


class TinyProject:
    """One project folder; its state is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.environment = folder, "dev"
        self.root = folder / self.environment
        for subfolder in (self.root, folder / "lambda", folder / "files" / "steps"):
            subfolder.mkdir(parents=True)
        (self.root / "backend.tf").write_text(BACKEND % {"bucket": STATE_BUCKET, "name": folder.name, "region": REGION})
        (folder / "project.yaml").write_text("name: Tiny\n")
        (folder / "lambda" / "start.py").write_text("def handle(event, context): ...\n")
        (folder / "files" / "steps" / "__init__.py").write_text("")

    @property
    def plan(self) -> Path:
        """Where its plan lies."""
        return self.folder / "plan"

    def write(self, text: str) -> None:
        """What its environment is made of from now on."""
        (self.root / "main.tf").write_text(text)

    def allow(self, text: str) -> None:
        """What its allowed-destroys.yaml says from now on."""
        (self.folder / "allowed-destroys.yaml").write_text(text)

    def has_bucket(self, key: str) -> None:
        """Deploy one bucket without waiting for Terraform: make it, and write the state that knows it."""
        s3, name = boto3.client("s3"), f"tiny-{key}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        attributes = {"bucket": name, "id": name, "force_destroy": False}
        instance = {"index_key": key, "schema_version": 0, "attributes": attributes}
        provider = 'provider["registry.terraform.io/hashicorp/aws"]'
        resource = {"mode": "managed", "type": "aws_s3_bucket", "name": "this", "provider": provider}
        state = {"version": 4, "serial": 1, "lineage": name, "resources": [resource | {"instances": [instance]}]}
        s3.put_object(Bucket=STATE_BUCKET, Key=f"{self.folder.name}/terraform.tfstate", Body=json.dumps(state))

    def buckets(self) -> list[str]:
        """Every bucket that there is."""
        return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]

    def terraform(self) -> Terraform:
        """Terraform for its environment."""
        return Terraform(self.folder, self.environment)

    def in_another_build(self, folder: Path) -> "TinyProject":
        """The same sources in the folder of another build, without what this one made."""
        made_here = shutil.ignore_patterns(".delivery", "build", "plan", ".terraform*")
        shutil.copytree(self.folder, folder, ignore=made_here)
        other = object.__new__(TinyProject)
        other.folder, other.environment, other.root = folder, self.environment, folder / self.environment
        return other
