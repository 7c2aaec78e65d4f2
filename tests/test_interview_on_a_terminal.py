"""The interview as a person meets it: cookiecutter on a terminal, from the first question to the project."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

ENTER, CLEAR, CTRL_C, CTRL_D = "\r", "\x15", "\x03", "\x04"
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SECONDS = 240


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
        # pexpect is no terminal that answers where its cursor stands.
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
DEV = [
    ("Environment", ENTER),
    ("AWS account", "111111111111" + ENTER),
    ("Does dev run", ENTER),
    ("Must people", "n"),
]
PROD = [
    ("Environment", ENTER),
    ("AWS account", "222222222222" + ENTER),
    ("Does prod run", ENTER),
    ("Must people", "y"),
]
ENVIRONMENTS = [
    *DEV,
    ("Size of dev", ENTER),
    ("Another environment", "y"),
    *PROD,
    ("Size of prod", "large" + ENTER),
]
SAMPLE = [("Dataset", "orders" + ENTER), ("Sample file", "orders.csv" + ENTER), ("Type of amount", ENTER)]
ROLES = [("Columns", ENTER), ("Primary key", ENTER), ("Newest row by", ENTER), ("Partition by", ENTER)]
EXPECTATIONS = [
    ("Rules for the values", "n"),
    ("How many rows", ENTER),
    ("How often", ENTER),
    ("Another dataset", "n"),
]
PEOPLE = [
    ("Should somebody get", "y"),
    ("Who gets notifications", ENTER),
    ("E-mail", "team@example.com" + ENTER),
    ("Another target", "n"),
]
PLACES = [
    ("Approvers", ENTER),
    ("Where does the code", ENTER),
    ("Branch", ENTER),
    ("Network", ENTER),
    ("Address", ENTER),
]
DATASETS = [*SAMPLE, *ROLES, *EXPECTATIONS]
ALL = [*PROJECT, *ENVIRONMENTS, ("Another environment", "n"), *DATASETS, *PEOPLE, *PLACES, ("Tags", ENTER)]
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


def test_an_interview_ends_in_a_project_which_a_replay_writes_again(
    terminal: Callable[..., Terminal], orders: Path, temporary_folder: Path
) -> None:
    person = terminal()
    person.answer_all([*ALL, ("Are these answers right", ENTER)])

    assert person.end() == 0
    assert "acme-sales is ready" in person.shown
    project = orders.parent / "acme-sales"
    assert settings(project)["datasets"]["orders"]["columns"] == [
        {"name": "order_id", "type": "bigint"},
        {"name": "placed_on", "type": "date", "format": "yyyy/MM/dd"},
        {"name": "amount", "type": "decimal(12,2)"},
    ]
    assert sorted(path.name for path in project.iterdir() if path.name in ("dev", "prod")) == ["dev", "prod"]
    written = files(project)
    project.rename(project.with_name("first"))

    replay = terminal("--replay")

    assert replay.end() == 0
    assert files(project) == written


def test_a_refused_answer_shows_its_reason_below_the_question(terminal: Callable[..., Terminal]) -> None:
    person = terminal()
    person.answer("Project", "Acme" + ENTER)
    person.answer("Short name", CLEAR + "Acme Sales" + ENTER)
    person.see("It has not the right form")
    person.type(CLEAR, "acme", ENTER)

    person.see("? Region")


def test_an_answer_can_be_corrected_at_the_summary(terminal: Callable[..., Terminal], orders: Path) -> None:
    person = terminal()
    person.answer_all(
        [*ALL, ("Are these answers right", "Correct" + ENTER), ("What do you want to correct", "slug" + ENTER)]
    )
    person.answer("Short name", CLEAR + "acme-orders" + ENTER)
    person.answer("Are these answers right", "Write it" + ENTER)

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


STOPS = [
    ([], "Project", CTRL_C),
    (PROJECT[:1], "Short name", CLEAR + CTRL_D),
    (PROJECT[:2], "Region", CTRL_D),
    ([*PROJECT, *DEV[:2]], "Does dev run", CTRL_C),
    ([*PROJECT, *ENVIRONMENTS, ("Another environment", "n"), SAMPLE[0]], "Sample file", CTRL_C),
    (ALL, "Are these answers right", "Stop" + ENTER),
]


@pytest.mark.parametrize(("before", "question", "keys"), STOPS, ids=[question for _, question, _ in STOPS])
def test_who_stops_finds_nothing_written(
    terminal: Callable[..., Terminal],
    orders: Path,
    temporary_folder: Path,
    before: list[tuple[str, str]],
    question: str,
    keys: str,
) -> None:
    person = terminal()
    person.answer_all(before)
    person.answer(question, keys)

    assert person.end() != 0
    assert "Stopped: nothing was written." in person.shown
    assert "Traceback" not in person.shown
    assert list(orders.parent.iterdir()) == [orders]
    assert list(temporary_folder.iterdir()) == []
