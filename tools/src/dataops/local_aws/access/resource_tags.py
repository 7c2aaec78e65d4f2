"""The tags of a resource, which AWS compares with `aws:ResourceTag/...`."""

import time
from collections.abc import Mapping

from dataops.local_aws.access.call_resources import Scope
from dataops.local_aws.access.permission import NotEvaluatedError

LISTED = ("cloudwatch", "dynamodb", "events", "glue", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs")

# AWS KMS Developer Guide, "ABAC for AWS KMS": changes of tags and aliases may take up to five minutes to take effect.
KEY_ATTRIBUTES_COUNT_AFTER_SECONDS = 300


def attributes_of_key_count(scope: Scope, key: str) -> bool:
    """Whether KMS evaluates the tags and aliases of a key: not in the first minutes of a new key."""
    found = scope.backend("kms").keys.get(key)
    return found is not None and time.time() - found.creation_date >= KEY_ATTRIBUTES_COUNT_AFTER_SECONDS


def tags_of(arn: str) -> Mapping[str, str]:
    """The tags of an ARN's resource; none if it does not exist yet."""
    _, _, service, region, account, rest = arn.split(":", 5)
    if service == "ec2":
        return dict(Scope(account, region).backend("ec2").tags.get(rest.rpartition("/")[2], {}))
    if service == "kms":
        scope, key = Scope(account, region), rest.removeprefix("key/")
        counting = attributes_of_key_count(scope, key)
        return dict(scope.backend("kms").tagger.get_tag_dict_for_resource(key)) if counting else {}
    if service == "iam":
        role = next((role for role in Scope(account, region).backend("iam").roles.values() if role.arn == arn), None)
        return {tag["Key"]: tag["Value"] for tag in role.tags.values()} if role else {}
    if rest.startswith("event-source-mapping:"):
        found = Scope(account, region).backend("lambda")._event_source_mappings.get(rest.rpartition(":")[2])
        return dict(found.tags) if found else {}
    if service not in LISTED:
        raise NotEvaluatedError(f"the local AWS cannot evaluate aws:ResourceTag: it does not know the tags of {arn}")
    if service == "s3":
        # A bucket's tags count only once attribute-based access control is switched on for it, which nothing here does.
        return {}
    listed = Scope(account, region).backend(service).iter_tagged_resources()
    return next((dict(each.tags) for each in listed if each.arn == arn), {})
