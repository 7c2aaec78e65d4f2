"""The report of `make local` in the terminal: what became of every file, and what to do next."""

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
    counted,
    counts_of,
    fired,
    in_words,
    remarkable_first,
    total,
    uncounted,
    why,
)

MOST_FILES = 20
MOST_DRIFT = 10
MOST_NOTIFICATIONS = 10
UNKNOWN = "-"
COLOURS = {"DONE": "green", "QUARANTINED": "yellow", "DEAD": "red", "FAILED": "red", "PUBLISHED": "green"}


def print_report(report: Report, console: Console) -> None:
    """Print the whole report; the page says more."""
    for name, dataset in sorted(report["datasets"].items()):
        print_dataset(name, dataset, console)
    print_notifications(report, console)
    print_alarms(report, console)
    for lack in report["missing"]:
        line(console, "not on this machine: ", f"{lack['what']}: {lack['reason']}")
    console.print()
    print_sum(report, console)
    print_commands(report, console)


def print_dataset(name: str, dataset: DatasetReport, console: Console) -> None:
    """Print one dataset: its files, then whatever was not as expected."""
    console.print(file_table(name, dataset["files"]))
    for run in dataset["runs"]:
        if run["reason"]:
            line(console, f"run {run['run']} {run['state'].lower()}: ", run["reason"], "red")
    for drift in dataset["drift"][:MOST_DRIFT]:
        line(console, "drift: ", drift)
    if len(dataset["drift"]) > MOST_DRIFT:
        line(console, "drift: ", f"and {len(dataset['drift']) - MOST_DRIFT} more")
    for place, path in dataset["outputs"].items():
        line(console, f"{place}: ", path)
    console.print()


def file_table(name: str, files: list[FileReport]) -> Table:
    """One line per file, those that need a look first; then all of them together."""
    title = Text.assemble((printable(name), "bold"), f"  {printable(in_words(files)) or 'no files'}")
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("file", overflow="fold")
    table.add_column("state")
    for count in ("rows in", "published", "quarantined", "duplicates"):
        table.add_column(count, justify="right")
    table.add_column("reasons", overflow="fold")
    ordered = remarkable_first(files)
    for file in ordered[:MOST_FILES]:
        table.add_row(*file_row(file))
    if len(ordered) > MOST_FILES:
        table.add_row(
            f"and {counted(len(ordered) - MOST_FILES, 'more file')}", "", *numbers(total(ordered[MOST_FILES:])), ""
        )
    table.add_section()
    table.add_row("all files", "", *numbers(total(files)), sum_remark(files))
    return table


def file_row(file: FileReport) -> list[Text | str]:
    """One file."""
    state = Text(printable(file["state"]), COLOURS.get(file["state"], ""))
    return [Text(printable(file["key"])), state, *numbers(counts_of(file)), Text("\n".join(map(printable, why(file))))]


def sum_remark(files: list[FileReport]) -> Text:
    """What makes the sum incomplete or wrong; nothing when it is neither."""
    lost, missing = total(files).lost, uncounted(files)
    if lost:
        return Text(f"does not add up: {lost:+,} rows", "red")
    return Text(f"without {printable(in_words(missing))}" if missing else "")


def print_notifications(report: Report, console: Console) -> None:
    """Print who was told what; the texts stand on the page."""
    sent = report["notifications"]
    for notification in sent[:MOST_NOTIFICATIONS]:
        receivers = ", ".join(notification["to"]) or "nobody"
        line(console, "notification: ", f"{notification['subject']}  to {receivers}")
    if len(sent) > MOST_NOTIFICATIONS:
        line(console, "notification: ", f"and {len(sent) - MOST_NOTIFICATIONS} more")


def print_alarms(report: Report, console: Console) -> None:
    """Print the alarms that would have fired."""
    for alarm in fired(report["alarms"]):
        line(console, "alarm: ", f"{alarm['name']}: {alarm['reason']}", "red")


def print_sum(report: Report, console: Console) -> None:
    """Print what came in and what came out, in all."""
    files = all_files(report)
    counts = total(files)
    words = f"{counted(len(files), 'file')}, {counts.rows_in:,} rows in {'=' if not counts.lost else '≠'} "
    words += f"{counts.published:,} published + {counts.quarantined:,} quarantined + {counts.duplicates:,} duplicates"
    missing = uncounted(files)
    words += f"; not counted: {in_words(missing)}" if missing else ""
    console.print(Text(printable(words), "bold"), soft_wrap=True)
    if report["ignored_files"]:
        line(console, "uploaded files that belong to no dataset, ignored: ", f"{report['ignored_files']:,}")
    line(console, "", f"{counted(report['resources'], 'resource')}, {report['total_seconds']:.1f} seconds")


def print_commands(report: Report, console: Console) -> None:
    """Print what can be done next, ready to be copied."""
    for command in report["commands"]:
        line(console, "", f"{command['command']}  # {command['meaning']}")
    line(console, "the report as a page: ", report["page"])


def line(console: Console, label: str, value: str, style: str = "") -> None:
    """Print one line whose value may hold anything; it is not broken, so that it can be copied."""
    console.print(Text.assemble((printable(label), style), printable(value)), soft_wrap=True)


def numbers(counts: Counts | None) -> list[str]:
    """The four counts, or as many dashes."""
    return [f"{count:,}" for count in counts] if counts else [UNKNOWN] * len(Counts._fields)


def printable(value: str) -> str:
    """A text on one line: what a terminal would act on is shown as its escape."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in value)
