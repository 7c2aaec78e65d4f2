"""How what a crawler saw differs from the declared columns, as far as a crawler can know."""

import re

from drift_type import fits
from ledger import Row


def drift_of(crawled: Row, published: Row) -> list[str]:
    """Each difference in a few words, `added:x` and the like, between the raw and the published table."""
    declared, found = declared_columns(published), crawled_columns(crawled)
    names = list(dict.fromkeys(name for name, _ in found))
    if not declared.keys() & set(names) and all(re.fullmatch(r"col\d+", name) for name in names):
        # Where all cells are texts Glue sees no header, so it counts the columns instead of naming them.
        return []
    file_format = crawled.get("Parameters", {}).get("classification", "")
    has_missing_values = "missing_values" in published.get("Parameters", {})
    drift = [f"added:{name}" for name in names if name not in declared]
    # JSON leaves out what is missing, so a key that no sample holds says nothing.
    drift += [f"missing:{name}" for name in declared if name not in names and file_format != "json"]
    drift += [
        f"retyped:{name} is {kind}, not {declared[name]}"
        for name, kind in found
        if name in declared and not fits(file_format, declared[name], kind, has_missing_values)
    ]
    return [*drift, "reordered"] if file_format == "csv" and _is_reordered(names, published) else drift


def declared_columns(published: Row) -> dict[str, str]:
    """The columns of project.yaml with their types, out of the table that Terraform makes from them."""
    columns = {column["Name"]: column["Type"] for column in published["StorageDescriptor"]["Columns"]}
    # A declared partition column stands among the keys; a key that is a date is ours, the day of a declared time.
    keys = {key["Name"]: key["Type"] for key in published.get("PartitionKeys", []) if key["Type"] != "date"}
    return {name: kind for name, kind in (columns | keys).items() if not name.startswith("_") and name != "batch_id"}


def crawled_columns(crawled: Row) -> list[tuple[str, str]]:
    """Names and types as crawled; one name twice where files spell it differently. `day=3/` is no column."""
    return [(normalised(column["Name"]), column["Type"]) for column in crawled["StorageDescriptor"]["Columns"]]


def normalised(name: str) -> str:
    """A column's name as files/steps/inspection.py spells it: that file is not in the archive of the Lambdas."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _is_reordered(names: list[str], published: Row) -> bool:
    # A declared partition column has lost its place among the columns, so its order is not compared.
    order = [column["Name"] for column in published["StorageDescriptor"]["Columns"] if column["Name"] in names]
    return [name for name in names if name in order] != order
