"""Chat channels are kept by account, with their tags, and only where somebody has authorised the workspace."""

import json
from typing import Any

import pytest

from dataops.local_aws.events.chat import Chat
from dataops.local_aws.request_model.check import RefusedRequestError

ACCOUNT, OTHER_ACCOUNT = "111111111111", "222222222222"
SLACK: dict[str, Any] = {
    "ConfigurationName": "alerts",
    "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/chat",
    "SlackTeamId": "T0123",
    "SlackChannelId": "C0123",
    "SnsTopicArns": [],
    "Tags": [{"TagKey": "Project", "TagValue": "acme"}],
}
ARN = f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/slack-channel/alerts"


@pytest.fixture
def chat() -> Chat:
    made = Chat()
    made.authorised |= {"workspace": ["T0123"], "team": []}
    return made


def ask(chat: Chat, action: str, account: str = ACCOUNT, **given: Any) -> Any:
    return chat.answer(account, f"/{action}", json.dumps(given).encode())[1]


def test_a_channel_keeps_its_tags_and_shows_them(chat: Chat) -> None:
    ask(chat, "create-slack-channel-configuration", **SLACK)
    ask(chat, "tag-resource", ResourceARN=ARN, Tags=[{"TagKey": "Owner", "TagValue": "data"}])
    ask(chat, "tag-resource", ResourceARN=ARN, Tags=[{"TagKey": "Project", "TagValue": "other"}])

    tags = ask(chat, "list-tags-for-resource", ResourceARN=ARN)["Tags"]
    (shown,) = ask(chat, "describe-slack-channel-configurations")["SlackChannelConfigurations"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {"Project": "other", "Owner": "data"}
    assert shown["Tags"] == tags

    ask(chat, "untag-resource", ResourceARN=ARN, TagKeys=["Owner", "Project"])
    assert ask(chat, "list-tags-for-resource", ResourceARN=ARN)["Tags"] == []


def test_an_account_has_channels_of_its_own(chat: Chat) -> None:
    ask(chat, "create-slack-channel-configuration", **SLACK)
    made = ask(chat, "create-slack-channel-configuration", OTHER_ACCOUNT, **SLACK)

    assert made["ChannelConfiguration"]["ChatConfigurationArn"] == ARN.replace(ACCOUNT, OTHER_ACCOUNT)
    assert len(ask(chat, "describe-slack-channel-configurations")["SlackChannelConfigurations"]) == 1


def test_a_workspace_that_nobody_authorised_is_refused(chat: Chat) -> None:
    with pytest.raises(RefusedRequestError, match="The workspace T9999 is not authorized in this account") as error:
        ask(chat, "create-slack-channel-configuration", **SLACK | {"SlackTeamId": "T9999"})

    assert error.value.code == "InvalidRequestException"


def test_a_channel_that_is_there_is_not_made_again_and_one_that_is_not_there_is_not_found(chat: Chat) -> None:
    ask(chat, "create-slack-channel-configuration", **SLACK)

    with pytest.raises(RefusedRequestError, match="alerts already exists"):
        ask(chat, "create-slack-channel-configuration", **SLACK)
    for action in ("update-slack-channel-configuration", "delete-slack-channel-configuration"):
        with pytest.raises(RefusedRequestError, match="was not found"):
            ask(chat, action, ChatConfigurationArn=f"{ARN}-gone")
