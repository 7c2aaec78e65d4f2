"""Amazon SNS: subjects, topics of another region, and the principals of a topic's policy."""

import re

from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.principals import unknown_principal

INVALID = "InvalidParameter"
# SNS API Reference, Publish: "ASCII text that begins with a letter, number, or punctuation mark; must not include line
# breaks or control characters; and must be less than 100 characters long".
SUBJECT = re.compile(r"[!-~][ -~]{0,98}")


def subject_is_one_line_of_ascii(call: Call) -> None:
    """A subject that a mail could not carry."""
    subject = call.given.get("Subject")
    if subject is not None and not SUBJECT.fullmatch(subject):
        refuse(INVALID, "Invalid parameter: Subject")


def topic_is_of_this_region(call: Call) -> None:
    """A topic is reached in its own region only (mozilla/security#8 shows the sentence)."""
    arn = str(call.given.get("TopicArn") or call.given.get("TargetArn") or "").split(":")
    if len(arn) == 6 and arn[3] != call.caller.region:
        refuse(INVALID, "Invalid parameter: TopicArn")


def principals_exist(call: Call) -> None:
    """hashicorp/terraform-provider-aws#26041 shows the sentence."""
    is_policy = call.given.get("AttributeName") == "Policy"
    policy = call.given.get("AttributeValue") if is_policy else (call.given.get("Attributes") or {}).get("Policy")
    if policy and unknown_principal(call.caller, policy):
        refuse(INVALID, "Invalid parameter: Policy Error: PrincipalNotFound")


REFUSALS: Rules = {
    "Publish": (topic_is_of_this_region, subject_is_one_line_of_ascii),
    "PublishBatch": (topic_is_of_this_region,),
    "Subscribe": (topic_is_of_this_region,),
    "CreateTopic": (principals_exist,),
    "SetTopicAttributes": (topic_is_of_this_region, principals_exist),
}
