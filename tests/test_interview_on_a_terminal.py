"""The interview as a person meets it: cookiecutter on a terminal, from the first question to the project."""

import json
import os
import pty
import re
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

from answers import suspend_key
from answers.temporary_copy import has_ended

ENTER, CLEAR, CTRL_C, CTRL_D, CTRL_Z = "\r", "\x15", "\x03", "\x04", "\x1a"
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SECONDS = 120


class Terminal:
    """A terminal on which cookiecutter runs; `shown` is what it wrote since the last keys."""

    def __init__(self, child: pexpect.spawn, folder: Path) -> None:
        self.child, self.folder, self.shown = child, folder, ""

    def see(self, text: str) -> None:
        """Wait until the terminal shows a text."""
        end = time.monotonic() + SECONDS
        while text not in STEERING.sub("", self.shown):
            assert time.monotonic() < end and self.child.isalive(), f"no {text!r} in {STEERING.sub('', self.shown)}"
            self.read()

    def read(self) -> None:
        try:
            self.shown += self.child.read_nonblocking(4096, 0.2)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            self.child.wait()

    def plain(self) -> str:
        """What the terminal shows, without colours."""
        return STEERING.sub("", self.shown)

    def answer(self, question: str, *keys: str) -> None:
        """Wait for a question, then type."""
        self.see(f"? {question}")
        self.type(*keys)

    def type(self, *keys: str) -> None:
        self.shown = ""
        self.child.send("".join(keys))

    def answer_all(self, conversation: list[tuple[str, str]]) -> None:
        for question, keys in conversation:
            self.answer(question, keys)

    def end(self) -> int:
        """What the command wrote last goes to `shown`; returns its exit code."""
        self.child.timeout = SECONDS
        self.shown += self.child.read()
        self.child.close()
        return int(self.child.exitstatus)


@pytest.fixture
def terminal(template: Path, tmp_path: Path, temporary_folder: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the cookiecutter command on a terminal, in an empty folder: terminal("--replay")."""
    started: list[pexpect.spawn] = []

    def start(*words: str) -> Terminal:
        folder = tmp_path / "output"
        folder.mkdir(exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        environment |= {"HOME": str(tmp_path), "PWD": str(folder), "TMPDIR": str(temporary_folder)}
        # pexpect does not report the position of the cursor, as a real terminal does.
        environment |= {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        command = str(Path(sys.executable).with_name("cookiecutter"))
        child = pexpect.spawn(
            command,
            [str(template), *words],
            cwd=folder,
            env=environment,
            encoding="utf-8",
            dimensions=(50, 120),
        )
        child.delaybeforesend = None
        started.append(child)
        return Terminal(child, folder)

    yield start
    for child in started:
        child.close(force=True)


PROJECT = [("Project", "Acme Sales" + ENTER), ("Short name", ENTER), ("Region", ENTER)]
ENVIRONMENTS = [("Environments", ENTER), ("AWS account of dev", ENTER), ("AWS account of prod", "222222222222" + ENTER)]
SAMPLE = [("Sample file of dataset 1", "orders.csv" + ENTER), ("Dataset orders", ENTER)]
NO_MORE_SAMPLES = [("Sample file of dataset 2", ENTER), ("Which samples", ENTER)]
PEOPLE = [("E-mail", "team@example.com" + ENTER), ("Approvers", ENTER)]
GIT_AND_NETWORK = [("Where does the code", ENTER), ("Network", ENTER)]
LAST = "What do you want to do"
ALL = [*PROJECT, *ENVIRONMENTS, *SAMPLE, *NO_MORE_SAMPLES, *PEOPLE, *GIT_AND_NETWORK]
ORDERS = "Order ID,Placed On,Amount\n" + "".join(f"{n},2026/01/0{1 + n // 2},{n}.50\n" for n in range(1, 9))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A sample file in the folder in which cookiecutter is started."""
    (tmp_path / "output").mkdir()
    path = tmp_path / "output" / "orders.csv"
    path.write_text(ORDERS)
    return path


def settings(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def drafts(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / ".local/state/dataops-template").glob("*"))


def test_an_interview_ends_in_a_project_which_a_replay_writes_again(
    terminal: Callable[..., Terminal], orders: Path, tmp_path: Path
) -> None:
    person = terminal()
    person.answer_all([*ALL, (LAST, ENTER)])

    assert person.end() == 0
    assert "acme-sales is ready" in person.shown
    project = orders.parent / "acme-sales"
    assert settings(project)["datasets"]["orders"]["columns"] == [
        {"name": "order_id", "type": "bigint"},
        {"name": "placed_on", "type": "date", "format": "yyyy/MM/dd"},
        {"name": "amount", "type": "decimal(12,2)"},
    ]
    assert sorted(path.name for path in project.iterdir() if path.name in ("dev", "prod")) == ["dev", "prod"]
    assert drafts(tmp_path) == []
    written = files(project)
    # A sample belongs to the person: no answer holds it.
    assert written.pop("samples/orders/orders.csv") == ORDERS.encode()
    project.rename(project.with_name("first"))

    replay = terminal("--replay")

    assert replay.end() == 0
    assert files(project) == written


THREE_SAMPLES = [
    ("Project", "Acme Sales" + ENTER),
    ("Short name", ENTER),
    ("Region", ENTER),
    ("Environments", ENTER),
    ("AWS account of dev", ENTER),
    ("AWS account of prod", ENTER),
    ("Sample file of dataset 1", "orders.csv" + ENTER),
    ("Dataset orders", ENTER),
    ("Sample file of dataset 2", "customers.csv" + ENTER),
    ("Dataset customers", ENTER),
    ("Sample file of dataset 3", "visits_2026-01-31.csv" + ENTER),
    ("Dataset visits", ENTER),
    ("Sample file of dataset 4", ENTER),
    ("Which samples", ENTER),
    ("E-mail", ENTER),
    ("Approvers", ENTER),
    ("Where does the code", ENTER),
    ("Network", ENTER),
    (LAST, ENTER),
]


def test_three_samples_take_twenty_answers_at_most_and_enter_gives_all_but_the_name_and_the_files(
    terminal: Callable[..., Terminal], orders: Path
) -> None:
    for name in ("customers.csv", "visits_2026-01-31.csv"):
        orders.with_name(name).write_text(ORDERS)
    person = terminal()
    person.answer_all(THREE_SAMPLES)

    assert person.end() == 0
    assert len(THREE_SAMPLES) <= 20
    assert {question for question, keys in THREE_SAMPLES if keys != ENTER} == {
        "Project",
        *(f"Sample file of dataset {number}" for number in (1, 2, 3)),
    }
    screen = " ".join(person.plain().split())
    assert "Not decided yet in project.yaml: the account of dev; the account of prod." in screen
    project = orders.parent / "acme-sales"
    assert list(settings(project)["datasets"]) == ["orders", "customers", "visits"]
    assert sorted(path.name for path in (project / "samples").iterdir()) == ["customers", "orders", "visits"]


def test_a_refused_answer_shows_its_reason_below_the_question(terminal: Callable[..., Terminal]) -> None:
    person = terminal()
    person.answer("Project", "Acme" + ENTER)
    person.answer("Short name", CLEAR + "Acme Sales" + ENTER)
    person.see("It does not have the right form")
    person.type(CLEAR, "acme", ENTER)

    person.see("? Region")


def test_an_answer_can_be_corrected_at_the_summary(terminal: Callable[..., Terminal], orders: Path) -> None:
    person = terminal()
    person.answer_all([*ALL, (LAST, "Change" + ENTER), ("What do you want to change", "short" + ENTER)])
    person.answer("Short name", CLEAR + "acme-orders" + ENTER)
    person.answer(LAST, "Generate" + ENTER)

    assert person.end() == 0
    assert settings(orders.parent / "acme-orders")["slug"] == "acme-orders"
    assert not (orders.parent / "acme-sales").exists()


def test_a_short_name_whose_folder_exists_is_refused_before_more_is_asked(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere" / "acme-sales").mkdir(parents=True)
    person = terminal("--output-dir", str(tmp_path / "elsewhere"))
    person.answer_all(PROJECT[:2])

    person.see("There is a folder of this name already.")


def test_what_a_sample_shows_and_what_does_not_fit_it_is_said_at_the_terminal(
    terminal: Callable[..., Terminal], orders: Path
) -> None:
    rows = "".join(f"{n};0{1 + n % 2}/Jan/2026 10:00;{n},50;Liège\n" for n in range(1, 9))
    orders.write_bytes(f"Order ID;Placed At;Preis;City\n{rows}".encode("windows-1252"))
    person = terminal()
    person.answer_all([*PROJECT, *ENVIRONMENTS, ("Sample file of dataset 1", "orders.csv" + ENTER)])
    person.see("? Dataset orders")
    shown = " ".join(person.plain().split())

    assert "It is not UTF-8: it is read as windows-1252, in which one word is 'Liège'" in shown
    assert "primary key: order_id" in shown
    assert "partitioned by: placed_at (a file like this becomes 2 files of about 4 rows)" in shown
    assert "files: windows-1252, decimal commas" in shown
    person.type("Change its columns" + ENTER)
    person.answer_all([("Columns", "Change" + ENTER), ("Which column", "city" + ENTER), ("Column", ENTER)])
    person.answer("Type of city", "bigint" + ENTER)
    person.see("0 of 8 values fit bigint; the rows of the others ('Liège') go to quarantine.")


STOPS = [
    ([], "Project", CTRL_C),
    (PROJECT[:1], "Short name", CLEAR + CTRL_D),
    (PROJECT[:2], "Region", CTRL_D),
    ([*PROJECT, *ENVIRONMENTS], "Sample file", CTRL_C),
    (ALL, LAST, "Stop" + ENTER),
]


@pytest.mark.parametrize(("before", "question", "keys"), STOPS, ids=[question for _, question, _ in STOPS])
def test_who_stops_finds_nothing_written_and_reads_how_to_go_on(
    terminal: Callable[..., Terminal],
    orders: Path,
    temporary_folder: Path,
    tmp_path: Path,
    before: list[tuple[str, str]],
    question: str,
    keys: str,
) -> None:
    person = terminal()
    person.answer_all(before)
    person.answer(question, keys)

    assert person.end() != 0
    assert "Stopped: nothing was written." in person.shown
    assert ("run the same command again" in person.plain()) == bool(before)
    assert "Traceback" not in person.shown
    assert list(orders.parent.iterdir()) == [orders]
    assert list(temporary_folder.iterdir()) == []
    assert len(drafts(tmp_path)) == bool(before)


def test_after_a_closed_terminal_the_interview_goes_on_and_ends_without_a_draft(
    terminal: Callable[..., Terminal], orders: Path, tmp_path: Path
) -> None:
    person = terminal()
    person.answer_all([*PROJECT, *ENVIRONMENTS, *SAMPLE])
    person.see("? Sample file of dataset 2")
    os.killpg(person.child.pid, signal.SIGHUP)
    person.child.wait()
    (draft,) = drafts(tmp_path)
    wait_for_the_end_of(json.loads(draft.read_text())["process"][-1])

    assert draft.stat().st_mode & 0o777 == 0o600
    again = terminal()
    again.answer("An earlier interview was not finished", ENTER)
    again.answer_all([*NO_MORE_SAMPLES, *PEOPLE, *GIT_AND_NETWORK, (LAST, ENTER)])

    assert again.end() == 0
    assert [each["name"] for each in settings(orders.parent / "acme-sales")["environments"]] == ["dev", "prod"]
    assert drafts(tmp_path) == []


def wait_for_the_end_of(process: int) -> None:
    """Cookiecutter ends before its hook does, which asks the questions."""
    end = time.monotonic() + SECONDS
    while not has_ended(process):
        assert time.monotonic() < end, f"process {process} still runs"
        time.sleep(0.1)


def test_a_person_goes_back_a_question(terminal: Callable[..., Terminal]) -> None:
    person = terminal()
    person.answer_all([("Project", "Acme Slaes" + ENTER), ("Short name", CTRL_Z)])
    person.answer("Project Acme Slaes", CLEAR + "Acme Sales" + ENTER)

    person.see("? Short name acme-sales")


def test_ctrl_z_between_two_questions_is_for_the_next_one_and_suspends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with open(theirs, closefd=False) as keyboard:
        monkeypatch.setattr(sys, "stdin", keyboard)
        before = termios.tcgetattr(theirs)
        with suspend_key.released():
            os.write(ours, CTRL_Z.encode())
            tty.setraw(theirs, termios.TCSANOW)
            assert select.select([theirs], [], [], SECONDS)[0]
            assert os.read(theirs, 1) == CTRL_Z.encode()
        assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_typing_replaces_a_proposal_and_backspace_edits_it(terminal: Callable[..., Terminal]) -> None:
    person = terminal()
    person.answer("Project", "Acme Sales" + ENTER)
    person.answer("Short name", "acme-orders" + ENTER)
    person.answer("Region", ENTER)
    person.answer("Environments", "\x7fe" + ENTER)

    person.answer("AWS account of dev", ENTER)
    person.see("? AWS account of proe")
    assert "acme-salesacme" not in person.plain()


@pytest.mark.parametrize("columns", [None, "80"], ids=["no COLUMNS", "COLUMNS of another window"])
def test_a_refusal_that_is_longer_than_the_screen_is_wide_is_broken_between_words(
    terminal: Callable[..., Terminal], columns: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    person = terminal()
    person.child.setwinsize(24, 60)
    person.answer_all([*PROJECT, ("Environments", ENTER), ("AWS account of dev", "12345" + ENTER)])

    person.see("12 digits (in quotes in YAML and JSON).")


def test_the_columns_of_a_sample_take_one_line_each_on_a_narrow_screen(
    terminal: Callable[..., Terminal], orders: Path
) -> None:
    rows = "".join(f"{n},2026/01/0{1 + n // 2},{n}.50,person.{n}@example.com\n" for n in range(1, 9))
    orders.write_text(f"Order ID,Placed On,Amount,Customer E-mail\n{rows}")
    person = terminal()
    person.child.setwinsize(24, 80)
    person.answer_all([*PROJECT, *ENVIRONMENTS, ("Sample file of dataset 1", "orders.csv" + ENTER)])
    person.see("? Dataset orders")

    lines = person.plain().partition("\n  column ")[2].splitlines()[1:5]
    assert [line.split()[:2] for line in lines] == [
        ["order_id", "bigint"],
        ["placed_on", "date"],
        ["amount", "decimal(12,2)"],
        ["customer_e_mail", "string"],
    ]


@pytest.mark.parametrize("variable", [True, False], ids=["COOKIECUTTER_CONFIG", "~/.cookiecutterrc"])
def test_a_persons_own_defaults_are_proposed(
    terminal: Callable[..., Terminal], orders: Path, tmp_path: Path, variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / ("standards.yaml" if variable else ".cookiecutterrc")
    config.write_text(OWN_DEFAULTS)
    if variable:
        monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    person = terminal()
    person.answer_all(WITH_OWN_DEFAULTS)

    assert person.end() == 0
    found = settings(orders.parent / "acme-sales")
    assert {key: found[key] for key in EXPECTED_OF_DEFAULTS} == EXPECTED_OF_DEFAULTS


OWN_DEFAULTS = """
default_context:
  author: somebody else's key
  project_slug: {slug: acme-sales, bucket_prefix: acme}
  region: eu-north-1
  environments:
    - {name: test, account: "333333333333"}
    - {name: live, account: "444444444444", workers: 20}
  notifications: "data@example.com, +32470123456"
  approvers: {approvers: [Leads], delivery: {approvals: 3}}
  git: {provider: github, repository: acme/sales, branch: trunk}
  network: 10.50.0.0/16
  tags: owner=me
"""
WITH_OWN_DEFAULTS = [
    *PROJECT,
    ("Environments", ENTER),
    ("AWS account of test", ENTER),
    ("AWS account of live", ENTER),
    *SAMPLE,
    *NO_MORE_SAMPLES,
    ("E-mail", ENTER),
    ("Approvers", ENTER),
    ("Where does the code", ENTER),
    ("Repository", ENTER),
    ("Network", ENTER),
    (LAST, ENTER),
]
EXPECTED_OF_DEFAULTS = {
    "region": "eu-north-1",
    "bucket_prefix": "acme",
    "environments": [
        {"name": "test", "account": "333333333333"},
        {"name": "live", "account": "444444444444", "workers": 20, "network": {"cidr": "10.51.0.0/16"}},
    ],
    "notifications": [
        {"protocol": "email", "endpoint": "data@example.com"},
        {"protocol": "sms", "endpoint": "+32470123456"},
    ],
    "approvers": ["Leads"],
    "delivery": {"approvals": 3},
    "git": {"provider": "github", "repository": "acme/sales", "branch": "trunk"},
    "network": {"cidr": "10.50.0.0/16"},
    "tags": {"owner": "me"},
}
