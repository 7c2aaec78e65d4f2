"""The environment variables that pipeline/ sets for a build, and the AWS access of the build."""

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
from notifications.origin import Origin

from dataops.delivery.refusal import Refusal

SESSION_NAME = re.compile(r"[^\w+=,.@-]")


@dataclass(frozen=True)
class Build:
    """One run of a build project; on a person's machine most of it is empty."""

    variables: Mapping[str, str]

    def variable(self, name: str) -> str:
        """Return a variable that this build requires."""
        if not self.variables.get(name):
            raise Refusal(f"This build has no {name}: the pipeline sets it. Start the build from the pipeline.")
        return self.variables[name]

    @property
    def environment(self) -> str:
        """The environment that the build is for."""
        return self.variable("ENVIRONMENT")

    @property
    def commit(self) -> str:
        """The commit of the sources."""
        return self.variable("COMMIT")

    @property
    def execution(self) -> str:
        """The pipeline execution, which is also the folder of its summaries."""
        return self.variable("PIPELINE_EXECUTION")

    @property
    def summary_bucket(self) -> str:
        """The bucket of summaries and of the record of deployed commits."""
        return self.variable("SUMMARY_BUCKET")

    def refuse(self, subject: str, text: str) -> None:
        """Notify of a refusal; a failure to notify does not hide the refusal."""
        message = stopped(self.origin, self.variables.get("PIPELINE_EXECUTION", ""), subject, text)
        try:
            # Lambda tell_delivery uses the same row: it notifies of builds that end without a notification.
            self.notify(message, "failed")
        except (ClientError, BotoCoreError) as error:
            print(f"This could not be sent to everybody: {error}")

    def notify(self, message: Message, name: str) -> None:
        """Notify the recipients, once for this build, if pipeline/ configures any."""
        routes = self.variables.get("NOTIFICATION_ROUTES")
        if routes:
            ledger = Ledger(boto3.resource("dynamodb").meta.client, self.variable("LEDGER_TABLE"), utc_now)
            notifications = Notifications(boto3.client("sns"), routes, ledger, self.variable("PREFIX"))
            notifications.send_now(build_row(self.variable("CODEBUILD_BUILD_ID")), name, message)

    @property
    def origin(self) -> Origin:
        """The origin of notifications."""
        return Origin(self.variables.get("PREFIX", "pipeline"), self.variables.get("AWS_REGION", ""))


def this_build() -> Build:
    """Return the build that this process is part of."""
    return Build(os.environ)


def session_name(build: Build) -> str:
    """Return the session name for CloudTrail: the execution that the build is part of."""
    return SESSION_NAME.sub("-", build.variables.get("PIPELINE_EXECUTION") or "delivery")[:64]


def credentials_of(role: str | None, build: Build) -> dict[str, str]:
    """Return the environment variables of an AWS client with a role; none if there is no role to assume."""
    if not role:
        return {}
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=session_name(build))["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def access_of(credentials: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return the same credentials as boto3's arguments."""
    named = {
        "aws_access_key_id": credentials.get("AWS_ACCESS_KEY_ID"),
        "aws_secret_access_key": credentials.get("AWS_SECRET_ACCESS_KEY"),
        "aws_session_token": credentials.get("AWS_SESSION_TOKEN"),
    }
    return {"region_name": region} | {name: value for name, value in named.items() if value}
