"""Amazon CloudWatch Logs: the key of a log group must exist and let the service use it."""

import re
from typing import Any

from dataops.local_aws.access.permission import allows
from dataops.local_aws.refusals.call import Call, Rules, refuse

# CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
NEEDED = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey", "kms:DescribeKey")

# CloudWatch Logs user guide, "Supported commands".
COMMANDS = frozenset(
    {
        "SOURCE",
        "anomaly",
        "dedup",
        "diff",
        "display",
        "fields",
        "filter",
        "filterIndex",
        "limit",
        "lookup",
        "parse",
        "pattern",
        "sort",
        "stats",
        "unmask",
        "unnest",
    }
)
QUOTED = re.compile(r"""\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|/(?:[^/\\\n]|\\.)+/""")


def key_may_encrypt_the_group(call: Call) -> None:
    """ministryofjustice/modernisation-platform#7870, hashicorp/terraform-provider-aws#29282 show the sentence."""
    given, group = call.given.get("kmsKeyId"), call.arn("logs", f"log-group:{call.given.get('logGroupName')}")
    if not given:
        return
    key = key_of(call, given)
    context = {"kms:EncryptionContext:aws:logs:arn": group, "aws:SourceArn": group}
    context |= {"aws:SourceAccount": call.caller.account}
    suffix = "amazonaws.com.cn" if call.caller.region.startswith("cn-") else "amazonaws.com"
    service = f"logs.{call.caller.region}.{suffix}"
    if key is None or not all(allows(key.policy, service, action, key.arn, context) for action in NEEDED):
        refuse(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{group}'",
        )


def key_of(call: Call, given: str) -> Any | None:
    """The key of an ARN or id."""
    return call.held("kms").keys.get(given.rpartition("/")[2])


def query_can_be_read(call: Call) -> None:
    """CloudWatch Logs user guide, "CloudWatch Logs Insights language query syntax": a query is tried when it starts.

    PutQueryDefinition takes any text. What has the language's form and is not computed here is an error of the local
    AWS, not of the query (insights.py).
    """
    query = str(call.given["queryString"])
    without_texts = QUOTED.sub('""', "\n".join(line.split("#")[0] for line in query.splitlines()))
    if without_texts.count("(") != without_texts.count(")") or '"' in without_texts.replace('""', ""):
        refuse("MalformedQueryException", "mismatched parentheses or quotation marks")
    for command in without_texts.split("|"):
        word = command.split()[0] if command.split() else ""
        if word not in COMMANDS:
            refuse("MalformedQueryException", f"unexpected symbol found {word or '|'} at line 1")


REFUSALS: Rules = {
    "CreateLogGroup": (key_may_encrypt_the_group,),
    "AssociateKmsKey": (key_may_encrypt_the_group,),
    "StartQuery": (query_can_be_read,),
}
