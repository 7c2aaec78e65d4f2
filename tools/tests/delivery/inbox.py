"""A topic that the pipeline notifies by, the ledger that remembers it, and what people got."""

import json
from typing import Any

import boto3


class Inbox:
    """An SNS topic with a queue behind it, and a ledger that knows of nothing yet."""

    def __init__(self, name: str) -> None:
        self.name = name
        boto3.client("dynamodb").create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "file", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "file", "AttributeType": "S"}],
        )
        self.sqs = boto3.client("sqs")
        self.topic = boto3.client("sns").create_topic(Name=name)["TopicArn"]
        self.address = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = self.topic.replace(":sns:", ":sqs:")
        boto3.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue)

    @property
    def routes(self) -> str:
        """The variables that pipeline/ gives a build; this inbox receives everything."""
        kinds = ["approval needed", "pipeline succeeded", "pipeline failed", "drift found"]
        return json.dumps([{"form": "text", "kinds": kinds, "topics": [self.topic]}])

    @property
    def variables(self) -> dict[str, str]:
        """The variables that a build needs to tell people; CodeBuild gives each build an id."""
        variables = {"NOTIFICATION_ROUTES": self.routes, "PREFIX": "acme-pipeline", "LEDGER_TABLE": self.name}
        return variables | {"CODEBUILD_BUILD_ID": f"acme-pipeline-build:{self.name}"}

    def messages(self) -> list[tuple[str, str]]:
        """Subject and text of everything that came since the last look; each says of which kind it is."""
        found: list[tuple[str, str]] = []
        while received := self.sqs.receive_message(QueueUrl=self.address, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                self.sqs.delete_message(QueueUrl=self.address, ReceiptHandle=message["ReceiptHandle"])
                sent: dict[str, Any] = json.loads(message["Body"])
                assert sent["MessageAttributes"]["kind"]["Value"]
                found.append((sent["Subject"], sent["Message"]))
        return found
