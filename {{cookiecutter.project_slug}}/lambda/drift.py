"""How what a crawler saw differs from the declared columns, as far as a crawler can know."""

import re

from drift_type import fits
from ledger import Row


def drift_of(crawled: Row, published: Row) -> list[str]:
    """Each difference in a few words, `added:x` and the like, between the raw and the published table."""
    file_format, told = crawled.get("Parameters", {}).get("classification", ""), published.get("Parameters", {})
    if told.get("header") == "false":
        # Columns without names are known by their places, which no crawler tells.
        return []
    declared = declared_columns(published)
    # Where all cells are texts Glue sees no header: it counts the columns instead of naming them.
    found = [
        column for column in crawled_columns(crawled, file_format) if column[0] in declared or not _counted(column)
    ]
    # Without a header columns are known by their places, which no crawler tells.
    if not found or told.get("header") == "false":
        return []
    names = list(dict.fromkeys(name for name, _ in found))
    has_texts = "missing_values" in told or "decimal" in told
    drift = [f"added:{name}" for name in names if name not in declared]
    drift += [f"missing:{name}" for name in declared if name not in names and _is_known(name, crawled, file_format)]
    drift += [
        f"retyped:{name} is {kind}, not {declared[name]}"
        for name, kind in found
        if name in declared and not fits(file_format, declared[name], kind, has_texts)
    ]
    return [*drift, "reordered"] if file_format == "csv" and _is_reordered(names, published) else drift


def declared_columns(published: Row) -> dict[str, str]:
    """The columns of project.yaml with their types, out of the table that Terraform makes from them."""
    columns = {column["Name"]: column["Type"] for column in published["StorageDescriptor"]["Columns"]}
    # A declared partition column stands among the keys; a key that is a date is ours, the day of a declared time.
    keys = {key["Name"]: key["Type"] for key in published.get("PartitionKeys", []) if key["Type"] != "date"}
    return {name: kind for name, kind in (columns | keys).items() if not name.startswith("_") and name != "batch_id"}


def crawled_columns(crawled: Row, file_format: str) -> list[tuple[str, str]]:
    """Names and types as crawled; one name twice where files spell it differently. `day=3/` is no column."""
    columns = [(column["Name"], column["Type"]) for column in crawled["StorageDescriptor"]["Columns"]]
    if file_format == "json":
        # A file that is one array is one row to Glue, with one column that holds the real ones.
        rows = {column for column in columns if column[0] == "array" and column[1].startswith("array<struct<")}
        columns = [each for column in columns for each in (_fields(column[1]) if column in rows else [column])]
    return [(normalised(name), kind) for name, kind in columns]


def normalised(name: str) -> str:
    """A column's name as files/steps/inspection.py spells it: that file is not in the archive of the Lambdas."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _counted(column: tuple[str, str]) -> bool:
    return bool(re.fullmatch(r"col\d+", column[0]))


def _is_known(name: str, crawled: Row, file_format: str) -> bool:
    # JSON leaves out what is missing, so a key that no sample holds says nothing; a folder `day=3/` hides a column.
    return file_format != "json" and name not in [normalised(key["Name"]) for key in crawled.get("PartitionKeys", [])]


def _fields(kind: str) -> list[tuple[str, str]]:
    """The fields of array<struct<a:int,b:struct<c:int>>>, whose commas and colons count at the first level only."""
    fields, depth = [""], 0
    for sign in kind.removeprefix("array<struct<").removesuffix(">>"):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(sign, 0)
        fields += [""] if sign == "," and not depth else []
        fields[-1] += "" if sign == "," and not depth else sign
    return [(name, inner) for name, _, inner in (field.partition(":") for field in fields)]


def _is_reordered(names: list[str], published: Row) -> bool:
    # A declared partition column has lost its place among the columns, so its order is not compared.
    order = [column["Name"] for column in published["StorageDescriptor"]["Columns"] if column["Name"] in names]
    return [name for name in names if name in order] != order
