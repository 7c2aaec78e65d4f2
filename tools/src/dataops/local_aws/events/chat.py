"""Amazon Q Developer in chat applications: moto has no such service, so its configurations are kept here."""

import json
from typing import Any

from dataops.local_aws.request_model.check import RefusedRequestError

Configuration = dict[str, Any]
Answer = tuple[int, dict[str, Any]]
KINDS = {
    "slack": ("slack-channel", "SlackChannelConfigurations"),
    "ms-teams": ("ms-teams-channel", "TeamChannelConfigurations"),
}
# What lists the workspaces and teams that somebody has authorised.
WORKSPACES = {
    "describe-slack-workspaces": ("workspace", "SlackWorkspaces", ("SlackTeamId", "SlackTeamName")),
    "list-ms-teams-configured-teams": ("team", "ConfiguredTeams", ("TeamId", "TenantId")),
}
TAGGING = ("list-tags-for-resource", "tag-resource", "untag-resource")


class Chat:
    """Slack and Teams channels by their ARN, of every account."""

    def __init__(self) -> None:
        self.channels: dict[str, Configuration] = {}
        # What a person has authorised once in the console: Slack workspaces, and teams of Microsoft Teams.
        self.authorised: dict[str, list[str]] = {"workspace": [], "team": []}

    def answer(self, account: str, path: str, body: bytes) -> Answer:
        """The status and the content that answer one request of an account."""
        action, given = path.strip("/"), json.loads(body or b"{}")
        if action in TAGGING:
            return 200, self._tagged(action, given)
        if action in WORKSPACES:
            sort, part, members = WORKSPACES[action]
            return 200, {part: [dict.fromkeys(members, name) for name in self.authorised[sort]]}
        verb, _, rest = action.partition("-")
        kind = next((kind for kind in KINDS if rest.startswith(kind)), None)
        if kind is None or verb not in ("create", "update", "describe", "list", "get", "delete"):
            return 501, {"message": f"the local AWS cannot do chatbot {action}"}
        answer: Answer = getattr(self, f"_{verb}")(account, kind, given)
        return answer

    def _create(self, account: str, kind: str, given: Configuration) -> Answer:
        self._require_authorisation(kind, given)
        arn = f"{_prefix(account, kind)}{given['ConfigurationName']}"
        if arn in self.channels:
            raise RefusedRequestError("ConflictException", f"{given['ConfigurationName']} already exists", 409)
        # Only Slack and Microsoft know what a workspace and a channel are called: here each is called by its id.
        names = {"SlackTeamName": given.get("SlackTeamId"), "SlackChannelName": given.get("SlackChannelId")}
        fixed = {"ChatConfigurationArn": arn, "UserAuthorizationRequired": False, "LoggingLevel": "NONE"}
        fixed |= {"State": "ENABLED", "Tags": []}
        self.channels[arn] = fixed | (names if kind == "slack" else {}) | given
        return 201, {"ChannelConfiguration": self.channels[arn]}

    def _require_authorisation(self, kind: str, given: Configuration) -> None:
        """Amazon Q Developer in chat applications administrator guide, "Tutorial: Get started": a person does it once.

        AWS documents the code (InvalidRequestException), not its sentence.
        """
        sort, member = ("workspace", "SlackTeamId") if kind == "slack" else ("team", "TeamId")
        if given[member] not in self.authorised[sort]:
            sentence = (
                f"The {sort} {given[member]} is not authorized in this account: authorize it in the console first"
            )
            raise RefusedRequestError("InvalidRequestException", sentence)

    def _update(self, account: str, kind: str, given: Configuration) -> Answer:
        found = self._found(given["ChatConfigurationArn"])
        found |= given
        return 200, {"ChannelConfiguration": found}

    def _describe(self, account: str, kind: str, given: Configuration) -> Answer:
        wanted, prefix = given.get("ChatConfigurationArn"), _prefix(account, kind)
        found = [each for arn, each in self.channels.items() if arn.startswith(prefix) and wanted in (None, arn)]
        return 200, {KINDS[kind][1]: found}

    _list = _describe

    def _get(self, account: str, kind: str, given: Configuration) -> Answer:
        found = self.channels.get(given["ChatConfigurationArn"])
        return 200, {"ChannelConfiguration": found} if found else {}

    def _delete(self, account: str, kind: str, given: Configuration) -> Answer:
        del self.channels[self._found(given["ChatConfigurationArn"])["ChatConfigurationArn"]]
        return 204, {}

    def _found(self, arn: str) -> Configuration:
        if arn not in self.channels:
            raise RefusedRequestError("ResourceNotFoundException", f"{arn} was not found", 404)
        return self.channels[arn]

    def _tagged(self, action: str, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._found(given["ResourceARN"])
        changed = given.get("TagKeys") or [tag["TagKey"] for tag in given.get("Tags") or []]
        kept = [tag for tag in channel["Tags"] if tag["TagKey"] not in changed]
        channel["Tags"] = kept + (given.get("Tags") or [])
        return {"Tags": channel["Tags"]} if action == "list-tags-for-resource" else {}


def _prefix(account: str, kind: str) -> str:
    return f"arn:aws:chatbot::{account}:chat-configuration/{KINDS[kind][0]}/"
