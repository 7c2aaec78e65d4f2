"""A list at a terminal: typing filters it, what matches nothing is no answer, and the filter never scrolls away."""

from typing import Any

import pytest
from interview_keys import BACK, CLEAR, ENTER, SPACE, pick, typed
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from answers import interview_list, interview_project, interview_questions
from answers.interview import ends
from answers.regions import CITIES
from answers.schema import schema

REGIONS = schema()["$defs"]["aws_region"]["enum"]
DOWN = "\x1b[B"


class Screen80x24(DummyOutput):
    def get_size(self) -> Size:
        return Size(rows=24, columns=80)


def screen_after(state: interview_list.Choosing, *keys: str) -> list[str]:
    """What stands on a screen of 80x24 after keys, which do not end the list."""
    rows: list[str] = []

    def look(app: Any) -> None:
        screen = app.renderer.last_rendered_screen
        if state.typed == "".join(keys) and screen and not rows and not app.is_done:
            cells = [[screen.data_buffer[y][x].char for x in range(80)] for y in range(screen.height)]
            rows.extend("".join(line).rstrip() for line in cells)
            app.exit(result=[])

    with create_pipe_input() as pipe:
        pipe.send_text("".join(keys))
        with create_app_session(input=pipe, output=Screen80x24()):
            app = interview_list.application(state)
            app.after_render += look
            app.run()
    return "\n".join(rows).rstrip().split("\n")


def regions(**more: Any) -> interview_list.Choosing:
    return interview_list.Choosing("Region", [f"{name} ({CITIES[name]})" for name in REGIONS], **more)


def test_a_region_is_found_by_its_place() -> None:
    assert typed(lambda: interview_project.region("Region", "us-east-1"), pick("ireland")) == "eu-west-1"


def test_every_region_has_its_place() -> None:
    assert sorted(CITIES) == sorted(REGIONS)


@pytest.mark.parametrize(
    ("ask", "wrong", "right", "expected"),
    [
        (lambda: interview_project.region("Region", "eu-west-1"), "atlantis", "eu-north-1", "eu-north-1"),
        (
            lambda: interview_project.git({}, "acme")["provider"],
            "azure",
            "CodeCommit",
            "codecommit",
        ),
    ],
)
def test_what_matches_nothing_is_no_answer(ask: Any, wrong: str, right: str, expected: str) -> None:
    assert typed(ask, pick(wrong), CLEAR, pick(right)) == expected


def test_what_matches_nothing_is_said_until_it_is_corrected() -> None:
    state = regions()
    state.type("azure")

    assert not state.enter()
    assert state.fault == "Nothing in the list matches 'azure'. Use Backspace to correct it."
    state.erase()
    assert state.fault == ""


@pytest.mark.parametrize("keys", [CLEAR, "\x7f" * 5], ids=["ctrl-u", "backspace"])
def test_without_its_filter_a_list_points_at_what_was_proposed(keys: str) -> None:
    ask = lambda: interview_project.region("Region", "eu-west-1")  # noqa: E731

    assert typed(ask, pick("azure"), keys, ENTER) == "eu-west-1"


def test_nothing_is_selected_by_a_filter_that_matches_nothing() -> None:
    ask = lambda: interview_questions.several("Which?", {"one": "1", "two": "2"}, [], "Any.")  # noqa: E731

    assert typed(ask, "three", SPACE, ENTER, CLEAR, ENTER) == []


def test_enter_selects_what_the_filter_leaves_and_ends_only_without_a_filter() -> None:
    ask = lambda: interview_questions.several("Which?", {"one": "1", "two": "2"}, [], "Any.")  # noqa: E731

    assert typed(ask, pick("two"), ENTER) == ["2"]
    assert typed(ask, "two", SPACE, "one", SPACE, ENTER) == ["1", "2"]


def test_what_is_typed_stays_visible_on_80x24() -> None:
    for typed_text in ("u", "eu", "xyz"):
        screen = screen_after(regions(), typed_text)

        assert screen[0] == f"? Region {typed_text}"
        assert len(screen) <= 20


def test_the_entry_that_is_pointed_at_stays_visible_on_80x24() -> None:
    screen = screen_after(regions(pointed=REGIONS.index("us-west-2")))

    assert [row for row in screen if row.startswith(" >")] == [f" > us-west-2 ({CITIES['us-west-2']})"]
    assert "19 more: arrow keys, or type to filter" in screen[-1]


def test_a_list_says_that_nothing_matches_while_a_person_types() -> None:
    assert "nothing matches 'xyz'" in screen_after(regions(), "xyz")[-1]


def test_arrows_move_within_what_the_filter_leaves() -> None:
    ask = lambda: interview_questions.choice("Which?", {"apple": 1, "pear": 2, "plum": 3})  # noqa: E731

    assert typed(ask, "p", "l", "u", CLEAR, DOWN, ENTER) == 2
    assert typed(ask, "pl", DOWN, ENTER) == 3


@pytest.mark.parametrize("word", ["no", "yes", "y", "n", "No", "YES"])
@pytest.mark.parametrize("has_faults", [True, False])
def test_yes_and_no_are_no_answer_to_the_last_question(word: str, has_faults: bool) -> None:
    assert interview_list.matching(list(ends(has_faults)), word) == []


def test_a_filter_finds_beginnings_of_words_before_their_insides() -> None:
    titles = ["AWS CodeCommit", "GitHub", "common"]

    assert interview_list.matching(titles, "com") == [2]
    assert interview_list.matching(titles, "commit") == [0]
    assert interview_list.matching(titles, "it") == []


def test_outside_of_an_interview_there_is_no_question_to_go_back_to() -> None:
    assert typed(lambda: interview_questions.choice("Which?", {"one": 1}), BACK, ENTER) == 1


def test_the_pointer_is_at_the_entry_whose_word_begins_so_and_the_others_stay_in_the_list() -> None:
    titles = ["timestamp, written MM/dd/yyyy", "timestamp, written dd/MM/yyyy"]
    state = interview_list.Choosing("Type", titles)
    state.type("dd")

    assert state.visible() == [0, 1]
    assert state.pointed == 1
    assert typed(lambda: interview_questions.choice("Type", dict(zip(titles, "md", strict=True))), "dd" + ENTER) == "d"
