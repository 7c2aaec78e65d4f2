"""Connections to other git hosts: they are kept, and what is behind one is a repository on this machine."""

from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.repositories import Repository
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]


class Connections:
    """The connections of one account and region, and CodeConnections' calls about them."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.by_arn: dict[str, Content] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.repositories: dict[str, Repository] = {}

    def repository(self, arn: str, name: str) -> Repository:
        """The repository `owner/name` behind a connection."""
        if name not in self.repositories:
            self.repositories[name] = Repository(self.aws, name, "")
            self.repositories[name].git.create()
        return self.repositories[name]

    def create_connection(self, caller: Caller, given: Content) -> Content:
        arn = f"arn:aws:codeconnections:{self.aws.region}:{self.aws.account}:connection/{uuid4()}"
        self.by_arn[arn] = {
            "ConnectionName": given["ConnectionName"],
            "ConnectionArn": arn,
            "ProviderType": given.get("ProviderType", ""),
            "OwnerAccountId": self.aws.account,
            "ConnectionStatus": "PENDING",
        }
        self.tags[arn] = {tag["Key"]: tag["Value"] for tag in given.get("Tags") or []}
        return {"ConnectionArn": arn, "Tags": given.get("Tags") or []}

    def get_connection(self, caller: Caller, given: Content) -> Content:
        if given["ConnectionArn"] not in self.by_arn:
            raise RefusedError("ResourceNotFoundException", f"Connection {given['ConnectionArn']} not found")
        return {"Connection": self.by_arn[given["ConnectionArn"]]}

    def list_connections(self, caller: Caller, given: Content) -> Content:
        return {"Connections": list(self.by_arn.values())}

    def delete_connection(self, caller: Caller, given: Content) -> Content:
        self.by_arn.pop(given["ConnectionArn"], None)
        return {}

    def list_tags_for_resource(self, caller: Caller, given: Content) -> Content:
        found = self.tags.get(given["ResourceArn"], {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(found.items())]}

    def tag_resource(self, caller: Caller, given: Content) -> Content:
        self.tags.setdefault(given["ResourceArn"], {}).update({tag["Key"]: tag["Value"] for tag in given["Tags"]})
        return {}

    def untag_resource(self, caller: Caller, given: Content) -> Content:
        for key in given["TagKeys"]:
            self.tags.get(given["ResourceArn"], {}).pop(key, None)
        return {}
