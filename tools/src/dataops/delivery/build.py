"""What pipeline/ tells a build by environment variables, and the AWS that the build may speak to with it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from ledger.keys import build_row
from ledger.ledger import Ledger
from ledger.timestamps import utc_now
from notifications.message import Message
from notifications.messages.pipeline import stopped
from notifications.notification import Notifications
from notifications.place import Place

from dataops.delivery.refusal import Refusal

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

    def refuse(self, subject: str, text: str) -> None:
        """Tell of a refusal; what it says matters more than that somebody could not be told."""
        message = stopped(self.place, self.variables.get("PIPELINE_EXECUTION", ""), subject, text)
        try:
            # Lambda tell_delivery knows the same notice: it tells of builds that end without a word.
            self.notify(message, "failed")
        except (ClientError, BotoCoreError) as error:
            print(f"This could not be sent to everybody: {error}")

    def notify(self, message: Message, notice: str) -> None:
        """Tell those who hear of it, once for this build, where pipeline/ says who does."""
        routes = self.variables.get("NOTIFICATION_ROUTES")
        if routes:
            ledger = Ledger(boto3.resource("dynamodb").meta.client, self.told("LEDGER_TABLE"), utc_now)
            notifications = Notifications(boto3.client("sns"), routes, ledger, self.told("PREFIX"))
            notifications.send_now(build_row(self.told("CODEBUILD_BUILD_ID")), notice, message)

    @property
    def place(self) -> Place:
        """What notifications are about."""
        return Place(self.variables.get("PREFIX", "pipeline"), self.variables.get("AWS_REGION", ""))


def this_build() -> Build:
    """The build that this process is part of."""
    return Build(os.environ)


def session_name(build: Build) -> str:
    """What CloudTrail calls a session: the execution that it is part of."""
    return SESSION_NAME.sub("-", build.variables.get("PIPELINE_EXECUTION") or "delivery")[:64]


def credentials_of(role: str | None, build: Build) -> dict[str, str]:
    """The environment variables that make an AWS client work as a role; none, where there is no role to assume."""
    if not role:
        return {}
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=session_name(build))["Credentials"]
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
