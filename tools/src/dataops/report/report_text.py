"""The report of an environment in the terminal: the result of every file, and the next steps."""

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dataops.report.report import (
    Counts,
    DatasetReport,
    FileReport,
    Report,
    all_files,
    by_file,
    clock_of,
    counted,
    counts_of,
    earlier,
    earlier_notifications,
    fired,
    in_words,
    latest,
    newest_versions,
    notifications_since,
    total,
    uncounted,
    why,
)

MOST_FILES = 20
MOST_DRIFT = 10
MOST_NOTIFICATIONS = 10
MOST_IGNORED = 3
WHAT_IS_MISSING = "the end of the page below"
HOW_FILES_ARE_FOUND = "docs/data-path.md"
UNKNOWN = "-"
COLOURS = {"DONE": "green", "QUARANTINED": "yellow", "DEAD": "red", "FAILED": "red", "PUBLISHED": "green"}


def print_report(report: Report, console: Console) -> None:
    """Print the whole report; the page has more details."""
    for name, dataset in sorted(report["datasets"].items()):
        print_dataset(name, dataset, report["since"], console)
    print_notifications(report, console)
    print_alarms(report, console)
    console.print()
    print_sum(report, console)
    print_commands(report, console)


def print_dataset(name: str, dataset: DatasetReport, since: str, console: Console) -> None:
    """Print one dataset: its files, then everything unexpected of the latest runs."""
    console.print(file_table(name, dataset["files"]))
    for run in latest(dataset["runs"], since):
        if run["reason"]:
            line(console, f"run {run['run']} {run['state'].lower()}: ", run["reason"], "red")
    failed = [run for run in earlier(dataset["runs"], since) if run["reason"]]
    if failed:
        line(console, "earlier: ", f"{counted(len(failed), 'failed run')}, on the page")
    if earlier_rules := dataset.get("earlier_rules"):
        line(console, f"{name}: ", earlier_rules, "yellow")
    for drift in dataset["drift"][:MOST_DRIFT]:
        line(console, "drift: ", drift)
    if len(dataset["drift"]) > MOST_DRIFT:
        line(console, "drift: ", f"and {len(dataset['drift']) - MOST_DRIFT} more")
    for title, path in dataset["outputs"].items():
        line(console, f"{title}: ", path)
    console.print()


def file_table(name: str, files: list[FileReport]) -> Table:
    """One row per file, those that need a look first; then their sum."""
    title = Text.assemble((printable(name), "bold"), f"  {printable(in_words(files)) or 'no files'}")
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("file", overflow="fold")
    table.add_column("state")
    for count in ("rows in", "published", "quarantined", "duplicates"):
        table.add_column(count, justify="right")
    table.add_column("reasons", overflow="fold")
    ordered = by_file(files)
    for versions in ordered[:MOST_FILES]:
        table.add_row(*file_row(versions))
    if len(ordered) > MOST_FILES:
        others = [file for versions in ordered[MOST_FILES:] for file in versions]
        table.add_row(f"and {counted(len(ordered) - MOST_FILES, 'more file')}", "", *numbers(total(others)), "")
    table.add_section()
    table.add_row("all files", "", *numbers(total(files)), sum_remark(files))
    return table


def file_row(versions: list[FileReport]) -> list[Text | str]:
    """One file: its newest version, and below it the state, the time and the reason of each older one."""
    newest, older = versions[0], versions[1:]
    state = Text(printable(newest["state"]), COLOURS.get(newest["state"], ""))
    if older:
        state.append(f" {clock_of(newest['uploaded_at'])}", "dim")
    for version in older:
        state.append("\n" + printable(f"{version['state']} {clock_of(version['uploaded_at'])}"), "dim")
    reasons = [*why(newest), *(f"before: {reason}" for version in older for reason in why(version))]
    known = any(counts_of(version) for version in versions)
    counts = numbers(total(versions) if known else None)
    return [Text(printable(newest["key"])), state, *counts, Text("\n".join(map(printable, reasons)))]


def sum_remark(files: list[FileReport]) -> Text:
    """The reason why the sum is incomplete or wrong; empty if it is neither."""
    lost, missing = total(files).lost, uncounted(files)
    if lost:
        return Text(f"does not add up: {lost:+,} rows", "red")
    return Text(f"without {printable(in_words(missing))}" if missing else "")


def print_notifications(report: Report, console: Console) -> None:
    """Print the latest notifications and their recipients; the texts and the earlier ones are on the page."""
    sent, before = notifications_since(report), earlier_notifications(report)
    for notification in sent[:MOST_NOTIFICATIONS]:
        receivers = ", ".join(notification["to"]) or "nobody"
        line(console, "notification: ", f"{notification['subject']}  to {receivers}")
    if len(sent) > MOST_NOTIFICATIONS:
        line(console, "notification: ", f"and {len(sent) - MOST_NOTIFICATIONS} more")
    if before:
        line(console, "earlier: ", f"{counted(len(before), 'notification')}, on the page")


def print_alarms(report: Report, console: Console) -> None:
    """Print the alarms in the state ALARM."""
    for alarm in fired(report["alarms"]):
        line(console, "alarm: ", f"{alarm['name']}: {alarm['reason']}", "red")


def print_sum(report: Report, console: Console) -> None:
    """Print the totals of input and output rows."""
    files = all_files(report)
    counts = total(files)
    words = f"{counted(len(newest_versions(files)), 'file')}, {counts.rows_in:,} rows in "
    words += f"{'=' if not counts.lost else '≠'} {counts.published:,} published + "
    words += f"{counts.quarantined:,} quarantined + {counts.duplicates:,} duplicates"
    missing = uncounted(files)
    words += f"; not counted: {in_words(missing)}" if missing else ""
    console.print(Text(printable(words), "bold"), soft_wrap=True)
    print_what_is_elsewhere(report, console)
    resources = [] if report["resources"] is None else [counted(report["resources"], "resource")]
    line(console, "", ", ".join([*resources, f"{report['total_seconds']:.1f} seconds"]))


def print_what_is_elsewhere(report: Report, console: Console) -> None:
    """Print in one line each which files belong to no dataset, and what this machine does not have of AWS."""
    ignored = report["ignored_files"]
    if ignored:
        named = ", ".join(ignored[:MOST_IGNORED]) + (", …" if len(ignored) > MOST_IGNORED else "")
        line(console, "files of no dataset, ignored: ", f"{len(ignored):,} ({named}): see {HOW_FILES_ARE_FOUND}")
    if report["missing"]:
        line(
            console,
            "not on this machine: ",
            f"{counted(len(report['missing']), 'feature')} of AWS: see {WHAT_IS_MISSING}",
        )


def print_commands(report: Report, console: Console) -> None:
    """Print the next commands, ready to be copied."""
    for command in report["commands"]:
        line(console, "", f"{command['command']}  # {command['meaning']}")
    line(console, "the report as a page: ", report["page"])


def line(console: Console, label: str, value: str, style: str = "") -> None:
    """Print one line with any value; it is not wrapped, so that it can be copied."""
    console.print(Text.assemble((printable(label), style), printable(value)), soft_wrap=True)


def numbers(counts: Counts | None) -> list[str]:
    """The four counts, or as many dashes."""
    return [f"{count:,}" for count in counts] if counts else [UNKNOWN] * len(Counts._fields)


def printable(value: str) -> str:
    """A text on one line, with a terminal's control characters as escapes."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in value)
