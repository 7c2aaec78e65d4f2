"""The key permissions that a call needs: a service that encrypts calls KMS with the caller's permissions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dataops.local_aws.access.call_resources import Given, Scope, key_arn
from dataops.local_aws.access.resource_policies import bucket_of

# S3 user guide, "Using server-side encryption with AWS KMS keys" and "Uploading ... multipart: permissions".
S3 = {
    "GetObject": ("Decrypt",),
    "PutObject": ("GenerateDataKey",),
    "CopyObject": ("GenerateDataKey",),
    "CreateMultipartUpload": ("GenerateDataKey",),
    "UploadPart": ("Decrypt",),
    "CompleteMultipartUpload": ("Decrypt",),
}
# SQS developer guide, "Key management": a producer needs both, a consumer the second.
SQS = {"SendMessage": ("GenerateDataKey", "Decrypt"), "ReceiveMessage": ("Decrypt",)}
SQS["SendMessageBatch"] = SQS["SendMessage"]
# SNS developer guide, "Managing Amazon SNS encryption keys and costs": publishers need both.
SNS = dict.fromkeys(("Publish", "PublishBatch"), ("GenerateDataKey", "Decrypt"))
# DynamoDB developer guide, "Encryption at rest: how it works" and "usage notes": reads and writes decrypt the table's
# key for the caller; whoever creates the table grants DynamoDB the key.
TABLE_DATA = ("GetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem")
LENDING = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey", "CreateGrant")
# Lambda developer guide, "Securing environment variables": whoever sets them encrypts them, and grants Lambda the key.
FUNCTION_SETTINGS = ("CreateFunction", "UpdateFunctionConfiguration")

# AWS Glue developer guide, "Setting up encryption in AWS Glue": any client of an encrypted catalog needs all three;
# "Encrypting your Data Catalog" lists what is encrypted.
CATALOG_DATA = re.compile(
    r"(Batch)?(Create|Get|Update|Delete)(Database|Table|TableVersion|Partition|ColumnStatisticsFor\w+)s?"
)
CATALOG_RIGHTS = ("GenerateDataKey", "Decrypt", "Encrypt")


@dataclass(frozen=True)
class KeyUse:
    """One key permission that a call needs, through the service that is called."""

    key: str
    action: str
    service: str
    context: tuple[tuple[str, str], ...] = ()


def key_uses(scope: Scope, service: str, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    """The permissions on customer managed keys that a call needs; AWS managed keys need none."""
    if service in SERVICES:
        yield from SERVICES[service](scope, operation, given, headers)


def uses(service: str, scope: Scope, key: Any, actions: tuple[str, ...], **context: str) -> Iterator[KeyUse]:
    """The permissions on a key if it is customer managed."""
    arn = key_arn(scope, str(key)) if key and not str(key).rpartition(":")[2].startswith("alias/aws/") else None
    if arn:
        named = tuple((name.replace("__", ":"), value) for name, value in context.items())
        through = f"{service}.{scope.region}.amazonaws.com"
        yield from (KeyUse(arn, f"kms:{action}", through, named) for action in actions)


def key_of_queue(queue: Any) -> Any:
    """The key that encrypts a queue."""
    return getattr(queue, "kms_master_key_id", None)


def _s3(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    if operation not in S3:
        return
    name = f"arn:aws:s3:::{given['Bucket']}"
    bucket = bucket_of(name)
    if bucket is None:
        return
    owner = Scope(bucket.account_id, bucket.region_name)
    rule = (bucket.encryption or {}).get("Rule", {})
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    key = headers.get("HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID") or default.get("KMSMasterKeyID")
    if operation == "GetObject":
        stored = bucket.keys.get(given["Key"])
        key = getattr(stored, "kms_key_id", None)
    elif default.get("SSEAlgorithm") != "aws:kms" and not headers.get("HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"):
        return
    with_bucket_key = str(rule.get("BucketKeyEnabled", "false")).lower() == "true"
    yield from uses("s3", owner, key, S3[operation], aws__s3__arn=name if with_bucket_key else f"{name}/{given['Key']}")


def _sqs(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    name = str(given.get("QueueUrl", "")).rpartition("/")[2]
    queue = scope.backend("sqs").queues.get(name) if operation in SQS else None
    if queue:
        yield from uses("sqs", scope, key_of_queue(queue), SQS[operation], aws__sqs__arn=queue.queue_arn)


def _sns(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    arn = given.get("TopicArn") or given.get("TargetArn") or ""
    if operation in SNS and arn:
        owner = Scope(arn.split(":")[4], arn.split(":")[3])
        topic = owner.backend("sns").topics.get(arn)
        yield from uses("sns", owner, getattr(topic, "kms_master_key_id", None), SNS[operation], aws__sns__topicArn=arn)


def _dynamodb(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    if operation == "CreateTable":
        key = (given.get("SSESpecification") or {}).get("KMSMasterKeyId")
        yield from uses("dynamodb", scope, key, LENDING, aws__dynamodb__tableName=given["TableName"])
    if operation not in TABLE_DATA:
        return
    for name in [given.get("TableName"), *given.get("RequestItems", {})]:
        table = scope.backend("dynamodb").tables.get(name) if name else None
        key = (getattr(table, "sse_specification", None) or {}).get("KMSMasterKeyId")
        yield from uses("dynamodb", scope, key, ("Decrypt",), aws__dynamodb__tableName=str(name))


def _lambda(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    if operation in FUNCTION_SETTINGS and given.get("KMSKeyArn"):
        yield from uses("lambda", scope, given["KMSKeyArn"], ("Encrypt", "CreateGrant", "DescribeKey"))


def _secretsmanager(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    if operation == "GetSecretValue":
        secret = scope.backend("secretsmanager").secrets.get(given.get("SecretId"))
        key = getattr(secret, "kms_key_id", None)
        yield from uses("secretsmanager", scope, key, ("Decrypt",), SecretARN=getattr(secret, "arn", ""))


def _glue(scope: Scope, operation: str, given: Given, headers: Any) -> Iterator[KeyUse]:
    if not CATALOG_DATA.fullmatch(operation):
        return
    of_catalogs = scope.backend("glue").data_catalog_encryption_settings
    settings = of_catalogs.get(given.get("CatalogId") or scope.account, {}).get("EncryptionAtRest", {})
    if settings.get("CatalogEncryptionMode") == "SSE-KMS":
        yield from uses("glue", scope, settings.get("SseAwsKmsKeyId"), CATALOG_RIGHTS)


SERVICES: dict[str, Callable[[Scope, str, Given, Any], Iterator[KeyUse]]] = {
    "s3": _s3,
    "sqs": _sqs,
    "sns": _sns,
    "dynamodb": _dynamodb,
    "lambda": _lambda,
    "secretsmanager": _secretsmanager,
    "glue": _glue,
}
