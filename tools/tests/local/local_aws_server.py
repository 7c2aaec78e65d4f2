"""The real local AWS in a process of its own, without Terraform, for tests that call it as any client does."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from dataops.local_platform import Platform, noted
from dataops.project import PROJECT
from dataops.project.control import ask

ACCOUNT, OTHER_ACCOUNT, REGION = "111111111111", "222222222222", "eu-west-1"
STATE_BUCKET = "acme-state"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
PATIENCE_SECONDS = 300
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], what: str = "") -> Found:
    """The result of `look`, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"never came: {what or look}"
        time.sleep(0.1)
    return found


def start(folder: Path, *options: str, **shell: str) -> "Server":
    """Start a server in a folder and wait until it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dataops.local_aws.server.server", "--environment", "test"]
    command += [word for account in (ACCOUNT, OTHER_ACCOUNT) for word in ("--account-region", f"{account}/{REGION}")]
    command += ["--folder", str(folder), "--retry-after", "[0.2, 0.2]"]
    machine = json.dumps({"PATH": os.environ["PATH"]})
    existing = {"state_buckets": [(ACCOUNT, REGION, STATE_BUCKET)], "networks": [], "topics": {}, "roles": []}
    with (folder / "platform.log").open("w") as log:
        process = subprocess.Popen(
            [
                *command,
                "--existing-resources",
                json.dumps(existing),
                "--build-environment",
                machine,
                *options,
            ],
            cwd=PROJECT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | shell,
            stdout=log,
            stderr=log,
        )
    platform = eventually(lambda: noted(folder), f"the note in {folder}")
    assert platform
    server = Server(platform, process, folder)
    for account in (ACCOUNT, OTHER_ACCOUNT):
        server.role(ROLE.rpartition("/")[2], account, "logs:*", "sns:*", "sqs:*", "s3:*", "ec2:*", "xray:*")
    return server


class Server:
    """A running server, and the helpers of its tests."""

    def __init__(self, platform: Platform, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self.platform, self.process, self.folder = platform, process, folder

    def client(self, service: str, account: str = ACCOUNT) -> Any:
        """A client of the owner of an account, without retries."""
        once = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=32)
        return boto3.client(service, **self.platform.access | {"config": once, "aws_access_key_id": account})

    def ask(self, question: str, **given: Any) -> dict[str, Any]:
        """Call one of the platform's own operations."""
        return ask(self.platform, question, **given)

    def settle(self) -> None:
        """Wait until nothing is in progress."""
        eventually(lambda: not self.ask("status")["busy"], "rest")

    def end(self) -> None:
        """End it as the system does when a machine is shut down."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)

    def role(self, name: str, account: str, *actions: str) -> str:
        """Create a role that Lambda and Glue may assume, with some permissions; return its ARN."""
        services = ["lambda.amazonaws.com", "glue.amazonaws.com"]
        trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam, version = self.client("iam", account), "2012-10-17"
        text = json.dumps({"Version": version, "Statement": [trust]})
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)["Role"]["Arn"]
        text = json.dumps({"Version": version, "Statement": [may]})
        iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=text)
        return str(made)

    def function(self, name: str, source: str, account: str = ACCOUNT, **settings: Any) -> str:
        """Deploy a Lambda whose handler is `handle` in a module of the function's name; return its ARN."""
        deployed = self.client("lambda", account).create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE.replace(ACCOUNT, account),
            Handler=settings.pop("Handler", f"{name}.handle"),
            Code={"ZipFile": archive({f"{name}.py": source})},
            **settings,
        )
        self.client("logs", account).create_log_group(logGroupName=f"/aws/lambda/{name}")
        return str(deployed["FunctionArn"])

    def invoke(self, name: str, event: Any = None, account: str = ACCOUNT) -> Any:
        """The payload of a synchronous call."""
        answer = self.client("lambda", account).invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def queue(self, name: str, policy: dict[str, Any] | None = None, account: str = ACCOUNT) -> str:
        """Create a queue; return its ARN."""
        attributes = {"Policy": json.dumps(policy)} if policy else {}
        self.client("sqs", account).create_queue(QueueName=name, Attributes=attributes)
        return f"arn:aws:sqs:{REGION}:{account}:{name}"

    def messages(self, arn: str, account: str = ACCOUNT) -> list[dict[str, Any]]:
        """Receive the messages of a queue."""
        sqs = self.client("sqs", account)
        address = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        answer = sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def logged(self, group: str) -> list[str]:
        """The lines of a log group."""
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"] for event in events]


def archive(files: dict[str, str]) -> bytes:
    """A Lambda archive with some files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        for name, text in files.items():
            written.writestr(name, text)
    return packed.getvalue()


def policy_for(service: str, action: str, resource: str = "*") -> dict[str, Any]:
    """A resource policy that lets one service do one thing."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}
