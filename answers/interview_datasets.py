"""The interview's questions about one dataset: its files, columns, keys and expectations."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from dataops.inference.proposal import (
    DATES,
    Column,
    Inference,
    can_be_key,
    can_partition,
    can_tell_newest,
    infer,
    partitions_of,
)
from dataops.inference.sample_fields import SampleError
from dataops.inference.sample_file import Reading, Sample, read_sample
from dataops.validation.dataset_rules import PARTITIONS, role_faults

from answers import forms, interview_columns, personal_data, short_name
from answers import interview_questions as ask
from answers.contract import Contracted, ContractError, is_contract, read_contract

Answer = dict[str, Any]
FORMATS = {"CSV": "csv", "JSON (lines or an array)": "json", "Parquet": "parquet", "ORC": "orc"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vertical bar": "|"}
ENCODINGS = {
    "UTF-8": "utf-8",
    "Windows-1252 (Western Europe, Windows)": "windows-1252",
    "ISO-8859-1 (Latin-1)": "iso-8859-1",
    "UTF-16": "utf-16",
}
DECIMALS = {"a point: 1.5": ".", "a comma: 1,5 or 1.234,5": ","}
# The settings that say how a text file is read, with their defaults.
READING = {"delimiter": ",", "encoding": "utf-8", "header": True, "decimal": "."}
NONE = ""
KEPT = ("prefix", "maximum_quarantined_share", "expected_every", "on_drift", "schedule")
SHARES = {"none": 0, "1 %": 0.01, "5 %": 0.05, "20 %": 0.2}
OTHER_SHARE = "another share"
EXPECTED = {
    "every hour": "1 hours",
    "every day": "24 hours",
    "every week": "7 days",
    "another interval": "other",
    "not regularly": NONE,
}


# What the interview remembers of a dataset besides its entry in project.yaml: the file, and whether it is copied.
SAMPLE_FILE, IS_COPIED = "sample file", "sample is copied"
EXAMPLES = "orders:csv, customers:json"
ROLES = ("primary_key", "newest_by", "partition_by")
# What can be changed only while a sample shows what becomes of it.
OF_A_SAMPLE = ("missing", "reading")


def datasets(proposed: dict[str, Answer]) -> dict[str, Answer]:
    """The datasets, one sample file after the other; `proposed` are those of the person's own defaults."""
    found: dict[str, Answer] = {}
    while path := ask.file(f"Sample file of dataset {len(found) + 1}", sample_fault, help_on_files(found)):
        found |= dict(from_file(path, list(found)))
    return with_copies(found) if found else without_samples(proposed)


def from_file(path: Path, taken: list[str]) -> list[tuple[str, Answer]]:
    """The datasets of a file: one of a sample, several of a data contract."""
    return from_contract(read_contract(path), taken) if is_contract(path) else [from_sample(path, taken)]


def one_from_file(path: Path, taken: list[str]) -> tuple[str, Answer]:
    """One dataset of a file; which one, if a data contract has several."""
    if not is_contract(path):
        return from_sample(path, taken)
    offered = {each.name: each for each in read_contract(path)}
    chosen = next(iter(offered)) if len(offered) == 1 else ask.choice("Which of its datasets?", {n: n for n in offered})
    return from_contract([offered[chosen]], taken)[0]


def from_contract(contracted: list[Contracted], taken: list[str]) -> list[tuple[str, Answer]]:
    """The datasets of a data contract, each as the person accepts it."""
    found: list[tuple[str, Answer]] = []
    for each in contracted:
        names = [*taken, *(name for name, _ in found)]
        for note in each.notes:
            ask.say(f"  {note}")
        name = short_name.dataset_for(each.name, names) or ask.text("Dataset", "dataset_name", taken=names)
        now = each.settings if "format" in each.settings else {**without_sample(), **each.settings}
        found.append(accepted(name, without_lost_roles(now), names))
    return found


def accepted(name: str, now: Answer, taken: list[str]) -> tuple[str, Answer]:
    """A dataset without a sample, as the person accepts it."""
    while True:
        show(name, now, {})
        chosen = ask.choice(f"Dataset {name}", {t: part for t, part in CHANGES.items() if part not in OF_A_SAMPLE})
        if chosen == "accept":
            return name, now
        if chosen == "name":
            name = ask.text("Dataset", "dataset_name", name, taken=taken)
        else:
            now = changed(chosen, name, now, {})


def help_on_files(found: dict[str, Answer]) -> str:
    none = "if there are no more" if found else "to type the columns, or to start with examples"
    return (
        "Give a CSV, JSON, Parquet or ORC file: the template reads its first 10,000 rows and proposes columns and "
        f"types. Or give a data contract (ODCS 3, .yaml). Leave it empty {none}."
    )


def without_samples(proposed: dict[str, Answer]) -> dict[str, Answer]:
    """The datasets of somebody who has no sample file."""
    defaults = {f"my defaults: {', '.join(proposed)}": "defaults"} if proposed else {}
    examples = "examples to replace later: orders and customers, with sample files"
    how = ask.choice("Datasets without a sample", {**defaults, examples: "examples", "type the columns": "typed"})
    if how == "typed":
        return dict([typed([])])
    found = proposed if how == "defaults" else forms.datasets(EXAMPLES)
    return found if isinstance(found, dict) else {}


def dataset(taken: list[str]) -> tuple[str, Answer]:
    """A dataset more, from a sample file or typed."""
    path = ask.file("Sample file", sample_fault, help_on_files({}).replace(", or to start with examples", ""))
    if path is None:
        return typed(taken)
    return of_file(path, taken)


def of_file(path: Path, taken: list[str]) -> tuple[str, Answer]:
    """A dataset of a file, once it is known whether its first rows may be copied."""
    name, settings = one_from_file(path, taken)
    return name, with_copies({name: settings})[name]


def confirmed(path: Path, taken: list[str]) -> tuple[str, Answer] | None:
    """A dataset of a file for a project that there is already; None if the person does not want it written."""
    name, settings = of_file(path, taken)
    is_wanted = ask.yes(f"Write the dataset {name} into project.yaml?", True, "Nothing else in the file changes.")
    return (name, settings) if is_wanted else None


def typed(taken: list[str]) -> tuple[str, Answer]:
    """A dataset without a sample file."""
    name = ask.text("Dataset", "dataset_name", taken=taken)
    settings = with_typed_columns(without_sample())
    return name, with_roles(settings, {})


def with_typed_columns(now: Answer) -> Answer:
    return {**now, "columns": interview_columns.corrected([], now["format"], {})}


class Proposal(NamedTuple):
    """What a sample proposes, and what it was inferred from."""

    sample: Sample
    inference: Inference
    settings: Answer
    seen: dict[str, Column]


def from_sample(path: Path, taken: list[str]) -> tuple[str, Answer]:
    """A dataset as its sample proposes it, and as the person accepts it."""
    proposal = proposed_by(path, sampled(path))
    settings = proposal.settings
    name = short_name.dataset_for(path.name, taken) or ask.text("Dataset", "dataset_name", taken=taken)
    while True:
        show(name, settings, proposal.seen)
        chosen = ask.choice(f"Dataset {name}", changes_of(settings))
        if chosen == "accept":
            return name, settings
        if chosen == "name":
            name = ask.text("Dataset", "dataset_name", name, taken=taken)
        elif chosen in ("missing", "reading"):
            proposal = proposed_otherwise(chosen, path, proposal, settings)
            settings = proposal.settings
        else:
            settings = changed(chosen, name, settings, proposal.seen)


def proposed_otherwise(part: str, path: Path, proposal: Proposal, now: Answer) -> Proposal:
    """What a sample proposes once the person has said what is missing in it, or how it is read."""
    if part == "missing":
        decimal = proposal.inference.decimal
        return proposed_by(path, proposal.sample, missing_values(proposal.sample, decimal), decimal)
    reading, decimal = asked_reading(now)
    try:
        sample = read(path, reading)
    except SampleError as error:
        ask.say(f"  It cannot be read in this way: {error}")
        return proposal
    say_what_was_read(path, sample)
    return proposed_by(path, sample, None, decimal)


def asked_reading(now: Answer) -> tuple[Reading, str]:
    """How the person wants the files of a dataset to be read; what it has is pointed at."""
    found = {**READING, **now}
    is_csv = now["format"] == "csv"
    if is_csv:
        found["delimiter"] = ask.choice("Which character separates the fields?", DELIMITERS, found["delimiter"])
    found["encoding"] = ask.choice("Which encoding do the files have?", ENCODINGS, found["encoding"])
    if is_csv:
        found["header"] = ask.yes("Does the first line name the columns?", found["header"])
        found["decimal"] = ask.choice("Which character is the decimal separator?", DECIMALS, found["decimal"])
    return reading_of(found), found["decimal"]


def reading_of(now: Answer) -> Reading:
    """How the settings of a dataset say that its files are read."""
    found = {**READING, **now}
    return Reading(found["delimiter"], found["encoding"], found["header"])


def changes_of(now: Answer) -> dict[str, str]:
    """The parts of a dataset that can be changed; only text can be read in several ways."""
    return {title: part for title, part in CHANGES.items() if part != "reading" or now["format"] in ("csv", "json")}


CHANGES = {
    "Use it like this": "accept",
    "Change its name": "name",
    "Change its columns": "columns",
    "Change its primary key, newest row or partition": "roles",
    "Change which texts mean a missing value": "missing",
    "Change how its files are read": "reading",
    "Set rules for its values": "rules",
    "Set its share of quarantined rows and how often data is expected": "expectations",
}


def changed(part: str, name: str, now: Answer, seen: dict[str, Column]) -> Answer:
    """A dataset with one part asked."""
    parts: dict[str, Callable[[], Answer]] = {
        "columns": lambda: with_columns(now, seen),
        "roles": lambda: with_roles(now, seen),
        "rules": lambda: with_columns_ruled(now),
        "expectations": lambda: with_expectations(name, now),
    }
    return parts[part]()


def proposed_by(path: Path, sample: Sample, missing: list[str] | None = None, decimal: str | None = None) -> Proposal:
    """What a sample proposes: a dataset's entry, and the evidence for it by column."""
    inference = infer(sample, missing, decimal)
    roles = {role: getattr(inference, role) for role in ROLES}
    roles["primary_key"] = list(roles["primary_key"])
    settings = {"format": sample.format, **details(sample, inference), "columns": interview_columns.inferred(inference)}
    found = interview_columns.without_empty({**settings, **roles})
    seen = {column.name: column for column in inference.columns}
    return Proposal(sample, inference, {**without_lost_roles(found), SAMPLE_FILE: str(path)}, seen)


def with_columns(now: Answer, seen: dict[str, Column]) -> Answer:
    columns = interview_columns.corrected(now["columns"], now["format"], seen, have_names=now.get("header", True))
    if not now.get("header", True):
        renamed = dict(zip((each["name"] for each in now["columns"]), columns, strict=False))
        now = {**now, **roles_renamed(now, {old: new["name"] for old, new in renamed.items()})}
    return without_lost_roles({**now, "columns": columns})


def roles_renamed(now: Answer, names: dict[str, str]) -> Answer:
    """The roles of columns under their new names: without a header, the person gives every column its name."""
    roles = {role: names.get(now[role], now[role]) for role in ROLES[1:] if role in now}
    key = {"primary_key": [names.get(each, each) for each in now["primary_key"]]} if "primary_key" in now else {}
    return {**key, **roles}


def without_lost_roles(now: Answer) -> Answer:
    """A dataset whose roles name columns that can have them; each role that is lost is said."""
    types = {column["name"]: column["type"] for column in now["columns"]}
    key = [name for name in now.get("primary_key", []) if can_have("primary_key", name, types)]
    lost = [role for role in ROLES[1:] if role in now and not can_have(role, now[role], types)]
    kept = {role: value for role, value in now.items() if role not in (*lost, *ROLES[:1], *(() if key else ROLES[1:2]))}
    return interview_columns.without_empty({**kept, "primary_key": key})


def can_have(role: str, name: str, types: dict[str, str]) -> bool:
    """Whether a column can have a role, by the validator of project.yaml."""
    fault = next(role_faults(role, role, name, types), None)
    if fault:
        ask.say(f"  {name} is no longer in {role}: it {fault.why}.")
    return fault is None


def show(name: str, now: Answer, seen: dict[str, Column]) -> None:
    """A dataset before it is accepted."""
    if ask.is_replaying():
        return
    interview_columns.show(now["columns"], seen)
    for title, text in facts_of(now, seen):
        ask.say(f"  {title}: {text}")


def facts_of(now: Answer, seen: dict[str, Column]) -> list[tuple[str, str]]:
    """What a dataset is besides its columns, in words."""
    key = now.get("primary_key", [])
    facts = [("primary key", f"{', '.join(key)}{doubt_about_key(key, seen)}" or "none, so every row is published")]
    facts += [("newest row by", now["newest_by"])] if "newest_by" in now else []
    facts += partition_facts(now, seen)
    facts += [("data expected every", now["expected_every"])] if "expected_every" in now else []
    facts += [("read as missing", ", ".join(now["missing_values"]))] if "missing_values" in now else []
    read_as = [now.get("encoding"), "no header" if not now.get("header", True) else None]
    read_as += ["decimal commas" if now.get("decimal") == "," else None]
    return facts + ([("files", ", ".join(filter(None, read_as)))] if any(read_as) else [])


def doubt_about_key(key: list[str], seen: dict[str, Column]) -> str:
    """A remark on a key that only the rows that were read support."""
    columns = [seen[name] for name in key if name in seen]
    if len(columns) != 1 or columns[0].sample.whole or not columns[0].is_unique:
        return ""
    return f" (unique in {columns[0].sample.rows_read}; the rest of the file was not read)"


def partition_facts(now: Answer, seen: dict[str, Column]) -> list[tuple[str, str]]:
    """What a dataset is partitioned by, with the files that it costs; why a date is not used for it."""
    name = now.get("partition_by")
    if name:
        cost = f" (a file like this becomes {partitions_of(seen[name]).sentence})" if name in seen else ""
        return [("partitioned by", f"{name}{cost}")]
    dates = [each for each in now["columns"] if each["type"] in DATES and each["name"] in seen]
    able = [column for each in dates if (column := seen[each["name"]]).is_complete and column.type.type in DATES]
    if not able or partitions_of(able[0]).are_reasonable:
        return []
    cost = f"by {able[0].name}, a file like this would become {partitions_of(able[0]).sentence}"
    return [("partitioned by", f"nothing ({cost})")]


def with_copies(found: dict[str, Answer]) -> dict[str, Answer]:
    """The datasets, once it is known which samples may be copied into the project."""
    offered = {name: each for name, each in found.items() if SAMPLE_FILE in each}
    if not offered:
        return found
    personal = {name: personal_columns(Path(each[SAMPLE_FILE]), each) for name, each in offered.items()}
    titles = {title_of_copy(name, personal[name]): name for name in offered}
    help_text = (
        "At most 100 rows of each file are copied to samples/, so that make run and make local have data. "
        "You will commit them with the project: do not select personal data."
    )
    clean = [name for name in offered if not personal[name]]
    wanted = ask.several("Which samples do you want to copy?", titles, clean, help_text)
    return {name: {**each, IS_COPIED: name in wanted} if name in offered else each for name, each in found.items()}


def title_of_copy(name: str, columns: list[str]) -> str:
    return f"{name} (may contain personal data: {', '.join(columns)})" if columns else name


def personal_columns(path: Path, now: Answer) -> list[str]:
    """The columns of a sample that look like personal data."""
    columns = infer(read(path, reading_of(now))).columns
    names = [each.name for each in columns]
    if not now.get("header", True):
        names = [each["name"] for each in now["columns"]]
    return [
        name for name, column in zip(names, columns, strict=False) if personal_data.looks_personal(name, column.values)
    ]


def copies(found: dict[str, Answer]) -> dict[str, str]:
    """The sample files that are copied, by dataset."""
    return {name: each[SAMPLE_FILE] for name, each in found.items() if each.get(IS_COPIED)}


def without_memory(found: dict[str, Answer]) -> dict[str, Answer]:
    """The datasets as project.yaml holds them."""
    return {name: {k: v for k, v in each.items() if k not in (SAMPLE_FILE, IS_COPIED)} for name, each in found.items()}


def again(name: str, now: Answer, others: list[str]) -> tuple[str, Answer]:
    """Return a dataset with the part that the person chooses asked again."""
    parts: dict[str, Callable[[], Answer]] = {
        "files and columns, from a sample": lambda: from_files(now),
        "columns": lambda: with_columns(now, {}),
        "primary key, newest row, partition": lambda: with_roles(now, {}),
        "rules": lambda: with_columns_ruled(now),
        "quarantined rows and how often data is expected": lambda: with_expectations(name, now),
    }
    chosen = ask.choice(f"Which part of {name}?", {**{title: title for title in parts}, "name": "name"})
    if chosen == "name":
        return ask.text("Dataset", "dataset_name", name, taken=others), now
    return name, parts[chosen]()


def from_files(now: Answer) -> Answer:
    """Format, columns and what depends on them, from a sample file or typed; the rest of `now` stays."""
    path = ask.file("Sample file", sample_fault, "Its columns replace the current ones. Leave it empty to type them.")
    kept = {key: now[key] for key in KEPT if key in now}
    if path is None:
        settings = with_typed_columns(without_sample())
        return with_roles({**kept, **settings}, {})
    _, settings = one_from_file(path, [])
    return with_copies({path.stem: {**kept, **settings}})[path.stem]


def sample_fault(path: Path) -> str | None:
    if not path.is_file():
        return "There is no such file."
    try:
        read_contract(path) if is_contract(path) else read(path)
    except (SampleError, ContractError) as error:
        return str(error)
    return None


def read(path: Path, reading: Reading = Reading()) -> Sample:  # noqa: B008 (a tuple does not change)
    """A sample, read once while it stays as it is: a step back runs the whole interview again."""
    return read_at(path, path.stat().st_mtime_ns, reading)


@lru_cache(maxsize=32)
def read_at(path: Path, changed_at: int, reading: Reading) -> Sample:
    return read_sample(path, reading)


def sampled(path: Path) -> Sample:
    """The sample, with its delimiter asked where several fit, and what was seen said."""
    sample = read(path)
    if len(sample.delimiters) > 1:
        titles = {title: sign for title, sign in DELIMITERS.items() if sign in sample.delimiters}
        help_text = f"{path.name} can be read in several ways."
        sign = ask.choice("Which character separates the fields?", titles, sample.delimiters[0], help_text)
        others = [each for each in sample.delimiters if each != sign]
        sample = Sample(**{**vars(read(path, Reading(sign))), "delimiters": (sign, *others)})
    say_what_was_read(path, sample)
    return sample


def say_what_was_read(path: Path, sample: Sample) -> None:
    ask.say(f"  Looked at {sample.rows_read} of {path.name}: {sample.format}, {len(sample.fields)} columns.")
    for note in sample.notes:
        ask.say(f"  {note}")


def missing_values(sample: Sample, decimal: str) -> list[str]:
    """Return the texts of the sample that mean a missing value, each asked."""
    return [
        each.text
        for each in infer(sample, decimal=decimal).missing_texts
        if ask.yes(f"Does '{each.text}' mean a missing value?", each.is_proposed, each.sentence)
    ]


def details(sample: Sample, inference: Inference) -> Answer:
    """How the files of a sample are read, as far as it is not the default."""
    found: Answer = {"encoding": sample.encoding, "missing_values": list(inference.missing_values)}
    if sample.format == "csv":
        found |= {"delimiter": sample.delimiter, "header": sample.has_header, "decimal": inference.decimal}
    return {key: value for key, value in found.items() if value not in ([], READING.get(key))}


def without_sample() -> Answer:
    """Return the format, and for CSV the delimiter."""
    file_format = ask.choice("Format of the files", FORMATS, "csv", ask.rule_of("file_format"))
    if file_format != "csv":
        return {"format": file_format}
    delimiter = ask.choice("Which character separates the fields?", DELIMITERS, ",")
    return {"format": "csv"} if delimiter == "," else {"format": "csv", "delimiter": delimiter}


def with_roles(now: Answer, seen: dict[str, Column]) -> Answer:
    """The dataset with primary key, newest-by and partition asked; what it has is pointed at."""
    types = {column["name"]: column["type"].partition("(")[0] for column in now["columns"]}
    proposed = {role: now.get(role) for role in ROLES}
    found = {key: value for key, value in now.items() if key not in proposed}
    keys = {f"{name}{repetition(seen.get(name))}": name for name, kind in types.items() if can_be_key(kind)}
    if keys:
        help_text = (
            "The columns that identify a row. Of rows with the same key, one is published; without a key, every row is."
        )
        found["primary_key"] = ask.several("Primary key", keys, proposed["primary_key"] or [], help_text)
    if found.get("primary_key"):
        able = [name for name, kind in types.items() if can_tell_newest(name, kind)]
        able = [name for name in able if name not in found["primary_key"]]
        help_text = "Of rows with the same key, the one with the latest value in this column is published."
        found["newest_by"] = role(
            "Newest row by", {name: name for name in able}, proposed["newest_by"], "the latest upload", help_text
        )
    able = [
        name for name, kind in types.items() if kind in PARTITIONS and (name not in seen or can_partition(seen[name]))
    ]
    help_text = (
        "The published table gets a folder per day (dates) or per value, so that queries can skip folders. "
        "Each run writes at least one file into each folder that it has rows for: many small files are slow."
    )
    titles = {f"{name}{cost_of_partitions(seen.get(name))}": name for name in able}
    found["partition_by"] = role("Partition by", titles, proposed["partition_by"], "nothing", help_text)
    return interview_columns.without_empty(found)


def role(message: str, able: dict[str, str], proposed: str | None, otherwise: str, help_text: str) -> str:
    """Return a column for a role, empty for none; not asked if no column fits. `able` has the columns by title."""
    if not able:
        return NONE
    found: str = ask.choice(message, {**able, otherwise: NONE}, proposed or NONE, help_text)
    return found


def repetition(column: Column | None) -> str:
    """What the rows that were read say about a column as a key."""
    if column is None or not column.values:
        return ""
    read_rows = column.sample.rows_read
    if column.missing:
        return f" (missing in {column.missing:,} of {read_rows})"
    if column.repeated:
        return f" ({column.repeated:,} of {read_rows} repeat a value)"
    return f" (unique in {read_rows})"


def cost_of_partitions(column: Column | None) -> str:
    """What partitions by a column become of a file like the sample, and which rows they refuse."""
    if column is None or not column.values:
        return ""
    missing = f"; the {column.missing:,} rows without a value go to quarantine" if column.missing else ""
    return f" (a file like this becomes {partitions_of(column).sentence}{missing})"


def with_columns_ruled(now: Answer) -> Answer:
    return {**now, "columns": interview_columns.with_rules(now["columns"], now["format"])}


def with_expectations(name: str, now: Answer) -> Answer:
    """Return the dataset after questions about the share of quarantined rows and the freshness."""
    share = now.get("maximum_quarantined_share", 0.05)
    help_text = (
        "Rows that break a rule go to quarantine. A run with a larger share of such rows fails and publishes nothing."
    )
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
