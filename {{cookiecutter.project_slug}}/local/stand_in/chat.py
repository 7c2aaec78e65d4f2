"""Amazon Q Developer in chat applications: moto has no such service, so its configurations are kept here."""

import json
from typing import Any

Configuration = dict[str, Any]
KINDS = {
    "slack": ("slack-channel", "SlackChannelConfigurations"),
    "ms-teams": ("ms-teams-channel", "TeamChannelConfigurations"),
}
# What lists the workspaces and teams that somebody has authorised.
WORKSPACES = {
    "describe-slack-workspaces": ("workspace", "SlackWorkspaces", ("SlackTeamId", "SlackTeamName")),
    "list-ms-teams-configured-teams": ("team", "ConfiguredTeams", ("TeamId", "TenantId")),
}


class Chat:
    """Slack and Teams channels by their ARN."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.channels: dict[str, Configuration] = {}
        self.tags: dict[str, dict[str, str]] = {}
        # What a person has authorised once in the console: Slack workspaces, and teams of Microsoft Teams.
        self.authorised: dict[str, list[str]] = {"workspace": [], "team": []}

    def answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status and the content that answer one request."""
        action, given = path.strip("/"), json.loads(body or b"{}")
        if action.endswith(("tags-for-resource", "tag-resource")):
            return 200, self._tagged(action, given)
        if action in WORKSPACES:
            sort, part, members = WORKSPACES[action]
            return 200, {part: [dict.fromkeys(members, name) for name in self.authorised[sort]]}
        verb, _, rest = action.partition("-")
        kind = next((kind for kind in KINDS if rest.startswith(kind)), None)
        if kind is None or verb not in ("create", "update", "describe", "list", "get", "delete"):
            return 501, {"message": f"the local AWS cannot do chatbot {action}"}
        return getattr(self, f"_{verb}")(kind, given)

    def _create(self, kind: str, given: Configuration) -> tuple[int, Configuration]:
        arn = f"arn:aws:chatbot::{self.account}:chat-configuration/{KINDS[kind][0]}/{given['ConfigurationName']}"
        self.tags[arn] = {tag["TagKey"]: tag["TagValue"] for tag in given.pop("Tags", None) or []}
        names = {"SlackTeamName": given.get("SlackTeamId"), "SlackChannelName": given.get("SlackChannelId")}
        fixed = {"ChatConfigurationArn": arn, "UserAuthorizationRequired": False, "LoggingLevel": "NONE"}
        self.channels[arn] = fixed | (names if kind == "slack" else {}) | given
        return 201, {"ChannelConfiguration": self.channels[arn]}

    def _update(self, kind: str, given: Configuration) -> tuple[int, Configuration]:
        found = self.channels[given["ChatConfigurationArn"]]
        found |= given
        return 200, {"ChannelConfiguration": found}

    def _describe(self, kind: str, given: Configuration) -> tuple[int, Configuration]:
        wanted = given.get("ChatConfigurationArn")
        prefix = f"arn:aws:chatbot::{self.account}:chat-configuration/{KINDS[kind][0]}/"
        found = [each for arn, each in self.channels.items() if arn.startswith(prefix) and wanted in (None, arn)]
        return 200, {KINDS[kind][1]: found}

    _list = _describe

    def _get(self, kind: str, given: Configuration) -> tuple[int, Configuration]:
        found = self.channels.get(given["ChatConfigurationArn"])
        return 200, {"ChannelConfiguration": found} if found else {}

    def _delete(self, kind: str, given: Configuration) -> tuple[int, Configuration]:
        self.channels.pop(given["ChatConfigurationArn"], None)
        return 204, {}

    def _tagged(self, action: str, given: dict[str, Any]) -> dict[str, Any]:
        tags = self.tags.setdefault(given["ResourceARN"], {})
        if action == "tag-resource":
            tags |= {tag["TagKey"]: tag["TagValue"] for tag in given["Tags"]}
        elif action == "untag-resource":
            for name in given["TagKeys"]:
                tags.pop(name, None)
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in tags.items()]}
