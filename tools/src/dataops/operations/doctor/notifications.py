"""Checks the targets of notifications: what AWS refuses to deliver, and what a person has to do once by hand."""

from typing import Any

from dataops.operations.doctor.catalog import NAME_THE_KEY
from dataops.operations.doctor.check import Check, known_in, or_reason, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.identity import partition_of
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

AWS_OWNED = "alias/aws/sns"
CONSOLE = 'Authorise it once: console of Amazon Q Developer in chat applications, "Configure new client".'
SERVICE_ROLE, SERVICE_OF_THE_ROLE = "AWSServiceRoleForAWSChatbot", "management.chatbot.amazonaws.com"
# Amazon Q Developer in chat applications is one service for all regions; its endpoint is here.
CHAT_REGION = "us-east-2"


def read_topics(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the attributes of each existing topic, or None if it is missing; topics of other regions are not read."""
    missing = ("NotFound", "NotFoundException")

    def read(arn: str) -> Any:
        is_here = arn.split(":")[3] == needs.region
        return reader.ask("sns", "GetTopicAttributes", missing, TopicArn=arn) if is_here else {}

    return read_each([target["arn"] for target in needs.targets_of("topic")], read)


def check_topics(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check topics: in the environment's region, not FIFO, encrypted with no key that this project may not use."""
    findings = [finding for arn, topic in known_in(found) for finding in check_topic(needs, arn, topic)]
    return [*findings, *reasons_in(found)] or [fine(f"{', '.join(found)}: there")]


def check_topic(needs: Needs, arn: str, topic: dict[str, Any] | None) -> list[Finding]:
    """Return what is wrong with one topic."""
    partition, region = arn.split(":")[1], arn.split(":")[3]
    correct = "Correct its ARN under `notifications` in project.yaml, or limit the target to other `environments`."
    if (partition, region) != (partition_of(needs.region), needs.region):
        says = f"Topic {arn} is in {region}, {needs.environment} in {needs.region}: no alarm there can publish to it."
        return [fails(says, correct)]
    if topic is None:
        return [fails(f"There is no topic {arn}.", correct)]
    attributes = topic["Attributes"]
    if attributes.get("FifoTopic") == "true":
        return [fails(f"Topic {arn} is a FIFO topic: alarms publish to standard topics only.", correct)]
    key = attributes.get("KmsMasterKeyId", "")
    if key.endswith(AWS_OWNED):
        says = f"Topic {arn} is encrypted with {AWS_OWNED}, to which AWS lets no alarm publish."
        return [look(says, "The alarm notify-failing does not reach it. Encrypt it with a key of its owner's instead.")]
    if key and not {key, f"arn:{partition}:kms:{region}:{arn.split(':')[4]}:key/{key}"} & {*needs.foreign_keys}:
        return [fails(f"Topic {arn} is encrypted with {key}, which no role of this project may use.", NAME_THE_KEY)]
    return []


def read_sms(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read whether the account may send to any number, else its verified numbers."""
    if not reader.ask("sns", "GetSMSSandboxAccountStatus")["IsInSandbox"]:
        return {"is_in_sandbox": False, "verified": []}
    numbers = reader.ask_all("sns", "ListSMSSandboxPhoneNumbers", "PhoneNumbers")
    return {
        "is_in_sandbox": True,
        "verified": [each["PhoneNumber"] for each in numbers if each["Status"] == "Verified"],
    }


def check_sms(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check SMS: in the sandbox, SNS drops a message to a number that is not verified."""
    numbers = [target["endpoint"] for target in needs.targets_of("sms")]
    silent = [number for number in numbers if number not in found["verified"]]
    if not found["is_in_sandbox"]:
        return [fine("the account has left the SMS sandbox")]
    if not silent:
        return [fine("the account is in the SMS sandbox, and every number is verified")]
    says = f"The account is in the SMS sandbox: {', '.join(silent)} receives nothing."
    return [look(says, "Verify the numbers, or leave the sandbox: console of SNS, Text messaging (SMS).")]


def read_chat(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the authorised workspaces and teams, and whether the service has its role."""
    found: dict[str, Any] = {"slack": None, "teams": None}
    if needs.targets_of("slack"):
        answer = reader.ask("chatbot", "DescribeSlackWorkspaces", region=chat_region(needs)) or {}
        found["slack"] = [each["SlackTeamId"] for each in answer.get("SlackWorkspaces", [])]
    if needs.targets_of("teams"):
        answer = reader.ask("chatbot", "ListMicrosoftTeamsConfiguredTeams", region=chat_region(needs)) or {}
        found["teams"] = [each["TeamId"] for each in answer.get("ConfiguredTeams", [])]
    found["role"] = or_reason(lambda: reader.ask("iam", "GetRole", ("NoSuchEntity",), RoleName=SERVICE_ROLE))
    return found


def chat_region(needs: Needs) -> str:
    """Return the region of the service's endpoint: the service is global."""
    return CHAT_REGION


def check_chat(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check chats: a channel can be configured in an authorised workspace only."""
    wanted = {("Slack workspace", each["workspace"], "slack") for each in needs.targets_of("slack")}
    wanted |= {("Microsoft Teams team", each["team"], "teams") for each in needs.targets_of("teams")}
    findings = [
        fails(f"{kind} {name} is not authorised in account {needs.account}.", CONSOLE)
        for kind, name, protocol in sorted(wanted)
        if name not in found[protocol]
    ]
    if found["role"] is None:
        advice = f"aws iam create-service-linked-role --aws-service-name {SERVICE_OF_THE_ROLE}"
        findings.append(look(f"The service-linked role {SERVICE_ROLE} is not there yet.", advice))
    findings += reasons_in({"role": found["role"]})
    return findings or [fine(f"{len(wanted)} authorised")]


CHECKS = [
    Check("topics", read_topics, check_topics, lambda needs: bool(needs.targets_of("topic"))),
    Check("SMS", read_sms, check_sms, lambda needs: bool(needs.targets_of("sms"))),
    Check("chat", read_chat, check_chat, lambda needs: bool(needs.targets_of("slack") or needs.targets_of("teams"))),
]
