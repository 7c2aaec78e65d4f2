"""Runs inside a generated project, in a process of its own: its real roles use a key that is the client's.

A local AWS is bootstrapped and gets the roles of an environment and of the pipeline. A topic, a secret and the Data
Catalog are encrypted with a key that bootstrap/ has not made; then each role makes real calls, which the local AWS
evaluates. Prints as JSON what each call was refused with, with the key in `kms_keys` and without.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import build_archives
import yaml
from botocore.exceptions import ClientError
from dataops.local_platform import way_to_s3_control
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied
from dataops.project.job_settings import settings_of_all
from dataops.project.terraform import Terraform

Calls = dict[str, Callable[[Any], Any]]
ROLES = {
    "dev": ["lambda", "lambda_network", "glue", "glue_network"],
    DELIVERY: ["lambda", "build"],
}


class Client:
    """What the client's account has, and what asks for its key."""

    def __init__(self, played: LocalDelivery, key: str, topic: str) -> None:
        self.played, self.key, self.topic = played, key, topic
        self.names, self.prefix = played.settings["dev"]["names"], played.settings["dev"]["prefix"]
        self.output = played.settings["dev"]["buckets"]["output"]

    def encrypt(self) -> None:
        """Encrypt with the key whatever roles call: what a project may find there, and what no document lets them."""
        self.owner("sns").set_topic_attributes(
            TopicArn=self.topic, AttributeName="KmsMasterKeyId", AttributeValue=self.key
        )
        self.owner("secretsmanager").update_secret(SecretId="sales", KmsKeyId=self.key)
        catalog = {"EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": self.key}}
        glue = self.owner("glue")
        glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=catalog)
        glue.create_database(DatabaseInput={"Name": self.names["database"]})
        for table in ("raw_orders", "orders"):
            glue.create_table(DatabaseName=self.names["database"], TableInput={"Name": table})
        attributes = {"KmsMasterKeyId": self.key}
        self.queue = self.owner("sqs").create_queue(QueueName=self.names["queue"], Attributes=attributes)["QueueUrl"]
        location = {"LocationConstraint": self.played.account_of("dev").region}
        self.owner("s3").create_bucket(Bucket=self.output, CreateBucketConfiguration=location)

    def owner(self, service: str) -> Any:
        return self.played.client(service, "dev")

    @property
    def calls(self) -> Calls:
        """What is called, by the name of what is encrypted."""
        of_the_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key}
        tables = {"DatabaseName": self.names["database"]}
        return {
            "topic": lambda role: role("sns").publish(TopicArn=self.topic, Message="It failed."),
            "secret": lambda role: role("secretsmanager").get_secret_value(SecretId="sales"),
            "crawled table": lambda role: role("glue").get_table(Name="raw_orders", **tables),
            "view": lambda role: role("glue").get_table(Name="orders", **tables),
            "queue": lambda role: role("sqs").receive_message(QueueUrl=self.queue),
            "object": lambda role: role("s3").put_object(
                Bucket=self.output, Key="orders/a.parquet", Body=b"1", **of_the_key
            ),
            "the key itself": lambda role: role("kms").generate_data_key(KeyId=self.key, KeySpec="AES_256"),
        }

    def outcomes(self) -> dict[str, dict[str, str]]:
        """What each role of the project was refused with, by call; nothing where it was answered."""
        iam = self.owner("iam")
        pages = iam.get_paginator("list_roles").paginate()
        names = [role["RoleName"] for page in pages for role in page["Roles"]]
        slug = self.played.settings["dev"]["project"]["slug"]
        ours = [name for name in names if name.startswith((f"{self.prefix}-", f"{slug}-pipeline-"))]
        return {name: self.refusals(iam, name) for name in ours if "-deploy-" not in name}

    def refusals(self, iam: Any, name: str) -> dict[str, str]:
        """The same of one role, which this process may take: its policies and its boundary stay as they were made."""
        account = self.played.account_of("dev").account
        trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"], name
        given = self.owner("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="walk")
        session = given["Credentials"]
        keys = {"aws_access_key_id": session["AccessKeyId"], "aws_secret_access_key": session["SecretAccessKey"]}
        access = self.played.account_of("dev").access | keys | {"aws_session_token": session["SessionToken"]}
        return {
            what: refusal(call, lambda service: boto3.client(service, **access)) for what, call in self.calls.items()
        }


def refusal(call: Callable[[Any], Any], role: Callable[[str], Any]) -> str:
    """What a call is refused with."""
    try:
        call(role)
    except ClientError as error:
        return str(error)
    return ""


def deploy(played: LocalDelivery, settings: dict[str, Any]) -> None:
    """Make the roles of the environment and of the pipeline as project.yaml now says, within their boundaries."""
    (played.project / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    build_archives.main(played.project)
    for name, policies in ROLES.items():
        # What is called is there already, which the doctor would refuse.
        command = [sys.executable, "-m", "dataops", "bootstrap", "--environment", name, "--yes", "--skip-doctor"]
        own = played.account_of(name).process_environment | way_to_s3_control(played.platform.address)
        done = subprocess.run(
            command, cwd=played.project, env=os.environ | own, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        module = "" if name == DELIVERY else "module.environment."
        workspace = played.platform.folder / f"terraform-{name}"
        terraform = Terraform(played.project / name, workspace, played.account_of(name).process_environment)
        terraform.init()
        terraform.apply(lambda *_: None, *(f"-target={module}aws_iam_role_policy.{each}" for each in policies))


def main(path: Path, topic: str) -> None:
    """Give the project a key, use it, and take it away again."""
    given = json.loads(path.read_text(encoding="utf-8"))
    project = copied(Path(".local/walk").resolve() / "project")
    (project / "project.yaml").write_text(yaml.safe_dump(given, sort_keys=False), encoding="utf-8")
    settings = settings_of_all(project)
    with alone(DELIVERY):
        try:
            played = LocalDelivery(start_delivery(settings, None), settings, project)
            key = played.client("kms", "dev").create_key()["KeyMetadata"]["Arn"]
            client = Client(played, key, topic)
            client.encrypt()
            found = {}
            for name, keys in (("named", [key]), ("not named", [])):
                deploy(played, given | {"kms_keys": keys})
                found[name] = client.outcomes()
            print(json.dumps(found))
        finally:
            down(DELIVERY)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
