"""The report of an environment: its form, and the sums that the page and the terminal both show."""

from typing import NamedTuple, NotRequired, TypedDict


class FileReport(TypedDict):
    """One version of a file; a number is None if it is not known, as in a run that has not ended.

    `examples` has one value of a row for each reason, and only on a laptop.
    """

    key: str
    uploaded_at: str
    state: str
    reason: str | None
    rows_in: int | None
    published: int | None
    quarantined: int | None
    duplicates: int | None
    reasons: dict[str, int]
    examples: dict[str, str]
    run: str | None


class RunReport(TypedDict):
    """One run of a dataset's job."""

    run: str
    started_at: str
    state: str
    files: int
    seconds: float | None
    reason: str | None


class DatasetReport(TypedDict):
    """One dataset; of each file the oldest version first; `outputs` contains only existing locations.

    `earlier_rules` says how many files were published under rules that have changed since.
    """

    files: list[FileReport]
    runs: list[RunReport]
    crawls: int
    drift: list[str]
    published_rows: int
    outputs: dict[str, str]
    earlier_rules: NotRequired[str]


class NotificationReport(TypedDict):
    """One message as its receivers would read it; `dataset` is empty if it is about the whole environment."""

    at: str
    subject: str
    message: str
    dataset: str
    to: list[str]


class AlarmReport(TypedDict):
    """One alarm and its state."""

    name: str
    description: str
    state: str
    reason: str


class MissingReport(TypedDict):
    """A feature that the local AWS does not have."""

    what: str
    reason: str


class StepReport(TypedDict):
    """One step of `make local`; steps may overlap."""

    name: str
    started: float
    seconds: float


class CommandReport(TypedDict):
    """One command to continue with."""

    command: str
    meaning: str


class Report(TypedDict):
    """All results, as plain JSON. What happened at `since` or later is the latest; the rest is earlier.

    `place` is where the environment runs, in words. `resources` and `notifications` are None if they are not known.
    """

    project: str
    environment: str
    place: str
    since: str
    account: str
    region: str
    resources: int | None
    datasets: dict[str, DatasetReport]
    ignored_files: list[str]
    notifications: list[NotificationReport] | None
    alarms: list[AlarmReport]
    missing: list[MissingReport]
    steps: list[StepReport]
    total_seconds: float
    memory: dict[str, float]
    commands: list[CommandReport]
    page: str


class Counts(NamedTuple):
    """The results of rows: rows in = published + quarantined + duplicates."""

    rows_in: int
    published: int
    quarantined: int
    duplicates: int

    @property
    def lost(self) -> int:
        """The rows that are missing; below 0 if some were counted twice."""
        return self.rows_in - self.published - self.quarantined - self.duplicates


STATES = ("DONE", "QUARANTINED", "DEAD", "GONE", "CLAIMED", "PENDING")


def counts_of(file: FileReport) -> Counts | None:
    """A file's counts; None if no published run has counted its rows."""
    given = (file["rows_in"], file["published"], file["quarantined"], file["duplicates"])
    known = [count for count in given if count is not None]
    # The runs of a DEAD file published nothing: the last run's counts apply to no row.
    return Counts(*known) if len(known) == len(given) and file["state"] != "DEAD" else None


def total(files: list[FileReport]) -> Counts:
    """The sum over all files that have counts."""
    known = [counts for file in files if (counts := counts_of(file))]
    return Counts(*(sum(column) for column in zip(*known, strict=True))) if known else Counts(0, 0, 0, 0)


def newest_versions(files: list[FileReport]) -> list[FileReport]:
    """The newest version of each file; older ones were replaced."""
    return list({file["key"]: file for file in files}.values())


def by_file(files: list[FileReport]) -> list[list[FileReport]]:
    """All versions of each file, the newest first; the files that need a look come first, each by name."""
    versions: dict[str, list[FileReport]] = {}
    for file in files:
        versions.setdefault(file["key"], []).insert(0, file)
    return sorted(versions.values(), key=lambda found: (not needs_a_look(found[0]), found[0]["key"]))


def uncounted(files: list[FileReport]) -> list[FileReport]:
    """The files whose rows are missing in the sum; a file that was refused or deleted unread has none.

    A version that was given up is not missing once a newer one has replaced it.
    """
    newest = newest_versions(files)
    return [
        file
        for file in files
        if counts_of(file) is None
        and file["state"] not in ("QUARANTINED", "GONE")
        and not (file["state"] == "DEAD" and not any(file is each for each in newest))
    ]


def all_files(report: Report) -> list[FileReport]:
    """The files of all datasets."""
    return [file for _, dataset in sorted(report["datasets"].items()) for file in dataset["files"]]


def states(files: list[FileReport]) -> dict[str, int]:
    """The number of files in each state of their newest version; states without a file are left out."""
    found = [file["state"] for file in newest_versions(files)]
    return {state: found.count(state) for state in (*STATES, *sorted(set(found) - {*STATES})) if state in found}


def needs_a_look(file: FileReport) -> bool:
    """Whether anything about a file is worth reporting besides that all its rows are published."""
    return file["state"] != "DONE" or bool(file["quarantined"] or file["duplicates"])


def frequent_first(reasons: dict[str, int]) -> list[tuple[str, int]]:
    """Reasons and their rows, the most frequent one first."""
    return sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))


def why(file: FileReport) -> list[str]:
    """The reasons why the whole file or rows of it were refused, each with an example if there is one."""
    whole = [file["reason"]] if file["reason"] else []
    return whole + [
        f"{reason} {rows:,}{example_in_words(file, reason)}" for reason, rows in frequent_first(file["reasons"])
    ]


def example_in_words(file: FileReport, reason: str) -> str:
    """One value that was refused for a reason; empty if none is known."""
    example = file["examples"].get(reason)
    return f", for example {example}" if example is not None else ""


def in_words(files: list[FileReport]) -> str:
    """The number of files in each state, as a sentence."""
    return ", ".join(f"{number:,} {state.lower()}" for state, number in states(files).items())


def counted(number: int, what: str) -> str:
    """A number and the noun that it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def fired(alarms: list[AlarmReport]) -> list[AlarmReport]:
    """The alarms in the state ALARM."""
    return [alarm for alarm in alarms if alarm["state"] == "ALARM"]


def clock_of(moment: str) -> str:
    """A time of the ledger (ISO 8601, UTC) as people read it."""
    return moment[:16].replace("T", " ")


def latest(runs: list[RunReport], since: str) -> list[RunReport]:
    """The runs since a time, the newest first; the newest run if there was none since then."""
    ordered = sorted(runs, key=lambda run: run["started_at"], reverse=True)
    return [run for run in ordered if run["started_at"] >= since] or ordered[:1]


def earlier(runs: list[RunReport], since: str) -> list[RunReport]:
    """All other runs, the newest first."""
    shown = latest(runs, since)
    ordered = sorted(runs, key=lambda run: run["started_at"], reverse=True)
    return ordered[len(shown) :]


def notifications_since(report: Report) -> list[NotificationReport]:
    """The notifications since the report's time, the newest first."""
    found = [sent for sent in report["notifications"] or [] if sent["at"] >= report["since"]]
    return sorted(found, key=lambda sent: sent["at"], reverse=True)


def earlier_notifications(report: Report) -> list[NotificationReport]:
    """The notifications before the report's time, the newest first."""
    found = [sent for sent in report["notifications"] or [] if sent["at"] < report["since"]]
    return sorted(found, key=lambda sent: sent["at"], reverse=True)
