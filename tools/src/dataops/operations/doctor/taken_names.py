"""Checks whether names are free or belong to this deployment; any other owner's resource stops Terraform half-way."""

from collections.abc import Callable
from functools import partial
from typing import Any

from dataops.operations.doctor.check import Check, known_in, or_reason, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.identity import partition_of
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader, UnreadError

MISSING = (
    "404", "NoSuchBucket", "NoSuchTagSet", "NoSuchEntity", "NotFound", "NotFoundException", "EntityNotFoundException",
    "ResourceNotFound", "ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist",
    "RepositoryDoesNotExistException",
)  # fmt: skip
FORBIDDEN = ("403", "Forbidden", "AccessDenied", "301", "400")
ELSEWHERE = "of another account"
Tags = dict[str, str]
# A resource by its name: None if the name is free, its tags, ELSEWHERE, or why it could not be read.
Things = dict[str, Any]


def tags_in(listed: Any, key: str = "Key", value: str = "Value") -> Tags:
    """Return tags as a dictionary; some services return a list."""
    return dict(listed) if isinstance(listed, dict) else {tag[key]: tag[value] for tag in listed or []}


def read_buckets(needs: Needs, reader: Reader) -> Things:
    """Read the buckets of bootstrap/ and of the deployment."""
    return read_each(needs.buckets, lambda name: bucket(name, reader))


def bucket(name: str, reader: Reader) -> Tags | str | None:
    """Read a bucket's tags: all accounts share bucket names; S3 tells nothing about a bucket of another account."""
    if name in [each["Name"] for each in reader.ask("s3", "ListBuckets")["Buckets"]]:
        return tags_in((reader.ask("s3", "GetBucketTagging", MISSING, Bucket=name) or {}).get("TagSet"))
    try:
        return None if reader.ask("s3", "HeadBucket", MISSING, Bucket=name) is None else ELSEWHERE
    except UnreadError as refused:
        if refused.code in FORBIDDEN:
            return ELSEWHERE
        raise


def check_buckets(needs: Needs, found: Things) -> list[Finding]:
    """Check buckets: another `bucket_prefix` changes all of their names."""
    return findings_of_taken(
        needs, found, "bucket", "Choose another `bucket_prefix` in project.yaml, or remove that bucket."
    )


def read_roles(needs: Needs, reader: Reader) -> Things:
    """Read every role whose name begins with the deployment's prefix."""
    roles = [role["RoleName"] for role in reader.ask_all("iam", "ListRoles", "Roles")]
    own = [name for name in roles if name.startswith(f"{needs.prefix}-")]
    return read_each(
        own, lambda name: tags_in((reader.ask("iam", "ListRoleTags", MISSING, RoleName=name) or {}).get("Tags"))
    )


def check_roles(needs: Needs, found: Things) -> list[Finding]:
    """Check roles: Terraform creates roles with this prefix."""
    return findings_of_taken(
        needs, found, "role", f"Rename or remove it, or choose another `slug`: {needs.prefix}- is this deployment's."
    )


def read_services(needs: Needs, reader: Reader) -> Things:
    """Read queues, table, topic, aliases of keys, database and log groups."""
    found = {name: or_reason(read) for name, read in reads_of_services(needs, reader).items()}
    groups = or_reason(lambda: log_groups(f"/aws/lambda/{needs.prefix}-", reader))
    return found | (groups if isinstance(groups, dict) else {"log groups": groups})


def log_groups(prefix: str, reader: Reader) -> Things:
    """Return the log groups below a prefix."""
    groups = reader.ask_all("logs", "DescribeLogGroups", "logGroups", logGroupNamePrefix=prefix)
    arns = {f"log group {group['logGroupName']}": group["arn"] for group in groups}
    return read_each(arns, lambda name: log_group(arns[name], reader))


def reads_of_services(needs: Needs, reader: Reader) -> dict[str, Callable[[], Tags | None]]:
    """Return how the tags of each resource with a fixed name are read."""
    names = needs.names
    kinds: list[tuple[str, list[str], Callable[[str, Needs, Reader], Tags | None]]] = [
        (
            "queue",
            ["event_dead_letter"] if needs.is_pipeline else ["queue", "dead_letter_queue", "event_dead_letter"],
            queue,
        ),
        ("table", ["ledger"], table),
        ("alias", ["key", "state_key"], alias),
        ("topic", [] if needs.is_pipeline else ["topic"], topic),
        ("database", [] if needs.is_pipeline else ["database"], glue_database),
    ]
    return {
        f"{kind} {names[key]}": partial(read, names[key], needs, reader) for kind, keys, read in kinds for key in keys
    }


def arn(needs: Needs, service: str, name: str) -> str:
    """Return the ARN of a resource in this account and region."""
    return f"arn:{partition_of(needs.region)}:{service}:{needs.region}:{needs.account}:{name}"


def tagged(answer: dict[str, Any] | None, part: str) -> Tags | None:
    """Return the tags of an existing resource, else None."""
    return None if answer is None else tags_in(answer.get(part))


def queue(name: str, needs: Needs, reader: Reader) -> Tags | None:
    """Return a queue's tags."""
    found = reader.ask("sqs", "GetQueueUrl", MISSING, QueueName=name)
    return tagged(reader.ask("sqs", "ListQueueTags", MISSING, QueueUrl=found["QueueUrl"]), "Tags") if found else None


def table(name: str, needs: Needs, reader: Reader) -> Tags | None:
    """Return a table's tags."""
    if reader.ask("dynamodb", "DescribeTable", MISSING, TableName=name) is None:
        return None
    own = arn(needs, "dynamodb", f"table/{name}")
    return tagged(reader.ask("dynamodb", "ListTagsOfResource", MISSING, ResourceArn=own), "Tags")


def topic(name: str, needs: Needs, reader: Reader) -> Tags | None:
    """Return a topic's tags."""
    return tagged(reader.ask("sns", "ListTagsForResource", MISSING, ResourceArn=arn(needs, "sns", name)), "Tags")


def glue_database(name: str, needs: Needs, reader: Reader) -> Tags | None:
    """Return a database's tags."""
    if reader.ask("glue", "GetDatabase", MISSING, Name=name) is None:
        return None
    return tagged(reader.ask("glue", "GetTags", MISSING, ResourceArn=arn(needs, "glue", f"database/{name}")), "Tags")


def alias(name: str, needs: Needs, reader: Reader) -> Tags | None:
    """Return the tags of the key of an alias."""
    aliases = reader.ask_all("kms", "ListAliases", "Aliases")
    keys = [each.get("TargetKeyId") for each in aliases if each["AliasName"] == name]
    if not keys:
        return None
    tags = reader.ask("kms", "ListResourceTags", MISSING, KeyId=keys[0])
    return tags_in((tags or {}).get("Tags"), "TagKey", "TagValue")


def log_group(own: str, reader: Reader) -> Tags | None:
    """Return the tags of the log group."""
    return tagged(reader.ask("logs", "ListTagsForResource", MISSING, resourceArn=own.removesuffix(":*")), "tags")


def check_services(needs: Needs, found: Things) -> list[Finding]:
    """Check services: existing resources of such a name have to be imported or removed."""
    return findings_of_taken(
        needs, found, "", "Remove it, or import it into Terraform's state: docs/first-deployment.md."
    )


def findings_of_taken(needs: Needs, found: Things, kind: str, advice: str) -> list[Finding]:
    """Return the finding: free, this deployment's own, or taken."""
    known = {f"{kind} {name}".strip(): thing for name, thing in known_in(found)}
    taken = {name: thing for name, thing in known.items() if thing is not None and not is_own(needs, thing)}
    findings = [fails(complaint_about(name, thing), advice) for name, thing in taken.items()]
    own = sum(thing is not None for thing in known.values()) - len(taken)
    free = sum(thing is None for thing in known.values())
    words = [f"{free} free" if free else "", f"{own} of this deployment already" if own else ""]
    says = ", ".join(word for word in words if word) or "none is taken"
    return [*findings, *reasons_in(found)] or [fine(says)]


def complaint_about(name: str, thing: Tags | str) -> str:
    """Return what has the name."""
    where = f", {thing}" if thing == ELSEWHERE else ""
    return f"The {name} exists already{where}, and does not belong to this deployment."


def is_own(needs: Needs, thing: Tags | str) -> bool:
    """Return whether it has this deployment's tag."""
    return isinstance(thing, dict) and needs.is_own(thing)


def read_repository(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the CodeCommit repository, and whether this account may use the service."""
    found = reader.ask("codecommit", "GetRepository", MISSING, repositoryName=needs.git["repository"])
    if found is None:
        return {"is_there": False, "tags": {}}
    tags = reader.ask("codecommit", "ListTagsForResource", MISSING, resourceArn=found["repositoryMetadata"]["Arn"])
    return {"is_there": True, "tags": (tags or {}).get("tags", {})}


def check_repository(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check the repository: `make push` creates it before the pipeline; then the pipeline adopts it."""
    name = needs.git["repository"]
    if not found["is_there"]:
        return [fine(f"CodeCommit answers; {name} is free")]
    if needs.is_own(found["tags"]):
        return [fine(f"{name} belongs to this deployment")]
    advice = "If it is this project's, because `make push` made it: `make pipeline ADOPT=true`. Else name another one."
    return [look(f"The CodeCommit repository {name} exists already.", advice)]


CHECKS = [
    Check("bucket names", read_buckets, check_buckets),
    Check("role names", read_roles, check_roles),
    Check("other names", read_services, check_services),
    Check(
        "repository", read_repository, check_repository,
        lambda needs: needs.is_pipeline and needs.git["provider"] == "codecommit",
    ),
]  # fmt: skip
