"""The interview's questions about the columns of a dataset: their types, their rules."""

from typing import Any

from dataops.validation.column_values import DATES, NUMBERS, ValueFault, base_of, limit_of
from dataops.validation.text import shown
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answers import interview_questions as ask
from answers.inference import Column, Inference
from answers.inference_fit import test_of
from answers.sample_fields import listed

Answer = dict[str, Any]
TYPES = ("string", "bigint", "double", "decimal(12,2)", "date", "timestamp", "boolean")
ANOTHER_TYPE = "another type"
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


def corrected(columns: list[Answer], seen: dict[str, Column], have_names: bool = True) -> list[Answer]:
    """Return the columns as the person wants them; `seen` is the sample's evidence.

    Without names in the files a column is known by its place: none can be dropped, and evidence follows a new name.
    """
    likeliest = "accept" if columns else "add"
    while True:
        if not columns:
            columns = [one_column({}, columns)]
        show(columns, seen)
        choices = {"These columns are right": "accept", "Add a column": "add", "Change a column": "change"}
        if len(columns) > 1 and have_names:
            choices["Drop a column"] = "drop"
        chosen = ask.choice("Columns", choices, likeliest)
        if chosen == "accept":
            return columns
        columns = edited(columns, chosen, seen, have_names)


def edited(columns: list[Answer], how: str, seen: dict[str, Column], have_names: bool) -> list[Answer]:
    if how == "add":
        return [*columns, one_column({}, columns)]
    number = which(f"Which column do you {how}?", columns)
    others = [each for index, each in enumerate(columns) if index != number]
    if how == "drop":
        return others
    before = columns[number]["name"]
    after = one_column(columns[number], others, seen.get(before))
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


def one_column(now: Answer, others: list[Answer], seen: Column | None = None) -> Answer:
    """Return a column's name, type and, for dates, format; its rules stay."""
    help_text = (
        "The column's name in the files, in lower case, with _ in place of other characters: order_id for Order ID."
    )
    taken = [each["name"] for each in others]
    name = ask.text("Column", "column_name", now.get("name", ""), help_text, taken)
    while True:
        column_type, written = type_and_format(name, now)
        is_new = (column_type, written) != (now.get("type"), now.get("format", ""))
        doubt = doubt_about(seen, column_type, written) if is_new else ""
        if not doubt or ask.yes(f"Use {column_type} anyway?", False, doubt):
            return without_empty({**now, "name": name, "type": column_type, "format": written})


def type_and_format(name: str, now: Answer) -> tuple[str, str]:
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
    if column_type not in DATES:
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
    for title in ("column", "type", "written", *(("in the file", "for example", "missing") if seen else ())):
        table.add_column(title, no_wrap=title not in ("in the file", "for example"), overflow="fold")
    for each in columns:
        cells = [each["name"], each["type"], each.get("format", "")]
        table.add_row(*map(Text, [*cells, *(evidence(seen.get(each["name"])) if seen else ())]))
    Console().print("", table, "")


def evidence(column: Column | None) -> tuple[str, str, str]:
    if column is None:
        return "", "", ""
    several = list(dict.fromkeys(map(str, column.values[:200])))
    examples = ", ".join(shown(value)[1:-1][:20] for value in several[:2])
    header = column.field.header if column.field.header != column.name else ""
    return header, examples, f"{column.missing:,}" if column.missing else ""


def with_rules(columns: list[Answer]) -> list[Answer]:
    """Return the columns with the rules that the person wants."""
    help_text = "A row that breaks a rule goes to quarantine with the reason."
    if not ask.yes("Set rules for the values of columns?", any(map(rules_of, columns)), help_text):
        return columns
    while True:
        titles = {rules_title(each): number for number, each in enumerate(columns)}
        number = ask.choice("Rules for which column?", {**titles, "no more rules": -1})
        if number == -1:
            return columns
        columns = [*columns[:number], ruled(columns[number]), *columns[number + 1 :]]


def rules_of(column: Answer) -> list[str]:
    return [rule for rule in RULES.values() if rule in column]


def rules_title(column: Answer) -> str:
    rules = ", ".join(rules_of(column))
    return f"{column['name']} {column['type']}" + (f" ({rules})" if rules else "")


def ruled(column: Answer) -> Answer:
    """Return a column with its rules asked again."""
    kind = column["type"].partition("(")[0]
    offered = {title: rule for title, rule in RULES.items() if fits(rule, kind)}
    help_text = "You are asked only for the rules that you select."
    wanted = ask.several(f"Rules of {column['name']}", offered, rules_of(column), help_text)
    rules = {rule: rule_value(rule, column, kind) for rule in wanted}
    return {key: value for key, value in column.items() if key not in RULES.values()} | rules


def fits(rule: str, kind: str) -> bool:
    if rule in ("minimum", "maximum"):
        return kind in (*NUMBERS, *DATES)
    if rule == "pattern":
        return kind == "string"
    return rule == "required" or kind not in ("boolean", "binary")


def rule_value(rule: str, column: Answer, kind: str) -> Any:
    name = column["name"]
    if rule in ("required", "unique"):
        return True
    if rule == "one_of":
        help_text = "The values that are allowed, with commas between them."
        return ask.listed(f"Values of {name}", "allowed_value", column.get("one_of", []), help_text, least=1)
    if rule == "pattern":
        return ask.text(f"Pattern of {name}", "value_pattern", column.get("pattern", ""))
    message = f"{rule.capitalize()} of {name}"
    given = ask.line(message, lambda text: limit_refusal(text, column), str(column.get(rule, "")), ask.rule_of("limit"))
    return limit(given, kind)


def limit(given: str, kind: str) -> int | float | str:
    """Return a limit in project.yaml's form: a number, or the text of a date."""
    if kind in DATES:
        return given
    return int(given) if given.lstrip("-").isdecimal() else float(given)


def limit_refusal(given: str, column: Answer) -> str | None:
    """Return why the column cannot be compared with a limit; None if it can."""
    try:
        found = limit_of(limit(given, base_of(column["type"])), column["type"], column.get("format"))
    except ValueError:
        return "It is not a number."
    return f"It {found.why}. {found.instead}".strip() if isinstance(found, ValueFault) else None
