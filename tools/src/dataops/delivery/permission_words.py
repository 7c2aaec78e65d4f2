"""The words of permissions: what is highlighted, and what the holder of a permission is called."""

from dataops.delivery.change import UNKNOWN_CHANGE, Change

# What is unusual enough to be read first; these words stand in the sentences.
ANYBODY, ANY_ACTION, ANY_RESOURCE, ANOTHER_ACCOUNT = "ANYBODY", "ANY ACTION", "ANY RESOURCE", "ANOTHER ACCOUNT"
UNKNOWN, NO_BOUNDARY, LIFTED = "KNOWN ONLY AFTER THE APPLY", "WITHOUT A BOUNDARY", "NO LONGER FORBIDDEN"
ANY_ADDRESS, NOT_SHOWN = "ANY ADDRESS", "NOT SHOWN"
OUTSIDE_IDENTITY, OUTSIDE_NETWORK = "AN IDENTITY THAT IS NOT AWS'S", "OUTSIDE OF THE NETWORK"
HIGHLIGHTS = (
    ANYBODY, ANY_ACTION, ANY_RESOURCE, ANOTHER_ACCOUNT, UNKNOWN, NO_BOUNDARY, LIFTED, ANY_ADDRESS, NOT_SHOWN,
    OUTSIDE_IDENTITY, OUTSIDE_NETWORK, UNKNOWN_CHANGE,
)  # fmt: skip
# By which attribute a thing is known to people, and what it is called.
THINGS = {
    "aws_iam_role": ("role", "name"),
    "aws_iam_policy": ("managed policy", "name"),
    "aws_iam_user": ("user", "name"),
    "aws_kms_key": ("key", "description"),
    "aws_kms_key_policy": ("key", "key_id"),
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_s3_bucket_policy": ("bucket", "bucket"),
    "aws_s3_bucket_public_access_block": ("bucket", "bucket"),
    "aws_sns_topic": ("topic", "name"),
    "aws_sns_topic_policy": ("topic", "arn"),
    "aws_sqs_queue": ("queue", "name"),
    "aws_sqs_queue_policy": ("queue", "queue_url"),
    "aws_lambda_function": ("function", "function_name"),
    "aws_glue_job": ("job", "name"),
    "aws_glue_crawler": ("crawler", "name"),
    "aws_security_group": ("security group", "name"),
    "aws_default_security_group": ("default security group of", "vpc_id"),
}
HOLDERS = {"aws_iam_role_policy": ("role", "role"), "aws_iam_user_policy": ("user", "user"),
           "aws_iam_group_policy": ("group", "group"), "aws_iam_policy": ("whoever has the policy", "name"),
           "aws_iam_role_policy_attachment": ("role", "role"),
           "aws_iam_user_policy_attachment": ("user", "user"),
           "aws_iam_group_policy_attachment": ("group", "group"),
           "aws_iam_role_policies_exclusive": ("role", "role_name"),
           "aws_iam_role_policy_attachments_exclusive": ("role", "role_name"),
           "aws_iam_user_policies_exclusive": ("user", "user_name"),
           "aws_iam_user_policy_attachments_exclusive": ("user", "user_name"),
           "aws_iam_group_policies_exclusive": ("group", "group_name"),
           "aws_iam_group_policy_attachments_exclusive": ("group", "group_name")}  # fmt: skip


def holder(change: Change) -> str:
    """The thing that a policy belongs to, in words."""
    kind, attribute = HOLDERS.get(change.type) or THINGS.get(change.type) or (change.type, "name")
    named = value(change, attribute)
    return f"{kind} {short(named)}" if named else f"{kind} {change.name}{f'[{change.key}]' if change.key else ''}"


def value(change: Change, attribute: str) -> str:
    """An argument as it will be, or as it was."""
    return str(change.after.get(attribute) or change.before.get(attribute) or "")


def short(name: str) -> str:
    """An ARN's or an address's own part, with its account where it has one that matters."""
    if name.startswith("https://"):
        return name.rpartition("/")[2]
    return name.split(":", 5)[5] if name.startswith("arn:") and name.count(":") >= 5 else name
