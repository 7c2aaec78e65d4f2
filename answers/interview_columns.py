"""The interview's questions about the columns of a dataset: their types, their rules."""

from decimal import Decimal
from math import isfinite
from typing import Any

from dataops.inference.fit import test_of
from dataops.inference.proposal import Column, Inference
from dataops.inference.sample_fields import listed
from dataops.validation.column_rules import TEXT_FORMATS, column_faults
from dataops.validation.column_values import DATES, NUMBERS, base_of
from dataops.validation.text import shown
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answers import interview_questions as ask
from answers.terminal_limits import screen_width

Answer = dict[str, Any]
TYPES = ("string", "bigint", "double", "decimal(12,2)", "date", "timestamp", "boolean")
ANOTHER_TYPE = "another type"
# What a narrow screen may show the beginning of.
SHORTENED = ("in the file", "for example")
RULES = {
    "a value is required": "required",
    "no value twice in a batch": "unique",
    "a minimum": "minimum",
    "a maximum": "maximum",
    "only certain values": "one_of",
    "a pattern that the whole value matches": "pattern",
}


def inferred(inference: Inference) -> list[Answer]:
    """The columns of a sample with their likeliest types; what is asked is only which of two dates a text means."""
    found = []
    for column in inference.columns:
        finding, chosen = column.finding, column.type
        text = sentence(f"{column.name}: {finding.sentence}")
        if finding.must_be_asked:
            choices = {each.label(): each for each in finding.choices}
            chosen = ask.choice(f"Type of {column.name}", choices, chosen, text)
        elif finding.sentence:
            ask.say(f"  {text}{f' Taken as {chosen.type}.' if len(finding.choices) > 1 else ''}")
        found.append(without_empty({"name": column.name, "type": chosen.type, "format": chosen.format}))
    return found


def sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def without_empty(answer: Answer) -> Answer:
    return {key: value for key, value in answer.items() if value not in ("", None, [])}


def corrected(
    columns: list[Answer], file_format: str, seen: dict[str, Column], have_names: bool = True
) -> list[Answer]:
    """Return the columns as the person wants them; `seen` is the sample's evidence.

    Without names in the files a column is known by its place: none can be dropped, and evidence follows a new name.
    """
    likeliest = "accept" if columns else "add"
    while True:
        if not columns:
            columns = [one_column({}, columns, file_format)]
        show(columns, seen)
        choices = {"These columns are right": "accept", "Add a column": "add", "Change a column": "change"}
        if len(columns) > 1 and have_names:
            choices["Drop a column"] = "drop"
        chosen = ask.choice("Columns", choices, likeliest)
        if chosen == "accept":
            return columns
        columns = edited(columns, chosen, file_format, seen, have_names)


def edited(
    columns: list[Answer], how: str, file_format: str, seen: dict[str, Column], have_names: bool
) -> list[Answer]:
    if how == "add":
        return [*columns, one_column({}, columns, file_format)]
    number = which(f"Which column do you {how}?", columns)
    others = [each for index, each in enumerate(columns) if index != number]
    if how == "drop":
        return others
    before = columns[number]["name"]
    after = one_column(columns[number], others, file_format, seen.get(before))
    if after["name"] != before and before in seen:
        if not have_names:
            seen[after["name"]] = seen.pop(before)
        elif after["name"] not in seen:
            ask.say(f"  The sample has no column {after['name']}: it is empty until the files have such a column.")
    return [*others[:number], after, *others[number:]]


def which(message: str, columns: list[Answer]) -> int:
    titles = {f"{each['name']} {each['type']}": number for number, each in enumerate(columns)}
    found: int = ask.choice(message, titles)
    return found


def one_column(now: Answer, others: list[Answer], file_format: str, seen: Column | None = None) -> Answer:
    """Return a column's name, type and, for dates in text, format; its rules stay if the type can have them."""
    help_text = (
        "The column's name in the files, in lower case, with _ in place of other characters: order_id for Order ID."
    )
    taken = [each["name"] for each in others]
    name = ask.text("Column", "column_name", now.get("name", ""), help_text, taken)
    while True:
        column_type, written = type_and_format(name, now, file_format)
        is_new = (column_type, written) != (now.get("type"), now.get("format", ""))
        doubt = doubt_about(seen, column_type, written) if is_new else ""
        if not doubt or ask.yes(f"Use {column_type} anyway?", False, doubt):
            changed = without_empty({**now, "name": name, "type": column_type, "format": written})
            return with_possible_rules(changed, file_format)


def type_and_format(name: str, now: Answer, file_format: str) -> tuple[str, str]:
    offered = list(dict.fromkeys([*([now["type"]] if now else []), *TYPES]))
    choices = {each: each for each in [*offered, ANOTHER_TYPE]}
    column_type = ask.choice(
        f"Type of {name}",
        choices,
        now.get("type"),
        "decimal is exact: use it for money. double is approximate: use it for measurements.",
    )
    if column_type == ANOTHER_TYPE:
        column_type = ask.text(f"Type of {name}", "column_type", now.get("type", ""))
    if column_type not in DATES or file_format not in TEXT_FORMATS:
        return column_type, ""
    usual = "yyyy-MM-dd" if column_type == "date" else "yyyy-MM-dd HH:mm:ss"
    help_text = f"{ask.rule_of('date_format')} Leave it empty for {usual}."
    written = ask.text(f"How is {name} written?", "date_format", now.get("format", ""), help_text, optional=True)
    return column_type, written


def doubt_about(seen: Column | None, column_type: str, written: str) -> str:
    """Return how many values of the sample a chosen type does not fit; empty if all fit, or only Spark can tell."""
    # Parquet and ORC files have types of their own, which the job converts.
    if seen is None or seen.field.type or not seen.values:
        return ""
    fits = test_of(column_type, written or None, seen.decimal)
    others = [value for value in seen.values if fits and not fits(value)]
    if not others:
        return ""
    form = f", written {written}" if written else ""
    good, total = len(seen.values) - len(others), len(seen.values)
    rest = f"the rows of the others ({listed(list(dict.fromkeys(others)))}) go to quarantine."
    return f"{good:,} of {total:,} values fit {column_type}{form}; {rest}"


def show(columns: list[Answer], seen: dict[str, Column]) -> None:
    """The columns as a table, with what the sample holds."""
    if ask.is_replaying():
        return
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 2))
    for title in ("column", "type", *(("in the file", "for example", "missing") if seen else ())):
        table.add_column(title, no_wrap=title not in SHORTENED)
    for each in columns:
        kind = f"{each['type']} {each.get('format', '')}".rstrip()
        found = evidence(seen.get(each["name"])) if seen else ()
        table.add_row(each["name"], kind, *(Text(cell, no_wrap=True, overflow="ellipsis") for cell in found))
    Console(width=screen_width()).print("", table, "")


def evidence(column: Column | None) -> tuple[str, str, str]:
    if column is None:
        return "", "", ""
    several = list(dict.fromkeys(map(str, column.values[:200])))
    examples = ", ".join(shown(value)[1:-1][:20] for value in several[:2])
    header = column.field.header if column.field.header != column.name else ""
    return header, examples, f"{column.missing:,}" if column.missing else ""


def with_rules(columns: list[Answer], file_format: str) -> list[Answer]:
    """Return the columns with the rules that the person wants."""
    help_text = "A row that breaks a rule goes to quarantine with the reason."
    if not ask.yes("Set rules for the values of columns?", any(map(rules_of, columns)), help_text):
        return columns
    while True:
        titles = {rules_title(each): number for number, each in enumerate(columns)}
        number = ask.choice("Rules for which column?", {**titles, "no more rules": -1})
        if number == -1:
            return columns
        columns = [*columns[:number], ruled(columns[number], file_format), *columns[number + 1 :]]


def rules_of(column: Answer) -> list[str]:
    return [rule for rule in RULES.values() if rule in column]


def rules_title(column: Answer) -> str:
    rules = ", ".join(rules_of(column))
    return f"{column['name']} {column['type']}" + (f" ({rules})" if rules else "")


def ruled(column: Answer, file_format: str) -> Answer:
    """Return a column with its rules asked again, each checked with those before it."""
    kind = column["type"].partition("(")[0]
    offered = {title: rule for title, rule in RULES.items() if fits(rule, kind)}
    help_text = "You are asked only for the rules that you select."
    wanted = ask.several(f"Rules of {column['name']}", offered, rules_of(column), help_text)
    found = without_rules(column)
    for rule in wanted:
        found[rule] = rule_value(rule, found, column.get(rule), file_format)
    return found


def without_rules(column: Answer) -> Answer:
    return {key: value for key, value in column.items() if key not in RULES.values()}


def with_possible_rules(column: Answer, file_format: str) -> Answer:
    """Return a column without the rules that its type or format does not allow any more; each is said."""
    found = without_rules(column)
    for rule in rules_of(column):
        if refusal := rule_refusal(rule, column[rule], found, file_format):
            ask.say(f"  {rule} of {column['name']} is dropped. {refusal}")
        else:
            found[rule] = column[rule]
    return found


def fits(rule: str, kind: str) -> bool:
    if rule in ("minimum", "maximum"):
        return kind in (*NUMBERS, *DATES)
    if rule == "pattern":
        return kind == "string"
    return rule == "required" or kind not in ("boolean", "binary")


def rule_value(rule: str, column: Answer, now: Any, file_format: str) -> Any:
    """Return the value of one more rule of a column, checked by the validator of project.yaml; `now` is proposed."""
    name = column["name"]
    if rule in ("required", "unique"):
        return True
    if rule == "one_of":
        help_text = "The values that are allowed, with commas between them."
        check = lambda item: rule_refusal(rule, [item], column, file_format)  # noqa: E731
        return ask.listed(f"Values of {name}", "allowed_value", now or [], help_text, least=1, check=check)
    if rule == "pattern":
        return ask.text(f"Pattern of {name}", "value_pattern", now or "")
    message = f"{rule.capitalize()} of {name}"
    proposed = "" if now is None else str(now)
    given = ask.line(
        message, lambda text: limit_refusal(rule, text, column, file_format), proposed, ask.rule_of("limit")
    )
    return limit(given, base_of(column["type"]))


def limit(given: str, kind: str) -> int | float | str:
    """Return a limit in project.yaml's form: a number, or the text of a date."""
    if kind in DATES:
        return given
    return int(given) if given.lstrip("-").isdecimal() else float(given)


def limit_refusal(rule: str, given: str, column: Answer, file_format: str) -> str | None:
    """Return why the column cannot be compared with a limit; None if it can."""
    try:
        value = limit(given, base_of(column["type"]))
        if isinstance(value, float) and isfinite(value) and Decimal(given) != Decimal(repr(value)):
            return "It has more digits than a number of an answer keeps. Write at most 15 digits."
    except ValueError:
        return "It is not a number."
    return rule_refusal(rule, value, column, file_format)


def rule_refusal(rule: str, value: Any, column: Answer, file_format: str) -> str | None:
    """Return what the validator of project.yaml has against one more rule of a column; None for nothing."""
    for fault in column_faults(column["name"], {**column, rule: value}, file_format):
        of_rule = fault.location.rpartition(", ")[2]
        if of_rule == rule:
            return f"It {fault.why}. {fault.instead}".strip()
        if (of_rule, rule) == ("minimum", "maximum"):
            return f"The minimum {fault.value} {fault.why}. {fault.instead}".strip()
    return None
