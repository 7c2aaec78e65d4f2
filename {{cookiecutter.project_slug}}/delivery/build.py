"""What pipeline/ tells a build by environment variables, and the AWS that the build may speak to with it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from notification import clean_subject

from delivery.refusal import Refusal

SESSION_NAME = re.compile(r"[^\w+=,.@-]")


@dataclass(frozen=True)
class Build:
    """One run of a build project; on a person's machine most of it is empty."""

    variables: Mapping[str, str]

    def told(self, name: str) -> str:
        """A variable that this build cannot do without."""
        if not self.variables.get(name):
            raise Refusal(f"This build was not told its {name}: pipeline/ sets it, so start it from the pipeline.")
        return self.variables[name]

    @property
    def environment(self) -> str:
        """The environment that the build is for."""
        return self.told("ENVIRONMENT")

    @property
    def commit(self) -> str:
        """The commit whose sources lie here."""
        return self.told("COMMIT")

    @property
    def execution(self) -> str:
        """The pipeline execution, the folder of its summaries."""
        return self.told("PIPELINE_EXECUTION")

    @property
    def summary_bucket(self) -> str:
        """Where summaries and the record of deployed commits lie."""
        return self.told("SUMMARY_BUCKET")

    @property
    def region(self) -> str:
        """The region of the delivery account that the build runs in."""
        return self.told("AWS_REGION")

    def publish(self, kind: str, subject: str, text: str) -> None:
        """Notify whoever hears of a kind (modules/project/notification.tf has them), where the pipeline has a topic."""
        topic = self.variables.get("NOTIFICATION_TOPIC")
        if topic:
            boto3.client("sns").publish(
                TopicArn=topic,
                Subject=clean_subject(subject),
                Message=text,
                MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
            )


def this_build() -> Build:
    """The build that this process is part of."""
    return Build(os.environ)


def credentials_of(role: str | None, build: Build) -> dict[str, str]:
    """The environment variables that make an AWS client work as a role; none, where there is no role to assume."""
    if not role:
        return {}
    name = SESSION_NAME.sub("-", build.variables.get("PIPELINE_EXECUTION") or "delivery")[:64]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def access_of(credentials: Mapping[str, str], region: str) -> dict[str, Any]:
    """The same credentials as boto3's arguments."""
    named = {
        "aws_access_key_id": credentials.get("AWS_ACCESS_KEY_ID"),
        "aws_secret_access_key": credentials.get("AWS_SECRET_ACCESS_KEY"),
        "aws_session_token": credentials.get("AWS_SESSION_TOKEN"),
    }
    return {"region_name": region} | {name: value for name, value in named.items() if value}
