"""The differences of crawled and declared columns, as far as a crawler can detect them."""

import re
from typing import Any

from column_name import normalised
from ledger.ledger import Row

INTEGERS = ("tinyint", "smallint", "int", "bigint")
NUMBERS = (*INTEGERS, "float", "double", "decimal")
TEXT_FORMATS = ("csv", "json")

# In a text file the crawler guesses types from samples. These types fit a declared type besides the type itself:
IN_TEXT = {
    **dict.fromkeys(INTEGERS, INTEGERS),  # It does not count digits: every whole number of a CSV file is a bigint.
    **dict.fromkeys(("float", "double"), NUMBERS),
    "decimal": (*NUMBERS, "string"),  # It has no decimal, and a long one may be written as a text.
    **dict.fromkeys(("date", "timestamp"), (*NUMBERS, "string", "date", "timestamp")),  # 20260301 is a number to it.
    "binary": (*NUMBERS, "string"),  # Base64 may look like any type.
}
# Nobody documents what a CSV crawler calls a column of `true` and `false`; and long
# numbers are often sent as strings in JSON, because many programs read 15 digits only.
IN_ONE_TEXT_FORMAT = {("csv", "boolean", "string"), ("json", "bigint", "string")}
# Parquet and ORC have types of their own; files/steps/columnar.py refuses each value that would lose something.
IN_COLUMNS = {
    **dict.fromkeys(INTEGERS, INTEGERS),
    "float": INTEGERS,
    "double": (*INTEGERS, "float"),
    "decimal": INTEGERS,
    "string": ("varchar", "char"),
}


def fits(file_format: str, declared: str, crawled: str, has_missing_values: bool = False) -> bool:
    """Return whether a column of a crawled type may hold the declared type."""
    wanted, seen = _kind(declared), _kind(crawled)
    if file_format not in TEXT_FORMATS:
        return seen in (wanted, *IN_COLUMNS.get(wanted, ()))
    # If a string means a missing number, a crawler sees a column of numbers as strings.
    if wanted == "string" or (seen == "string" and has_missing_values):
        return True
    return seen in (wanted, *IN_TEXT.get(wanted, ())) or (file_format, wanted, seen) in IN_ONE_TEXT_FORMAT


def _kind(given: str) -> str:
    return re.split(r"[(<]", given, maxsplit=1)[0]


def raw_and_published(glue: Any, crawler_name: str, dataset: str) -> tuple[Row, Row] | None:
    """Return the crawled table and the view, as GetTable returns them; None before the first crawl."""
    crawler = glue.get_crawler(Name=crawler_name)["Crawler"]
    folder = crawler["Targets"]["S3Targets"][0]["Path"].rstrip("/")
    # Glue names the table for the folder, and writes an underscore for what a name must not hold.
    name = crawler.get("TablePrefix", "") + re.sub(r"\W", "_", folder.rpartition("/")[2])
    raw = _table(glue, crawler["DatabaseName"], name)
    # A folder of the same name elsewhere in the bucket may have had that table first.
    if not raw or raw["StorageDescriptor"].get("Location", "").rstrip("/") != folder:
        return None
    published: Row = glue.get_table(DatabaseName=crawler["DatabaseName"], Name=dataset)["Table"]
    return raw, published


def _table(glue: Any, database: str, name: str) -> Row | None:
    try:
        table: Row = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return None
    return table


def drift_of(crawled: Row, published: Row) -> list[str]:
    """Each difference in a few words, `added:x` and the like, between the raw and the published table."""
    file_format, parameters = crawled.get("Parameters", {}).get("classification", ""), published.get("Parameters", {})
    declared = declared_columns(published)
    # If all cells are texts, Glue finds no header: it counts the columns instead of naming them.
    found = [
        column for column in crawled_columns(crawled, file_format) if column[0] in declared or not _counted(column)
    ]
    # Without a header columns are known by their places, which no crawler tells.
    if not found or parameters.get("header") == "false":
        return []
    names = list(dict.fromkeys(name for name, _ in found))
    has_texts = "missing_values" in parameters or "decimal" in parameters
    drift = [f"added:{name}" for name in names if name not in declared]
    drift += [f"missing:{name}" for name in declared if name not in names and _is_known(name, crawled, file_format)]
    drift += [
        f"retyped:{name} is {kind}, not {declared[name]}"
        for name, kind in found
        if name in declared and not fits(file_format, declared[name], kind, has_texts)
    ]
    return [*drift, "reordered"] if file_format == "csv" and _is_reordered(names, published) else drift


def declared_columns(published: Row) -> dict[str, str]:
    """Return the columns of project.yaml with their types, from the view that Terraform creates from them."""
    columns = {column["Name"]: column["Type"] for column in published["StorageDescriptor"]["Columns"]}
    return {name: kind for name, kind in columns.items() if not name.startswith("_")}


def crawled_columns(crawled: Row, file_format: str) -> list[tuple[str, str]]:
    """Return crawled names and types; a name may occur twice if files spell it differently. `day=3/` is no column."""
    columns = [(column["Name"], column["Type"]) for column in crawled["StorageDescriptor"]["Columns"]]
    if file_format == "json":
        # A file that is one array is one row to Glue, with one column that holds the real ones.
        rows = {column for column in columns if column[0] == "array" and column[1].startswith("array<struct<")}
        columns = [each for column in columns for each in (_fields(column[1]) if column in rows else [column])]
    return [(normalised(name), kind) for name, kind in columns]


def _counted(column: tuple[str, str]) -> bool:
    return bool(re.fullmatch(r"col\d+", column[0]))


def _is_known(name: str, crawled: Row, file_format: str) -> bool:
    # JSON omits missing values, so a key that no sample has means nothing; a folder `day=3/` hides a column.
    return file_format != "json" and name not in [normalised(key["Name"]) for key in crawled.get("PartitionKeys", [])]


def _fields(kind: str) -> list[tuple[str, str]]:
    """Return the fields of array<struct<a:int,b:struct<c:int>>>, split at commas and colons of the first level."""
    fields, depth = [""], 0
    for sign in kind.removeprefix("array<struct<").removesuffix(">>"):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(sign, 0)
        fields += [""] if sign == "," and not depth else []
        fields[-1] += "" if sign == "," and not depth else sign
    return [(name, inner) for name, _, inner in (field.partition(":") for field in fields)]


def _is_reordered(names: list[str], published: Row) -> bool:
    order = [column["Name"] for column in published["StorageDescriptor"]["Columns"] if column["Name"] in names]
    return [name for name in names if name in order] != order
