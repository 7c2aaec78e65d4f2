"""Translates a request to the terms of IAM: each action and resource that AWS evaluates, with its condition keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dataops.local_aws.access import call_network
from dataops.local_aws.access.call_resources import SERVICES, Given, Scope, key_arn
from dataops.local_aws.access.permission import Known
from dataops.local_aws.access.resource_tags import attributes_of_key_count

# Services whose signing name differs from IAM's.
PREFIXES = {"monitoring": "cloudwatch", "s3control": "s3"}
# Operations whose action has another name in IAM: Service Authorization Reference, by service.
ACTIONS = {
    "s3:CopyObject": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "lambda:Invoke": "lambda:InvokeFunction",
    "sns:PublishBatch": "sns:Publish",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:CreateSubscriber": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DeleteNotification": "budgets:ModifyBudget",
    "budgets:DeleteSubscriber": "budgets:ModifyBudget",
    "budgets:UpdateBudget": "budgets:ModifyBudget",
    "budgets:UpdateNotification": "budgets:ModifyBudget",
    "budgets:UpdateSubscriber": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
}
OF_A_VERSION = ("s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectTagging")
# The permission to create a resource with tags: each service's guide, "tag on creation".
TAGGING = {
    "athena": "TagResource",
    "cloudwatch": "TagResource",
    "dynamodb": "TagResource",
    "events": "TagResource",
    "glue": "TagResource",
    "iam": "TagRole",
    "kms": "TagResource",
    "lambda": "TagResource",
    "logs": "TagResource",
    "sns": "TagResource",
    "sqs": "TagQueue",
    "chatbot": "TagResource",
    "budgets": "TagResource",
}
TAG_MEMBERS = ("Tags", "tags", "Tag", "ResourceTags", "TagsToAdd", "TagSet")
TAG_KEY_MEMBERS = ("TagKeys", "tagKeys", "TagKey", "TagsToRemove", "ResourceTagKeys")
# The service that receives the role of a call (IAM user guide, "Grant a user permissions to pass a role to a service").
PASSED_TO = {
    "lambda": "lambda.amazonaws.com",
    "glue": "glue.amazonaws.com",
    "events": "events.amazonaws.com",
    "ec2": "vpc-flow-logs.amazonaws.com",
    "chatbot": "chatbot.amazonaws.com",
    "codepipeline": "codepipeline.amazonaws.com",
    "codebuild": "codebuild.amazonaws.com",
    # Lake Formation developer guide, "Requirements for roles used to register locations".
    "lakeformation": "lakeformation.amazonaws.com",
}
PASSING = ("Create", "Update", "Put", "Register")
ROLE_MEMBERS = ("Role", "RoleArn", "roleArn", "serviceRole", "IamRoleArn", "DeliverLogsPermissionArn")


CHAT_SERVICE, CHAT_ROLE = "management.chatbot.amazonaws.com", "AWSServiceRoleForAWSChatbot"


@dataclass(frozen=True)
class Call:
    """One action on one resource, as AWS evaluates it."""

    action: str
    resource: str = "*"
    context: Mapping[str, Known] = field(default_factory=dict)


def calls_of(scope: Scope, service: str, operation: str, given: Given, headers: Mapping[str, Any]) -> list[Call]:
    """Every action that a request needs permission for; each must be allowed."""
    service = PREFIXES.get(service, service)
    tags = _tags(operation, given)
    about = _keys(scope, service, operation, given, headers)
    tagged: dict[str, Known] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    keys = list(tags) or _tag_keys(operation, given)
    tagged |= {"aws:TagKeys": keys} if keys else {}
    found = [*_own(scope, service, operation, given, about, tagged), *_passing(scope, service, operation, given)]
    return [
        *found,
        *_tagging(scope, service, operation, given, found[0].resource, tagged),
        *_also(scope, service, operation, given, headers),
    ]


def action_of(service: str, operation: str, has_version: bool = False) -> str:
    """The name of an operation's action in IAM."""
    action = ACTIONS.get(f"{service}:{operation}", f"{service}:{operation}")
    return action.replace("Object", "ObjectVersion", 1) if has_version and action in OF_A_VERSION else action


def _own(
    scope: Scope, service: str, operation: str, given: Given, about: dict[str, Known], tagged: dict[str, Known]
) -> list[Call]:
    """The action of the operation itself, on each of its resources."""
    action = action_of(service, operation, bool(given.get("VersionId")))
    if service == "ec2":
        made = call_network.new(scope, operation)
        known = [] if made and operation == "CreateVpc" else call_network.existing(scope, operation, given)
        # An existing resource has its own tags; those of the request belong to the created or tagged resource.
        on_known = tagged if operation in ("CreateTags", "DeleteTags") else {}
        exist = (Call(action, arn, on_known | _vpc(scope, arn)) for arn in known)
        return [*(Call(action, arn, about | tagged) for arn in made), *exist]
    if operation == "DeleteObjects":
        bucket = f"arn:aws:s3:::{given['Bucket']}"
        return [
            Call(action_of("s3", "DeleteObject", "VersionId" in each), f"{bucket}/{each['Key'][0]}", about)
            for each in given.get("Object", [])
        ]
    resources = SERVICES[service](scope, operation, given) if service in SERVICES else ["*"]
    return [Call(action, arn, about | tagged) for arn in resources]


def _vpc(scope: Scope, arn: str) -> dict[str, Known]:
    vpc = call_network.vpc_of(scope, arn) if arn != "*" else None
    return {"ec2:Vpc": vpc} if vpc else {}


def _tagging(
    scope: Scope, service: str, operation: str, given: Given, resource: str, tagged: dict[str, Known]
) -> Iterator[Call]:
    """The permission to tag, if the request tags a new resource."""
    if not tagged or "Tag" in operation or "tag" in operation:
        return
    if service == "ec2":
        made = call_network.new(scope, operation)
        yield from (Call("ec2:CreateTags", arn, tagged | {"ec2:CreateAction": operation}) for arn in made)
    elif service in TAGGING:
        yield Call(f"{service}:{TAGGING[service]}", _new_resource(scope, operation, given, resource), tagged)


def _new_resource(scope: Scope, operation: str, given: Given, resource: str) -> str:
    """The ARN of the resource that a call creates if the call itself has none; names that AWS chooses are empty."""
    made = {
        "CreateKey": scope.arn("kms", "key/*"),
        "CreateEventSourceMapping": scope.arn("lambda", "event-source-mapping:*"),
        "CreateCrawler": scope.arn("glue", f"crawler/{given.get('Name')}"),
        "CreateDataQualityRuleset": scope.arn("glue", f"dataQualityRuleset/{given.get('Name')}"),
        "CreateConnection": scope.arn("glue", f"connection/{(given.get('ConnectionInput') or {}).get('Name')}"),
        "CreateDatabase": scope.arn("glue", f"database/{(given.get('DatabaseInput') or {}).get('Name')}"),
    }
    return made.get(operation, resource.replace(":log-stream:", ""))


def _passing(scope: Scope, service: str, operation: str, given: Given) -> Iterator[Call]:
    """The permission to pass a role to a service."""
    if service not in PASSED_TO or not operation.startswith(PASSING):
        return
    parts = [given, given.get("JobUpdate"), given.get("pipeline"), *(given.get("Targets") or [])]
    roles = [part[name] for part in parts if isinstance(part, dict) for name in ROLE_MEMBERS if part.get(name)]
    for role in dict.fromkeys(roles):
        arn = role if role.startswith("arn:") else f"arn:aws:iam::{scope.account}:role/{role}"
        yield Call("iam:PassRole", arn, {"iam:PassedToService": PASSED_TO[service]})


def _also(scope: Scope, service: str, operation: str, given: Given, headers: Mapping[str, Any]) -> Iterator[Call]:
    """Further actions that some operations need."""
    names = {role.name for role in scope.backend("iam").roles.values()} if service == "chatbot" else set()
    if service == "chatbot" and operation.startswith("Create") and CHAT_ROLE not in names:
        # The first channel of an account creates the service's role.
        arn = f"arn:aws:iam::{scope.account}:role/aws-service-role/{CHAT_SERVICE}/{CHAT_ROLE}"
        yield Call("iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": CHAT_SERVICE})
    source = str(headers.get("HTTP_X_AMZ_COPY_SOURCE", "")).lstrip("/")
    if service == "s3" and source:
        name, _, version = source.partition("?versionId=")
        yield Call(action_of("s3", "GetObject", bool(version)), f"arn:aws:s3:::{name}")
    if service == "s3" and headers.get("HTTP_X_AMZ_TAGGING"):
        yield Call("s3:PutObjectTagging", f"arn:aws:s3:::{given['Bucket']}/{given['Key']}")
    if service == "lambda" and (given.get("VpcConfig") or {}).get("SubnetIds"):
        # Lambda developer guide, configuration-vpc: the permissions of a caller who attaches a function to a VPC.
        yield from (Call(f"ec2:Describe{what}") for what in ("SecurityGroups", "Subnets", "Vpcs"))
    if service == "ec2" and given.get("PrivateDnsEnabled") == "true":
        # Service Authorization Reference: what CreateVpcEndpoint and ModifyVpcEndpoint depend on.
        yield Call("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/*")


def _keys(scope: Scope, service: str, operation: str, given: Given, headers: Mapping[str, Any]) -> dict[str, Known]:
    """The service-specific condition keys; see context_keys.py."""
    found: dict[str, Any] = {}
    if service == "s3":
        found = {"s3:prefix": given.get("Prefix"), "s3:delimiter": given.get("Delimiter")}
        found |= {"s3:VersionId": given.get("VersionId"), "s3:x-amz-acl": headers.get("HTTP_X_AMZ_ACL")}
        name = "x-amz-server-side-encryption"
        found |= {f"s3:{each}": _header(headers, each) for each in (name, f"{name}-aws-kms-key-id")}
    elif service == "lambda":
        found = {"lambda:FunctionArn": _mapped_function(scope, operation, given)}
        found |= {"lambda:Principal": given.get("Principal")} if operation == "AddPermission" else {}
    elif service == "cloudwatch" and operation == "PutMetricData":
        found = {"cloudwatch:namespace": given.get("Namespace")}
    elif service == "iam":
        found = {"iam:PermissionsBoundary": _boundary(scope, operation, given)}
        found |= {"iam:PolicyARN": given.get("PolicyArn")} if operation.endswith("RolePolicy") else {}
    elif service == "events" and operation == "PutTargets":
        found = {"events:TargetArn": [each["Arn"] for each in given.get("Targets", [])]}
    elif service == "dynamodb":
        found = {"dynamodb:LeadingKeys": _leading_keys(scope, given)}
    elif service == "kms":
        found = {"kms:CallerAccount": scope.account}
        found |= {f"kms:EncryptionContext:{key}": value for key, value in given.get("EncryptionContext", {}).items()}
        if given.get("KeyId") and (key := key_arn(scope, given["KeyId"])):
            found |= aliases_of(key)
    elif service == "sns" and operation == "Subscribe":
        found = {"sns:Endpoint": given.get("Endpoint"), "sns:Protocol": given.get("Protocol")}
    elif service == "sts":
        found = {"sts:RoleSessionName": given.get("RoleSessionName"), "sts:ExternalId": given.get("ExternalId")}
    return {key: value for key, value in found.items() if value not in (None, [])}


def aliases_of(key: str) -> dict[str, Known]:
    """The aliases of a key, as `kms:ResourceAliases`, once they take effect."""
    _, _, _, region, account, rest = key.split(":", 5)
    scope, name = Scope(account, region), rest.removeprefix("key/")
    found = scope.backend("kms").keys.get(name) if attributes_of_key_count(scope, name) else None
    return {"kms:ResourceAliases": sorted(found.aliases)} if found and found.aliases else {}


def _header(headers: Mapping[str, Any], name: str) -> Any:
    return headers.get(f"HTTP_{name.upper().replace('-', '_')}")


def _mapped_function(scope: Scope, operation: str, given: Given) -> str | None:
    if operation == "CreateEventSourceMapping":
        name = given["FunctionName"]
        return str(name) if name.startswith("arn:") else scope.arn("lambda", f"function:{name}")
    if not given.get("UUID"):
        return None
    mappings = scope.backend("lambda")._event_source_mappings
    return str(mappings[given["UUID"]].function_arn) if given["UUID"] in mappings else None


def _boundary(scope: Scope, operation: str, given: Given) -> str | None:
    """The boundary that a role has or receives."""
    if operation in ("CreateRole", "PutRolePermissionsBoundary"):
        return given.get("PermissionsBoundary")
    if not operation.endswith(("RolePolicy", "RolePermissionsBoundary")):
        return None
    roles = scope.backend("iam").roles.values()
    return next((role.permissions_boundary_arn for role in roles if role.name == given.get("RoleName")), None)


def _leading_keys(scope: Scope, given: Given) -> list[str]:
    """The values of the partition keys that a call names."""
    table = scope.backend("dynamodb").tables.get(given.get("TableName"))
    if table is None:
        return []
    name = table.hash_key_attr
    rows = [given.get("Key"), given.get("Item")]
    return [str(next(iter(row[name].values()))) for row in rows if row and name in row]


def _tags(operation: str, given: Given) -> dict[str, str]:
    """The tags that a call sets."""
    if operation in ("DeleteTags",):
        return {}
    specified = [tag for each in given.get("TagSpecification") or [] for tag in each.get("Tag", [])]
    found = next((given[name] for name in TAG_MEMBERS if isinstance(given.get(name), (list, dict))), specified)
    if isinstance(found, dict):
        return {str(key): str(value) for key, value in found.items()}
    pairs = [(_first(each, "Key", "TagKey", "key"), _first(each, "Value", "TagValue", "value")) for each in found]
    return {str(key): str(value or "") for key, value in pairs if key}


def _first(tag: Any, *names: str) -> Any:
    return next((tag[name] for name in names if name in tag), None) if isinstance(tag, dict) else None


def _tag_keys(operation: str, given: Given) -> list[str]:
    """The keys of the tags that a call removes."""
    if operation == "DeleteTags":
        return [each["Key"] for each in given.get("Tag", [])]
    found: Any = next((given[name] for name in TAG_KEY_MEMBERS if given.get(name)), [])
    return [found] if isinstance(found, str) else [str(each) for each in found]
