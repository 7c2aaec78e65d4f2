"""The rules between answers that are each valid by themselves."""

import contextlib
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from answers.schema import Fault, schema

Draft = dict[str, Any]
NUMBERS = ("bigint", "int", "smallint", "tinyint", "float", "double", "decimal")
FLOATING = ("float", "double")
DATES = ("date", "timestamp")
PARTITIONS = (*DATES, "string", "int", "bigint", "smallint", "tinyint", "boolean")
# Every environment has this dataset too: the smoke test's own.
CANARY = "canary"
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
SUFFIXES = ("_batches", "_commits", "_iceberg")


def faults_between_fields(draft: Draft, some_are_wrong: bool = False) -> Iterator[Fault]:
    """Return what is wrong between the fields of a draft; with invalid fields, as far as it can be checked."""
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


def prefixes_hold_no_other(draft: Draft) -> Iterator[Fault]:
    prefixes = {name: dataset.get("prefix", f"{name}/") for name, dataset in draft["datasets"].items()}
    prefixes[CANARY] = f"{CANARY}/"
    for (one, first), (other, second) in combinations(prefixes.items(), 2):
        if first.startswith(second) or second.startswith(first):
            inside = f"and that of {other}, '{second}', contain one another: a file would belong to both"
            yield Fault(f"datasets, {one}, prefix", first, inside, "Give each dataset its own folder.")


def names_are_free_in_the_catalog(draft: Draft) -> Iterator[Fault]:
    datasets = [*draft["datasets"], CANARY]
    tables = {f"{name}{suffix}": name for name in datasets for suffix in SUFFIXES}
    tables |= {f"raw_{name}": name for name in datasets}
    for name in draft["datasets"].keys() & tables.keys():
        taken = f"is also the name of a table that the dataset {tables[name]} gets"
        yield Fault("datasets", name, taken, "Choose another name.")


def targets_are_named_once(draft: Draft) -> Iterator[Fault]:
    """Refuse duplicate targets; an address may occur again with other kinds, for other environments."""
    seen: set[tuple[tuple[str, ...], str]] = set()
    for target in draft.get("notifications", []):
        address = tuple(str(target[key]) for key in sorted(target) if key not in ROUTING)
        addresses = {(address, environment) for environment in target.get("environments", environments_of(draft))}
        if addresses & seen:
            why = "is listed twice"
            yield Fault("notifications", name_of_target(target), why, "Each target is named once for an environment.")
        seen |= addresses


def targets_name_environments_that_exist(draft: Draft) -> Iterator[Fault]:
    for target in draft.get("notifications", []):
        for environment in target.get("environments", []):
            if environment not in environments_of(draft):
                yield Fault(
                    "notifications, environments",
                    environment,
                    "is no environment",
                    f"It can be {', '.join(environments_of(draft))}.",
                )


def targets_receive_something(draft: Draft) -> Iterator[Fault]:
    for target in draft.get("notifications", []):
        names = target.get("environments", environments_of(draft))
        kinds = set(target.get("kinds", ["alarm"])) - ({SUCCESS} if target.get("successes") == "never" else set())
        if not any(kinds & set(kinds_in(name)) for name in names if name in environments_of(draft)):
            why = "would receive nothing: none of its kinds occur in its environments"
            yield Fault("notifications", name_of_target(target), why)


def name_of_target(target: Draft) -> str:
    """Return the identity of a target."""
    return next(str(target[key]) for key in ("endpoint", "arn", "channel") if key in target)


def kinds_in(environment: str) -> list[str]:
    """Return the kinds of notification that occur in an environment, or in the pipeline."""
    kinds: list[str] = schema()["$defs"]["notification_kind"]["enum"]
    return [kind for kind in kinds if kind in OF_BOTH or (kind in OF_DELIVERIES) == (environment == PIPELINE)]


def environments_of(draft: Draft) -> list[str]:
    """Return the origins of notifications: each environment, and the pipeline."""
    return [*(environment["name"] for environment in draft["environments"]), PIPELINE]


def tag_keys_differ_by_more_than_case(draft: Draft) -> Iterator[Fault]:
    for key in repeated([key.casefold() for key in draft.get("tags", {})]):
        yield Fault("tags", key, "is listed twice with different case", "AWS keeps one of them.")


def columns_are_named_once(draft: Draft) -> Iterator[Fault]:
    for name, dataset in draft["datasets"].items():
        for column in repeated([column["name"].lower() for column in dataset["columns"]]):
            yield Fault(
                f"datasets, {name}, columns",
                column,
                "is listed twice",
                "Give each column its own name.",
            )


def roles_name_columns_that_can_play_them(draft: Draft) -> Iterator[Fault]:
    for name, dataset in draft["datasets"].items():
        types = {column["name"]: column["type"] for column in dataset["columns"]}
        roles = [("primary_key", column) for column in dataset.get("primary_key", [])]
        roles += [(role, dataset[role]) for role in ("newest_by", "partition_by") if role in dataset]
        for role, column in roles:
            yield from role_faults(f"datasets, {name}, {role}", role, column, types)


def role_faults(location: str, role: str, column: str, types: dict[str, str]) -> Iterator[Fault]:
    kind = types.get(column, "").partition("(")[0]
    if not kind:
        yield Fault(location, column, "is not a column of the dataset", f"Its columns are {', '.join(types)}.")
    elif role == "primary_key" and kind in FLOATING:
        yield Fault(
            location,
            column,
            f"is of type {kind}, and floating-point values do not compare exactly",
            "Choose text, a whole number, a decimal or a date.",
        )
    elif role == "newest_by" and kind in ("binary", "boolean"):
        yield Fault(
            location,
            column,
            f"is of type {kind}, which has no order",
            "Choose a date, a timestamp or a number.",
        )
    elif role == "partition_by" and kind not in PARTITIONS:
        why = f"is of type {kind}, which cannot name a folder"
        yield Fault(location, column, why, f"It can be {', '.join(PARTITIONS)}.")


def rules_fit_the_types(draft: Draft) -> Iterator[Fault]:
    for name, dataset in draft["datasets"].items():
        for column in dataset["columns"]:
            yield from column_faults(f"datasets, {name}, columns, {column['name']}", column)


def column_faults(location: str, column: Draft) -> Iterator[Fault]:
    kind = column["type"].partition("(")[0]
    beside = f"is not allowed on a column of type {kind}"
    if "format" in column and kind not in DATES:
        yield Fault(f"{location}, format", column["format"], beside, "Use it on dates and timestamps.")
    if "pattern" in column and kind != "string":
        yield Fault(f"{location}, pattern", column["pattern"], beside, "Use it on strings.")
    for key in ("minimum", "maximum"):
        if key in column and kind not in (*NUMBERS, *DATES):
            yield Fault(f"{location}, {key}", column[key], beside, "Use it on numbers and dates.")
        elif key in column and isinstance(column[key], str) != (kind in DATES):
            wanted = "a date" if kind in DATES else "a number"
            yield Fault(f"{location}, {key}", column[key], f"is not {wanted}", f"The column is of type {kind}.")
    limits = [column[key] for key in ("minimum", "maximum") if key in column]
    if len(limits) == 2 and isinstance(limits[0], str) == isinstance(limits[1], str) and limits[0] > limits[1]:
        why = f"is more than the maximum {limits[1]}"
        yield Fault(f"{location}, minimum", limits[0], why, "No value could pass.")


def csv_keys_belong_to_csv(draft: Draft) -> Iterator[Fault]:
    for name, dataset in draft["datasets"].items():
        for key in ("delimiter", "quoted_newlines", "header", "decimal"):
            if key in dataset and dataset["format"] != "csv":
                why = f"is not allowed on a dataset of format {dataset['format']}"
                yield Fault(f"datasets, {name}, {key}", dataset[key], why, "Use it on csv.")
        if "encoding" in dataset and dataset["format"] not in ("csv", "json"):
            why = f"is not allowed on a dataset of format {dataset['format']}"
            yield Fault(f"datasets, {name}, encoding", dataset["encoding"], why, "Use it on csv or json.")


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
            far = [name for name in target.get("environments", environments_of(draft)) if regions.get(name) != region]
            if far:
                why = f"is in {region}, but {', '.join(far)} is not: an alarm reaches topics of its own region only"
                yield Fault(
                    "notifications, arn", target["arn"], why, "Name a topic per region, each with `environments`."
                )


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
    prefixes_hold_no_other,
    names_are_free_in_the_catalog,
    targets_are_named_once,
    targets_name_environments_that_exist,
    targets_receive_something,
    tag_keys_differ_by_more_than_case,
    columns_are_named_once,
    roles_name_columns_that_can_play_them,
    rules_fit_the_types,
    csv_keys_belong_to_csv,
    spare_capacity_has_small_workers,
    connected_repositories_have_their_depth,
    a_connection_leads_to_another_provider,
    topics_are_in_the_region_of_their_environments,
    codecommit_is_where_the_project_is,
    a_vpc_belongs_to_one_account,
    one_partition_of_aws,
)
