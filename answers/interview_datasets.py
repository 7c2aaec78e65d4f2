"""The interview's questions about one dataset: its files, its columns, its keys, what is expected of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from answers import interview_columns
from answers import interview_questions as ask
from answers.between_fields import PARTITIONS
from answers.inference import Column, Inference, can_be_key, can_partition, can_tell_newest, infer
from answers.sample_fields import SampleError
from answers.sample_file import Sample, read_sample

Answer = dict[str, Any]
FORMATS = {"CSV": "csv", "JSON (lines or an array)": "json", "Parquet": "parquet", "ORC": "orc"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vertical bar": "|"}
NONE = ""
KEPT = ("prefix", "maximum_quarantined_share", "expected_every", "on_drift", "table_format", "schedule")
SHARES = {"none": 0, "1 %": 0.01, "5 %": 0.05, "20 %": 0.2}
OTHER_SHARE = "another share"
EXPECTED = {
    "every hour": "1 hours",
    "every day": "24 hours",
    "every week": "7 days",
    "another time": "other",
    "not regularly": NONE,
}


def dataset(taken: list[str]) -> tuple[str, Answer]:
    """A dataset's name and its entry in project.yaml."""
    name = ask.text("Dataset", "dataset_name", taken=taken)
    return name, with_expectations(name, with_columns_ruled(from_files({})))


def datasets() -> dict[str, Answer]:
    """The datasets one by one."""
    found: dict[str, Answer] = {}
    while True:
        name, settings = dataset(list(found))
        found[name] = settings
        if not ask.yes("Another dataset?", False):
            return found


def again(name: str, now: Answer, others: list[str]) -> tuple[str, Answer]:
    """A dataset with the part that the person chooses asked again."""
    parts: dict[str, Callable[[], Answer]] = {
        "files and columns, from a sample": lambda: from_files(now),
        "columns": lambda: {**now, "columns": interview_columns.corrected(now["columns"], {})},
        "primary key, newest row, partition": lambda: with_roles(now, {}, None),
        "rules": lambda: with_columns_ruled(now),
        "quarantined rows and how often data is expected": lambda: with_expectations(name, now),
    }
    chosen = ask.choice(f"Which part of {name}?", {**{title: title for title in parts}, "name": "name"})
    if chosen == "name":
        return ask.text("Dataset", "dataset_name", name, taken=others), now
    return name, parts[chosen]()


def from_files(now: Answer) -> Answer:
    """Format, columns and what depends on them, from a sample file or typed; the rest of `now` stays."""
    path = ask.file(
        "Sample file (empty for none)",
        sample_fault,
        "The template reads its first 10,000 rows and proposes columns and types. The file is not changed.",
    )
    kept = {key: now[key] for key in KEPT if key in now}
    if path is None:
        settings = without_sample()
        columns = interview_columns.corrected([], {})
        return with_roles({**kept, **settings, "columns": columns}, {}, None)
    sample = sampled(path)
    inference = infer(sample, missing_values(sample))
    seen = {column.name: column for column in inference.columns}
    columns = interview_columns.corrected(interview_columns.inferred(inference), seen)
    settings = {**kept, "format": sample.format, **details(sample, inference), "columns": columns}
    return with_roles(settings, seen, inference)


def sample_fault(path: Path) -> str | None:
    if not path.is_file():
        return "There is no such file."
    try:
        read_sample(path)
    except SampleError as error:
        return str(error)
    return None


def sampled(path: Path) -> Sample:
    """The sample, with its delimiter asked where several fit, and what was seen said."""
    sample = read_sample(path)
    if len(sample.delimiters) > 1:
        titles = {title: sign for title, sign in DELIMITERS.items() if sign in sample.delimiters}
        sign = ask.choice(
            "Which character separates the fields?",
            titles,
            sample.delimiters[0],
            "The file can be read in several ways.",
        )
        others = [each for each in sample.delimiters if each != sign]
        sample = Sample(**{**vars(read_sample(path, sign)), "delimiters": (sign, *others)})
    looked_at = f"all {sample.rows:,} rows" if sample.whole else f"the first {sample.rows:,} rows"
    ask.say(f"  Looked at {looked_at} of {path.name}: {sample.format}, {len(sample.fields)} columns.")
    for note in sample.notes:
        ask.say(f"  {note}")
    return sample


def missing_values(sample: Sample) -> list[str]:
    """The texts of the sample that mean a missing value, each asked."""
    return [
        each.text
        for each in infer(sample).missing_texts
        if ask.yes(f"Does '{each.text}' mean a missing value?", each.is_proposed, each.sentence)
    ]


def details(sample: Sample, inference: Inference) -> Answer:
    delimiter = {"delimiter": sample.delimiters[0]} if sample.format == "csv" and sample.delimiters[0] != "," else {}
    missing = {"missing_values": list(inference.missing_values)} if inference.missing_values else {}
    return {**delimiter, **missing}


def without_sample() -> Answer:
    """The format, and of CSV the delimiter."""
    file_format = ask.choice("Format of the files", FORMATS, "csv", ask.rule_of("file_format"))
    if file_format != "csv":
        return {"format": file_format}
    delimiter = ask.choice("Which character separates the fields?", DELIMITERS, ",")
    return {"format": "csv"} if delimiter == "," else {"format": "csv", "delimiter": delimiter}


def with_roles(now: Answer, seen: dict[str, Column], inference: Inference | None) -> Answer:
    """The dataset with primary key, newest-by and partition asked; the sample's proposals are pointed at."""
    types = {column["name"]: column["type"].partition("(")[0] for column in now["columns"]}
    proposed = {
        role: getattr(inference, role) if inference else now.get(role)
        for role in ("primary_key", "newest_by", "partition_by")
    }
    found = {key: value for key, value in now.items() if key not in proposed}
    keys = {f"{name}{repetition(seen.get(name))}": name for name, kind in types.items() if can_be_key(kind)}
    if keys:
        help_text = (
            "The columns that identify a row. Of rows with the same key, one is published; without a key, all are."
        )
        found["primary_key"] = ask.several("Primary key", keys, proposed["primary_key"] or [], help_text)
    if found.get("primary_key"):
        able = [name for name, kind in types.items() if can_tell_newest(name, kind)]
        able = [name for name in able if name not in found["primary_key"]]
        help_text = "Of rows with the same key, the one with the latest value in this column is published."
        found["newest_by"] = role("Newest row by", able, proposed["newest_by"], "the latest upload", help_text)
    able = [
        name for name, kind in types.items() if kind in PARTITIONS and (name not in seen or can_partition(seen[name]))
    ]
    help_text = "The published table gets a folder per day (dates) or per value, so that queries can skip folders."
    found["partition_by"] = role("Partition by", able, proposed["partition_by"], "nothing", help_text)
    return interview_columns.without_empty(found)


def role(message: str, able: list[str], proposed: str | None, otherwise: str, help_text: str) -> str:
    """A column for a role, empty for none; not asked when no column can play it."""
    if not able:
        return NONE
    choices = {**{name: name for name in able}, otherwise: NONE}
    found: str = ask.choice(message, choices, proposed or NONE, help_text)
    return found


def repetition(column: Column | None) -> str:
    if column is None or not column.values:
        return ""
    if column.missing:
        return f" (missing in {column.missing:,} rows)"
    repeated = len(column.values) - len(set(column.values))
    return f" ({repeated:,} rows repeat a value)" if repeated else " (every row has its own)"


def with_columns_ruled(now: Answer) -> Answer:
    return {**now, "columns": interview_columns.with_rules(now["columns"])}


def with_expectations(name: str, now: Answer) -> Answer:
    """The dataset with the share of quarantined rows and the freshness asked."""
    share = now.get("maximum_quarantined_share", 0.05)
    help_text = "Rows that break a rule go to quarantine. If a run has more of them, it fails and publishes nothing."
    choices = {**SHARES, OTHER_SHARE: -1}
    chosen = ask.choice(
        f"How many rows of {name} may be quarantined?", choices, share if share in SHARES.values() else -1, help_text
    )
    if chosen == -1:
        chosen = float(ask.line("Share of quarantined rows, 0 to 1", share_fault, str(share), "0.1 is one row in ten."))
    expected = now.get("expected_every", "24 hours")
    first = expected if expected in EXPECTED.values() else "other"
    help_text = "An alarm notifies you if nothing is published for this long."
    every = ask.choice(f"How often is data of {name} expected?", EXPECTED, first, help_text)
    if every == "other":
        every = ask.text("Expected every", "duration", "" if first != "other" else expected)
    rest = {key: value for key, value in now.items() if key != "expected_every"}
    return {**rest, "maximum_quarantined_share": chosen, **({"expected_every": every} if every else {})}


def share_fault(given: str) -> str | None:
    try:
        return None if 0 <= float(given) <= 1 else "It is not between 0 and 1."
    except ValueError:
        return "It is not a number."
