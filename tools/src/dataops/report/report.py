"""What `make local` reports: its form, and the sums that the page and the terminal both show."""

from typing import NamedTuple, TypedDict


class FileReport(TypedDict):
    """One uploaded file; a number is None where it is not known, as in a run that has not ended."""

    key: str
    state: str
    reason: str | None
    rows_in: int | None
    published: int | None
    quarantined: int | None
    duplicates: int | None
    reasons: dict[str, int]
    run: str | None


class RunReport(TypedDict):
    """One run of a dataset's job."""

    run: str
    state: str
    files: int
    seconds: float | None
    reason: str | None


class DatasetReport(TypedDict):
    """One dataset; `outputs` names only the places that exist."""

    files: list[FileReport]
    runs: list[RunReport]
    crawls: int
    drift: list[str]
    published_rows: int
    outputs: dict[str, str]


class NotificationReport(TypedDict):
    """One message as its receivers would read it; `dataset` is empty where it is about the whole environment."""

    at: str
    subject: str
    message: str
    dataset: str
    to: list[str]


class AlarmReport(TypedDict):
    """One alarm, and whether it would have fired."""

    name: str
    description: str
    state: str
    reason: str


class MissingReport(TypedDict):
    """Something that the local AWS cannot hold."""

    what: str
    reason: str


class StepReport(TypedDict):
    """One step of `make local`; steps may overlap."""

    name: str
    started: float
    seconds: float


class CommandReport(TypedDict):
    """One command to go on with."""

    command: str
    meaning: str


class Report(TypedDict):
    """Everything that `make local` has to tell; plain JSON."""

    project: str
    environment: str
    account: str
    region: str
    resources: int
    datasets: dict[str, DatasetReport]
    ignored_files: int
    notifications: list[NotificationReport]
    alarms: list[AlarmReport]
    missing: list[MissingReport]
    steps: list[StepReport]
    total_seconds: float
    memory: dict[str, float]
    commands: list[CommandReport]
    page: str


class Counts(NamedTuple):
    """What became of rows: rows in = published + quarantined + duplicates."""

    rows_in: int
    published: int
    quarantined: int
    duplicates: int

    @property
    def lost(self) -> int:
        """Rows without an end; below 0 when some have two."""
        return self.rows_in - self.published - self.quarantined - self.duplicates


STATES = ("DONE", "QUARANTINED", "DEAD", "GONE", "CLAIMED", "PENDING")


def counts_of(file: FileReport) -> Counts | None:
    """A file's counts; None where no published run has counted its rows."""
    given = (file["rows_in"], file["published"], file["quarantined"], file["duplicates"])
    known = [count for count in given if count is not None]
    # The runs of a DEAD file published nothing: what the last of them had counted became of no row.
    return Counts(*known) if len(known) == len(given) and file["state"] != "DEAD" else None


def total(files: list[FileReport]) -> Counts:
    """The sum over all files that have counts."""
    known = [counts for file in files if (counts := counts_of(file))]
    return Counts(*(sum(column) for column in zip(*known, strict=True))) if known else Counts(0, 0, 0, 0)


def uncounted(files: list[FileReport]) -> list[FileReport]:
    """The files whose rows are missing in the sum; a file that was refused or deleted unread has none."""
    return [file for file in files if counts_of(file) is None and file["state"] not in ("QUARANTINED", "GONE")]


def all_files(report: Report) -> list[FileReport]:
    """The files of all datasets."""
    return [file for dataset in report["datasets"].values() for file in dataset["files"]]


def states(files: list[FileReport]) -> dict[str, int]:
    """How many files are in which state; states without a file are left out."""
    found = [file["state"] for file in files]
    return {state: found.count(state) for state in (*STATES, *sorted(set(found) - {*STATES})) if state in found}


def needs_a_look(file: FileReport) -> bool:
    """Whether there is more to say of a file than that all its rows are published."""
    return file["state"] != "DONE" or bool(file["quarantined"] or file["duplicates"])


def remarkable_first(files: list[FileReport]) -> list[FileReport]:
    """The files that need a look, then the others; each by name."""
    return sorted(files, key=lambda file: (not needs_a_look(file), file["key"]))


def frequent_first(reasons: dict[str, int]) -> list[tuple[str, int]]:
    """Reasons and their rows, the most frequent one first."""
    return sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))


def why(file: FileReport) -> list[str]:
    """Why the whole file or rows of it were refused."""
    whole = [file["reason"]] if file["reason"] else []
    return whole + [f"{reason} {rows:,}" for reason, rows in frequent_first(file["reasons"])]


def in_words(files: list[FileReport]) -> str:
    """How many files are in which state."""
    return ", ".join(f"{number:,} {state.lower()}" for state, number in states(files).items())


def counted(number: int, what: str) -> str:
    """A number and what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def fired(alarms: list[AlarmReport]) -> list[AlarmReport]:
    """The alarms that would have fired."""
    return [alarm for alarm in alarms if alarm["state"] == "ALARM"]
