"""The rules for the datasets of project.yaml, between settings that are each valid by themselves."""

import contextlib
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from dataops.validation.column_rules import TEXT_FORMATS, column_faults
from dataops.validation.column_values import DATES, FLOATING, base_of
from dataops.validation.fault import Fault, nearest

Settings = dict[str, Any]
PARTITIONS = (*DATES, "string", "int", "bigint", "smallint", "tinyint", "boolean")
WITHOUT_ORDER = ("binary", "boolean")
# Every environment has this dataset too: the smoke test's own.
CANARY = "canary"
SUFFIXES = ("_batches", "_commits", "_iceberg")
OF_CSV = ("delimiter", "quoted_newlines", "header", "decimal")
OF_TEXT = ("encoding",)


def dataset_faults(settings: Settings, some_are_wrong: bool = False) -> Iterator[Fault]:
    """Return what is wrong with the datasets; with invalid values, as far as it can be checked."""
    # A rule that meets a value of another shape adds nothing: that value is refused already.
    not_applicable = (TypeError, KeyError, AttributeError, IndexError, ValueError) if some_are_wrong else ()
    for between in BETWEEN_DATASETS:
        with contextlib.suppress(*not_applicable):
            yield from between(settings["datasets"])
    with contextlib.suppress(*not_applicable):
        for name, dataset in settings["datasets"].items():
            for of_one in OF_ONE_DATASET:
                with contextlib.suppress(*not_applicable):
                    yield from of_one(f"datasets, {name}", dataset)


def prefixes_contain_no_other(datasets: Settings) -> Iterator[Fault]:
    prefixes = {name: dataset.get("prefix", f"{name}/") for name, dataset in datasets.items()}
    prefixes[CANARY] = f"{CANARY}/"
    for (one, first), (other, second) in combinations(prefixes.items(), 2):
        if first.startswith(second) or second.startswith(first):
            inside = f"and that of {other}, '{second}', contain one another: a file would belong to both"
            yield Fault(f"datasets, {one}, prefix", first, inside, "Give each dataset its own folder.")


def names_are_free_in_the_catalog(datasets: Settings) -> Iterator[Fault]:
    names = [*datasets, CANARY]
    tables = {f"{name}{suffix}": name for name in names for suffix in SUFFIXES}
    tables |= {f"{prefix}_{name}": name for name in names for prefix in ("raw", "quarantine")}
    for name in datasets.keys() & tables.keys():
        taken = f"is also the name of a table that the dataset {tables[name]} gets"
        yield Fault("datasets", name, taken, "Choose another name.")


def columns_are_named_once(location: str, dataset: Settings) -> Iterator[Fault]:
    names = [column["name"].lower() for column in dataset["columns"]]
    for name in sorted({each for number, each in enumerate(names) if each in names[:number]}):
        yield Fault(f"{location}, columns", name, "is listed twice", "Give each column its own name.")


def roles_name_columns_that_can_have_them(location: str, dataset: Settings) -> Iterator[Fault]:
    types = {column["name"]: column["type"] for column in dataset["columns"]}
    roles = [("primary_key", column) for column in dataset.get("primary_key", [])]
    roles += [(role, dataset[role]) for role in ("newest_by", "partition_by") if role in dataset]
    for role, column in roles:
        yield from role_faults(f"{location}, {role}", role, column, types)


def role_faults(location: str, role: str, column: str, types: dict[str, str]) -> Iterator[Fault]:
    kind = base_of(types.get(column, ""))
    if not kind:
        columns = f"Its columns are {', '.join(types)}."
        yield Fault(location, column, "is not a column of the dataset", nearest(column, types, columns))
    elif role == "primary_key" and kind in FLOATING:
        why = f"is of type {kind}, and floating-point values do not compare exactly"
        yield Fault(location, column, why, "Choose text, a whole number, a decimal or a date.")
    elif role == "newest_by" and kind in WITHOUT_ORDER:
        why = f"is of type {kind}, which has no order"
        yield Fault(location, column, why, "Choose a date, a timestamp or a number.")
    elif role == "partition_by" and kind not in PARTITIONS:
        why = f"is of type {kind}, which cannot name a folder"
        yield Fault(location, column, why, f"It can be {', '.join(PARTITIONS)}.")


def the_partition_adds_a_column_of_its_own(location: str, dataset: Settings) -> Iterator[Fault]:
    """A partition by a date or a time adds a column with its day (files/steps/settings.py)."""
    by = dataset.get("partition_by")
    types = {column["name"]: column["type"] for column in dataset["columns"]}
    added = f"{by}_day"
    if types.get(by) in DATES and added in types:
        why = f"is also the column that partition_by: {by} adds to the published table"
        yield Fault(f"{location}, columns", added, why, "Rename it, or choose another partition.")


def rules_fit_the_types(location: str, dataset: Settings) -> Iterator[Fault]:
    for column in dataset["columns"]:
        yield from column_faults(f"{location}, columns, {column['name']}", column, dataset["format"])


def settings_fit_the_format(location: str, dataset: Settings) -> Iterator[Fault]:
    file_format = dataset["format"]
    of_format = {**dict.fromkeys(OF_CSV, ("csv",)), **dict.fromkeys(OF_TEXT, TEXT_FORMATS)}
    for key, formats in of_format.items():
        if key in dataset and file_format not in formats:
            why = f"is not allowed on a dataset of format {file_format}"
            yield Fault(f"{location}, {key}", dataset[key], why, f"Use it on {' or '.join(formats)}.")


BETWEEN_DATASETS: tuple[Callable[[Settings], Iterator[Fault]], ...] = (
    prefixes_contain_no_other,
    names_are_free_in_the_catalog,
)
OF_ONE_DATASET: tuple[Callable[[str, Settings], Iterator[Fault]], ...] = (
    columns_are_named_once,
    roles_name_columns_that_can_have_them,
    the_partition_adds_a_column_of_its_own,
    rules_fit_the_types,
    settings_fit_the_format,
)
