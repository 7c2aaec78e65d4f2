"""The entry of a dataset in project.yaml that a sample proposes, and its lines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dataops.inference.column_types import ColumnType
from dataops.inference.proposal import Column, Inference, infer
from dataops.inference.sample_file import Reading, Sample, read_sample
from dataops.inference.yaml_text import yaml_text

Entry = dict[str, Any]
# An entry leaves out what the job does by itself.
READ_BY_DEFAULT = {"encoding": "utf-8", "delimiter": ",", "header": True, "decimal": "."}


class Proposed(NamedTuple):
    """What a file proposes, with the evidence."""

    sample: Sample
    inference: Inference
    entry: Entry


def proposed_for(path: Path, reading: Reading = Reading()) -> Proposed:  # noqa: B008 (a tuple does not change)
    """Return the likeliest entry for a file, without a question; SampleError explains why there is none."""
    sample = read_sample(path, reading)
    inference = infer(sample)
    return Proposed(sample, inference, entry_of(sample, inference))


def entry_of(sample: Sample, inference: Inference) -> Entry:
    """Return the entry with each column's likeliest type."""
    return without_empty(
        {
            "format": sample.format,
            **reading_of(sample, inference),
            "columns": [column_entry(column) for column in inference.columns],
            "primary_key": list(inference.primary_key),
            "newest_by": inference.newest_by,
            "partition_by": inference.partition_by,
        }
    )


def reading_of(sample: Sample, inference: Inference) -> Entry:
    """Return how the files of a sample are read, as far as it is not the default."""
    found: Entry = {"encoding": sample.encoding, "missing_values": list(inference.missing_values)}
    if sample.format == "csv":
        found |= {"delimiter": sample.delimiter, "header": sample.has_header, "decimal": inference.decimal}
    return {key: value for key, value in found.items() if value not in ([], READ_BY_DEFAULT.get(key))}


def column_entry(column: Column) -> Entry:
    """Return a column's entry with its likeliest type."""
    likeliest = likeliest_type(column)
    return without_empty({"name": column.name, "type": likeliest.type, "format": likeliest.format})


def likeliest_type(column: Column) -> ColumnType:
    """Return the type that is taken without a question; a date with points has its day first, as in most of Europe."""
    day_first = [each for each in column.finding.choices if re.match(r"d+\.", each.format or "")]
    return (day_first if column.finding.must_be_asked and day_first else list(column.finding.choices))[0]


def without_empty(entry: Entry) -> Entry:
    """Return the keys that have a value."""
    return {key: value for key, value in entry.items() if value not in ("", None, [])}


def lines_of(name: str, entry: Entry) -> Iterator[str]:
    """Return the lines of an entry, as a new project's project.yaml has them below `datasets:`."""
    yield f"  {yaml_text(name)}:"
    for key, value in entry.items():
        if key == "columns":
            yield "    columns:"
            yield from (f"      - {yaml_text(column)}" for column in value)
        else:
            yield f"    {key}: {yaml_text(value)}"
