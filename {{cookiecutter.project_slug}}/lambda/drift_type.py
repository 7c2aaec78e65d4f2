"""Which declared type may hold what a crawler called by another name."""

import re

INTEGERS = ("tinyint", "smallint", "int", "bigint")
NUMBERS = (*INTEGERS, "float", "double", "decimal")
TEXT_FORMATS = ("csv", "json")

# In a text file the crawler guesses from samples. What fits a declared type besides that type itself:
IN_TEXT = {
    **dict.fromkeys(INTEGERS, INTEGERS),  # It counts no digits: every whole number of a CSV file is a bigint.
    **dict.fromkeys(("float", "double"), NUMBERS),
    "decimal": (*NUMBERS, "string"),  # It knows no decimal, and a long one may be written as a text.
    **dict.fromkeys(("date", "timestamp"), (*NUMBERS, "string", "date", "timestamp")),  # 20260301 is a number to it.
    "binary": (*NUMBERS, "string"),  # Base64 may look like anything.
}
# Nobody documents what a CSV crawler calls a column of `true` and `false`; and a number of JSON is certain to
# 15 digits only, so long ones are sent as texts (docs/etl.md).
IN_ONE_TEXT_FORMAT = {("csv", "boolean", "string"), ("json", "bigint", "string")}
# Parquet and ORC say themselves what they hold; files/steps/columnar.py refuses each value that does not fit.
IN_COLUMNS = {
    **dict.fromkeys(INTEGERS, INTEGERS),
    "float": INTEGERS,
    "double": (*INTEGERS, "float"),
    "decimal": INTEGERS,
    "string": ("varchar", "char"),
}


def fits(file_format: str, declared: str, crawled: str, has_missing_values: bool = False) -> bool:
    """Whether a column that the crawler calls one type may well hold the declared one."""
    wanted, seen = _kind(declared), _kind(crawled)
    if file_format not in TEXT_FORMATS:
        return seen in (wanted, *IN_COLUMNS.get(wanted, ()))
    # Where a text stands for a missing number, a column of numbers is one of texts to a crawler.
    if wanted == "string" or (seen == "string" and has_missing_values):
        return True
    return seen in (wanted, *IN_TEXT.get(wanted, ())) or (file_format, wanted, seen) in IN_ONE_TEXT_FORMAT


def _kind(given: str) -> str:
    return re.split(r"[(<]", given, maxsplit=1)[0]
