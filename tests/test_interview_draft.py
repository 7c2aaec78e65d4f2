"""Nothing is lost: every answer is kept as it is given, a person can go back, and go on after a stop."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from interview_keys import BACK, CTRL_C, ENTER, NO, YES, line, pick, stopped, typed

from answers import interview_draft, interview_log, interview_questions
from answers.interview import LAST_QUESTION, Outcome, interview
from answers.interview_log import Log
from answers.temporary_copy import has_ended

ORDERS = "Order ID,Placed On,Amount\n" + "".join(f"{n},2026/01/0{1 + n // 2},{n}.50\n" for n in range(1, 9))
START = (line("Acme Sales"), ENTER, ENTER, ENTER, line("111111111111"), line("222222222222"))
DATASETS = (line("orders.csv"), ENTER, ENTER, ENTER)
REST = (ENTER, ENTER, ENTER, ENTER)
GENERATE = pick("Generate")


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's home, and a folder with a sample in which cookiecutter is started."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    output = tmp_path / "output"
    output.mkdir()
    monkeypatch.setenv("PWD", str(output))
    (output / "orders.csv").write_text(ORDERS)
    return tmp_path


def drafts(person: Path) -> list[Path]:
    return sorted((person / "home/.local/state/dataops-template").glob("*"))


def of_an_ended_process(given: list[Any]) -> Path:
    """A draft that an interview left, whose process runs no more."""
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    interview_draft.write(interview_draft.own_path(), given)
    path = interview_draft.own_path()
    content = json.loads(path.read_text())
    content["process"][-1] = int(ended.stdout)
    path.write_text(json.dumps(content))
    return path.rename(path.with_name("draft-1.json"))


def given_by(*keys: str) -> list[Any]:
    """The log of an interview that is stopped after some keys."""
    stopped(lambda: interview({}), *keys, CTRL_C)
    found: list[Any] = json.loads(interview_draft.own_path().read_text())["given"]
    interview_draft.own_path().unlink()
    return found


def result(*keys: str) -> Outcome:
    ended: Outcome = typed(lambda: interview({}), *keys)
    return ended


class TestDraft:
    def test_every_answer_is_kept_as_it_is_given(self, person: Path) -> None:
        stopped(lambda: interview({}), line("Acme Sales"), ENTER, CTRL_C)

        assert json.loads(drafts(person)[0].read_text())["given"] == [
            ["Project", "Acme Sales"],
            ["Short name", "acme-sales"],
        ]

    def test_only_the_person_can_read_it_and_it_is_outside_the_output_folder(self, person: Path) -> None:
        stopped(lambda: interview({}), line("Acme Sales"), CTRL_C)
        (draft,) = drafts(person)

        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        assert stat.S_IMODE(draft.parent.stat().st_mode) == 0o700
        assert [path.name for path in (person / "output").iterdir()] == ["orders.csv"]

    def test_a_loose_umask_and_a_link_in_its_place_change_nothing(self, person: Path) -> None:
        path = interview_draft.own_path()
        path.parent.mkdir(parents=True)
        (path.parent / "target").write_text("somebody's")
        path.with_suffix(".new").symlink_to(path.parent / "target")
        before = os.umask(0)
        try:
            interview_draft.write(path, [("Project", "Acme")])
        finally:
            os.umask(before)

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (path.parent / "target").read_text() == "somebody's"

    def test_an_interview_without_an_answer_leaves_none(self, person: Path) -> None:
        stopped(lambda: interview({}), CTRL_C)

        assert drafts(person) == []

    def test_the_next_start_offers_it_and_goes_on_where_the_person_stopped(self, person: Path) -> None:
        of_an_ended_process(given_by(*START, *DATASETS))
        resumed = result(ENTER, *REST, GENERATE)

        assert resumed == result(*START, *DATASETS, *REST, GENERATE)
        assert [path.name for path in drafts(person)] == [interview_draft.own_path().name]

    def test_its_sample_is_found_from_another_folder(self, person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        of_an_ended_process(given_by(*START, *DATASETS))
        monkeypatch.setenv("PWD", str(person))

        assert result(ENTER, *REST, GENERATE).samples == {"orders": str(person / "output/orders.csv")}

    def test_who_refuses_it_starts_over_and_it_is_removed(self, person: Path) -> None:
        of_an_ended_process(given_by(*START))
        stopped(lambda: interview({}), pick("Delete"), CTRL_C)

        assert drafts(person) == []

    def test_who_stops_at_the_offer_still_has_it(self, person: Path) -> None:
        left = of_an_ended_process(given_by(*START))
        stopped(lambda: interview({}), CTRL_C)

        assert drafts(person) == [left]

    def test_who_goes_on_and_stops_at_once_still_has_every_answer(self, person: Path) -> None:
        given = given_by(*START)
        of_an_ended_process(given)
        stopped(lambda: interview({}), ENTER, CTRL_C)

        (draft,) = drafts(person)
        assert json.loads(draft.read_text())["given"] == given

    def test_a_process_that_nobody_waited_for_counts_as_ended(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert has_ended(process.pid)
        process.wait()

    def test_a_draft_stays_when_its_answers_cannot_be_kept_again(
        self, person: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = of_an_ended_process(given_by(*START))

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(interview_draft, "write", full)
        stopped(lambda: interview({}), ENTER, CTRL_C)

        assert drafts(person) == [left]

    def test_an_interview_that_still_runs_is_not_offered(self, person: Path) -> None:
        interview_draft.write(interview_draft.own_path(), [("Project", "Acme")])

        assert interview_draft.left() == []

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"process": 1, "given": []}', '{"given": [["Project"]]}'])
    def test_a_damaged_one_is_passed_over(self, content: str) -> None:
        interview_draft.folder().mkdir(parents=True)
        (interview_draft.folder() / "draft-1.json").write_text(content)

        assert interview_draft.left() == []

    def test_a_stop_at_the_last_question_is_not_repeated(self, person: Path) -> None:
        of_an_ended_process([("Project", "A"), (LAST_QUESTION, "Stop")])
        stopped(lambda: interview({}), ENTER, CTRL_C)

        assert json.loads(drafts(person)[0].read_text())["given"] == [["Project", "A"]]

    def test_a_home_that_cannot_be_written_stops_no_interview(self, person: Path) -> None:
        (person / "home").write_text("a file where a folder should be")

        assert result(*START, *DATASETS, *REST, GENERATE).answers["project_slug"] == "acme-sales"

    def test_who_stops_reads_how_to_go_on(self, person: Path) -> None:
        stopped(lambda: interview({}), line("Acme Sales"), ENTER, CTRL_C)

        farewell = interview_draft.farewell()
        assert farewell.startswith(f"Stopped: nothing was written. Your 2 answers are kept in {drafts(person)[0]}")
        assert "run the same command again; if cookiecutter asks to download the template again, Enter" in farewell


class TestStepBack:
    def test_the_question_before_is_asked_again_with_its_answer_proposed(self) -> None:
        def questions() -> tuple[str, bool]:
            return interview_questions.line("One", lambda given: None), interview_questions.yes("Two", True)

        found = typed(lambda: interview_log.run(questions, Log()), "first", ENTER, BACK, "\x7ft!", ENTER, NO)

        assert found == ("first!", False)

    def test_several_steps_lead_back_to_the_start(self) -> None:
        whole = result(line("Wrong Name"), ENTER, ENTER, BACK, BACK, BACK, BACK, *START, *DATASETS, *REST, GENERATE)

        assert whole.answers["project_name"] == "Acme Sales"

    @pytest.mark.parametrize(
        "keys",
        [
            (*START, line("orders.csv"), BACK, ENTER, *DATASETS[1:], *REST, GENERATE),
            (*START, *DATASETS, *REST[:3], BACK, BACK, ENTER, ENTER, ENTER, GENERATE),
            (*START, *DATASETS, *REST, BACK, ENTER, GENERATE),
            (*START, *DATASETS, *REST, pick("Change"), pick("region"), BACK, BACK, pick("Generate")),
        ],
        ids=["within a dataset", "among places", "from the summary", "out of a correction"],
    )
    def test_going_back_and_forth_changes_no_answer(self, keys: tuple[str, ...]) -> None:
        assert result(*keys) == result(*START, *DATASETS, *REST, GENERATE)

    def test_every_kind_of_question_proposes_the_answer_that_was_taken_back(self) -> None:
        def questions() -> list[Any]:
            return [
                interview_questions.choice("Choice", {"one": 1, "two": 2}),
                interview_questions.several("Several", {"a": "A", "b": "B"}, [], "Any."),
                interview_questions.yes("Yes", True),
                interview_questions.line("Line", lambda given: None),
                interview_questions.yes("End", True),
            ]

        keys = (pick("two"), pick("b"), ENTER, NO, line("x"), BACK, BACK, BACK, BACK, ENTER, ENTER, ENTER, ENTER, YES)

        assert typed(lambda: interview_log.run(questions, Log()), *keys) == [2, ["B"], False, "x", True]

    def test_what_is_in_the_log_is_not_shown_again(self, capsys: pytest.CaptureFixture[str]) -> None:
        result(*START, line("orders.csv"), ENTER, BACK, ENTER, ENTER, ENTER, *REST, GENERATE)

        # Once when it is proposed, once when it is asked again.
        assert capsys.readouterr().out.count("  order_id") <= 3


class TestLog:
    def ask(self, answers: list[Any]) -> Callable[[Any], Any]:
        return lambda earlier: answers.pop(0)

    def test_an_answer_that_became_wrong_is_asked_again_and_the_later_ones_stay(self) -> None:
        log = Log([("one", 1), ("two", 2)])

        assert log.answer("one", self.ask([7]), lambda given: given != 1) == 7
        assert log.answer("two", self.ask([]), lambda given: True) == 2

    def test_other_questions_than_those_of_the_log_are_asked_and_earlier_answers_proposed(self) -> None:
        log = Log([("old", 1), ("two", 2)])
        earlier: list[Any] = []

        def ask(proposed: Any) -> int:
            earlier.append(proposed)
            return 4

        assert log.answer("new", lambda given: 3, lambda given: True) == 3
        assert log.answer("two", ask, lambda given: True) == 4
        assert earlier == [2]
        assert log.given == [("new", 3), ("two", 4)]
