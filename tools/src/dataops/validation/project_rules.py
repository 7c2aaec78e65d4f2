"""The rules for everything but datasets, between settings of project.yaml that are each valid by themselves."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from dataops.validation.fault import Fault

Draft = dict[str, Any]
# The fields of a notification target besides its address.
ROUTING = ("kinds", "environments", "successes")
PIPELINE = "pipeline"
SUCCESS = "run succeeded"
# Every other kind of notification occurs in environments; modules/project has the same list.
OF_DELIVERIES = (
    *("pipeline started", "pipeline succeeded", "pipeline failed", "approval needed"),
    *("pull request opened", "pull request approved", "pull request overridden"),
)
# Regions without a CodeCommit endpoint; modules/project/delivery.tf has the same list.
WITHOUT_CODECOMMIT = ("ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "eu-central-2", "eu-south-2")
OF_BOTH = ("drift found", "alarm")


def project_faults(draft: Draft, some_are_wrong: bool = False) -> Iterator[Fault]:
    """Return what is wrong between the settings of a project; with invalid ones, as far as it can be checked."""
    # A rule that meets a field of another shape adds nothing: that field is refused already.
    not_applicable = (TypeError, KeyError, AttributeError, IndexError) if some_are_wrong else ()
    for rule in RULES:
        with contextlib.suppress(*not_applicable):
            yield from rule(draft)


def bucket_prefix_of(draft: Draft) -> str:
    """Return the prefix of bucket names; modules/project has the same default."""
    prefix: str = draft.get("bucket_prefix", draft["slug"][:20].rstrip("-"))
    return prefix


def state_bucket(draft: Draft, environment: Draft) -> str:
    """Return the bucket of an environment's Terraform state, which exists before the first apply."""
    return bucket_of(draft, environment, "state")


def bucket_of(draft: Draft, environment: Draft, purpose: str) -> str:
    """Return the name of a bucket of an environment; modules/project/name.tf composes it too."""
    return f"{bucket_prefix_of(draft)}-{environment['name']}-{purpose}-{environment['account']}"


def repeated(values: list[str]) -> list[str]:
    return sorted({value for number, value in enumerate(values) if value in values[:number]})


def environments_have_names_of_their_own(draft: Draft) -> Iterator[Fault]:
    for name in repeated([environment["name"] for environment in draft["environments"]]):
        yield Fault("environments", name, "is listed twice", "Give each environment its own name.")


def targets_are_named_once(draft: Draft) -> Iterator[Fault]:
    """Refuse duplicate targets; an address may occur again with other kinds, for other environments."""
    known: set[tuple[tuple[str, ...], str]] = set()
    for target in draft.get("notifications", []):
        address = tuple(str(target[key]) for key in sorted(target) if key not in ROUTING)
        named = {(address, name) for name in target.get("environments", environments_of(draft))}
        if named & known:
            why = "is listed twice"
            yield Fault("notifications", name_of_target(target), why, "Each target is named once for an environment.")
        known |= named


def targets_name_environments_that_exist(draft: Draft) -> Iterator[Fault]:
    names = environments_of(draft)
    for target in draft.get("notifications", []):
        for name in target.get("environments", []):
            if name not in names:
                instead = f"It can be {', '.join(names)}."
                yield Fault("notifications, environments", name, "is not an environment of this project", instead)


def targets_receive_something(draft: Draft) -> Iterator[Fault]:
    for target in draft.get("notifications", []):
        names = [each for each in target.get("environments", environments_of(draft)) if each in environments_of(draft)]
        kinds = set(target.get("kinds", ["alarm"])) - ({SUCCESS} if target.get("successes") == "never" else set())
        if not any(occurs_in(kind, name) for kind in kinds for name in names):
            why = "would receive nothing: none of its kinds occur in its environments"
            yield Fault("notifications", name_of_target(target), why)


def name_of_target(target: Draft) -> str:
    """Return the identity of a target."""
    return next(str(target[key]) for key in ("endpoint", "arn", "channel") if key in target)


def occurs_in(kind: str, environment: str) -> bool:
    """Return whether a kind of notification occurs in an environment, or in the pipeline."""
    return kind in OF_BOTH or (kind in OF_DELIVERIES) == (environment == PIPELINE)


def environments_of(draft: Draft) -> list[str]:
    """Return the origins of notifications: each environment, and the pipeline."""
    return [*(environment["name"] for environment in draft["environments"]), PIPELINE]


def tag_keys_differ_by_more_than_case(draft: Draft) -> Iterator[Fault]:
    for key in repeated([key.casefold() for key in draft.get("tags", {})]):
        yield Fault("tags", key, "is listed twice with different case", "AWS keeps one of them.")


def spare_capacity_has_small_workers(draft: Draft) -> Iterator[Fault]:
    for environment in draft["environments"]:
        if environment.get("flex") and environment.get("worker_type", "G.1X") not in ("G.1X", "G.2X"):
            location = f"environments, {environment['name']}, worker_type"
            yield Fault(location, environment["worker_type"], "cannot be used with flex", "Use G.1X or G.2X.")


def connected_repositories_have_their_depth(draft: Draft) -> Iterator[Fault]:
    git = draft.get("git", {})
    if git.get("provider") in ("github", "bitbucket") and git["repository"].count("/") != 1:
        yield Fault(
            "git, repository",
            git["repository"],
            "is not owner/repository",
            "Only gitlab has groups in groups.",
        )


def a_connection_leads_to_another_provider(draft: Draft) -> Iterator[Fault]:
    connection = draft.get("delivery", {}).get("connection")
    if connection and draft.get("git", {}).get("provider", "codecommit") == "codecommit":
        yield Fault(
            "delivery, connection",
            connection,
            "cannot be used with a CodeCommit repository",
            "Only github, gitlab and bitbucket are reached through one.",
        )


def topics_are_in_the_region_of_their_environments(draft: Draft) -> Iterator[Fault]:
    regions = {each["name"]: each.get("region", draft["region"]) for each in draft["environments"]}
    regions[PIPELINE] = draft["region"]
    for target in draft.get("notifications", []):
        if target["protocol"] == "topic":
            region = target["arn"].split(":")[3]
            far = [each for each in target.get("environments", environments_of(draft)) if regions.get(each) != region]
            if far:
                why = f"is in {region}, but {', '.join(far)} is not: an alarm reaches topics of its own region only"
                yield Fault(
                    "notifications, arn", target["arn"], why, "Name a topic per region, each with `environments`."
                )


def readers_are_in_an_account_of_the_project(draft: Draft) -> Iterator[Fault]:
    """In another account, a role would need rights of that account and a shared catalog."""
    accounts = {environment["account"] for environment in draft["environments"]}
    named = {"readers": draft.get("readers", [])}
    named |= {f"datasets, {name}, readers": each.get("readers", []) for name, each in draft["datasets"].items()}
    for location, roles in named.items():
        for role in roles:
            if role.split(":")[4] not in accounts:
                why = "is a role of an account that has no environment"
                yield Fault(location, role, why, f"The accounts are {', '.join(sorted(accounts))}.")


def codecommit_is_where_the_project_is(draft: Draft) -> Iterator[Fault]:
    if draft.get("git", {}).get("provider", "codecommit") == "codecommit" and draft["region"] in WITHOUT_CODECOMMIT:
        why = "has no CodeCommit"
        yield Fault("region", draft["region"], why, "Choose github, gitlab or bitbucket under git, or another region.")


def a_vpc_belongs_to_one_account(draft: Draft) -> Iterator[Fault]:
    """A VPC that one account shares with another is not supported."""
    accounts: dict[str, set[str]] = {}
    for environment in draft["environments"]:
        vpc = environment.get("network", draft.get("network", {})).get("vpc")
        if vpc:
            accounts.setdefault(vpc, set()).add(environment["account"])
    for vpc, owners in accounts.items():
        if len(owners) > 1:
            why = f"is the network of accounts {' and '.join(sorted(owners))}, but a VPC belongs to one account"
            yield Fault("network, vpc", vpc, why, "Give each environment a `network` of its own.")


def one_partition_of_aws(draft: Draft) -> Iterator[Fault]:
    regions = [draft["region"], *(each["region"] for each in draft["environments"] if "region" in each)]
    regions += [target["arn"].split(":")[3] for target in draft.get("notifications", []) if "arn" in target]
    regions += [key.split(":")[3] for key in draft.get("kms_keys", [])]
    regions += [draft["delivery"]["connection"].split(":")[3]] if "connection" in draft.get("delivery", {}) else []
    homes = {re.match(r"(cn|us-gov)-|", region, re.ASCII)[0] for region in regions}  # type: ignore[index]
    if len(homes) > 1:
        why = "do not belong together: China and GovCloud are apart from all other regions"
        yield Fault("region", ", ".join(dict.fromkeys(regions)), why)


RULES: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    environments_have_names_of_their_own,
    targets_are_named_once,
    targets_name_environments_that_exist,
    targets_receive_something,
    tag_keys_differ_by_more_than_case,
    spare_capacity_has_small_workers,
    connected_repositories_have_their_depth,
    a_connection_leads_to_another_provider,
    topics_are_in_the_region_of_their_environments,
    readers_are_in_an_account_of_the_project,
    codecommit_is_where_the_project_is,
    a_vpc_belongs_to_one_account,
    one_partition_of_aws,
)
