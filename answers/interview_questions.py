"""The kinds of question at a terminal: each with its help, each answer checked as it is given, each kept in the log."""

import os
import textwrap
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import questionary
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys

from answers import interview_list, interview_log
from answers.cookiecutter_internals import buffer_of, with_keys, wrap_refusal
from answers.interview_log import StepBack
from answers.schema import faults, schema
from answers.terminal_limits import screen_width

MANY = 1000
Check = Callable[[str], str | None]


def say(text: str, style: str = "") -> None:
    """Show a sentence to the person, with its own indent on every line."""
    if not is_replaying():
        questionary.print(indented(text.lstrip(), text[: len(text) - len(text.lstrip())]), style)


def is_replaying() -> bool:
    """Whether the answers come from the log, so that the person reads nothing."""
    log = interview_log.current()
    return log is not None and log.is_replaying


def explain(help_text: str) -> None:
    questionary.print("\n" + indented(help_text, "  "), style="fg:ansibrightblack")


def indented(text: str, indent: str) -> str:
    return textwrap.fill(text, screen_width(), initial_indent=indent, subsequent_indent=indent)


def rule_of(kind: str) -> str:
    """Return the sentence that describes a valid answer of a kind."""
    sentence: str = schema()["$defs"][kind]["description"]
    return sentence


def refusal(kind: str, value: object) -> str | None:
    """Return why an answer is refused, for below the question; None if it is valid."""
    found = next(faults(value, {"$ref": f"#/$defs/{kind}"}, kind), None)
    return f"It {found.why}. {found.instead}".strip() if found else None


def filled(why: str | None) -> str | None:
    """The reason of a refusal, broken between words at the width of the screen."""
    return textwrap.fill(why, screen_width()) if why else None


def own_keys() -> KeyBindings:
    """Ctrl-D stops like Ctrl-C; Ctrl-Z takes the last answer back."""
    keys = KeyBindings()

    @keys.add("c-d", eager=True)
    @keys.add("c-c", eager=True)
    def _(event: Any) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    @keys.add("c-z", eager=True)
    def _(event: Any) -> None:
        if interview_log.current():
            event.app.exit(exception=StepBack)

    return keys


def keys_of_a_proposal(buffer: Any, proposed: str) -> KeyBindings:
    """Typing replaces a proposal that the person has not begun to edit."""
    keys = KeyBindings()
    edited: list[object] = []
    buffer.on_cursor_position_changed += edited.append
    is_untouched = Condition(lambda: not edited and buffer.text == proposed)

    @keys.add(Keys.Any, filter=is_untouched)
    @keys.add(Keys.BracketedPaste, filter=is_untouched)
    def _(event: Any) -> None:
        if event.data.isprintable():
            buffer.text = ""
            buffer.insert_text(event.data)

    return keys


def answered_line(question: questionary.Question, proposed: str) -> str:
    """The line that the person answers to a question of questionary."""
    wrap_refusal(question)
    if proposed:
        with_keys(question, keys_of_a_proposal(buffer_of(question), proposed))
    found: str = answered(question)
    return found


def answered(question: questionary.Question) -> Any:
    """What the person answers to a question of questionary."""
    with_keys(question, own_keys())
    try:
        return question.unsafe_ask()
    except EOFError:
        raise KeyboardInterrupt from None


def logged(message: str, ask: Callable[[Any], Any], is_right: Callable[[Any], bool]) -> Any:
    """The answer of the log, or of the person; `ask` gets the answer that the person took back, None for none."""
    log = interview_log.current()
    return log.answer(message, ask, is_right) if log else ask(None)


def text(
    message: str,
    kind: str,
    default: str = "",
    help_text: str = "",
    taken: Collection[str] = (),
    optional: bool = False,
) -> str:
    """Return one line of a kind of the schema; `taken` are answers that may not repeat."""

    def check(answer: str) -> str | None:
        if optional and not answer:
            return None
        return "It is listed already." if answer in taken else refusal(kind, answer)

    return line(message, check, default, help_text or rule_of(kind))


def line(message: str, check: Check, default: str = "", help_text: str = "") -> str:
    """One line that `check` has nothing against."""

    def ask(earlier: str | None) -> str:
        explain(help_text)
        proposed = default if earlier is None else earlier
        question = questionary.text(message, default=proposed, validate=lambda given: filled(check(given)) or True)
        return answered_line(question, proposed)

    answer: str = logged(message, ask, lambda given: isinstance(given, str) and check(given) is None)
    return answer


def listed(
    message: str,
    kind: str,
    default: Sequence[str],
    help_text: str,
    least: int = 0,
    most: int = MANY,
    check: Check = lambda item: None,
) -> list[str]:
    """Several answers of one kind, with commas between them; `check` is asked about each too."""

    def check_all(answer: str) -> str | None:
        items = split(answer)
        if len(items) < least:
            return f"Give at least {least}."
        if len(items) > most:
            return f"Give at most {most}."
        if len(set(items)) < len(items):
            return "One is listed twice."
        return next((f"{item}: {why}" for item in items if (why := refusal(kind, item) or check(item))), None)

    return split(line(message, check_all, ", ".join(default), help_text))


def split(answer: str) -> list[str]:
    """Return the items of a comma-separated list."""
    return [item.strip() for item in answer.split(",") if item.strip()]


def choice(message: str, choices: dict[str, Any], now: Any = None, help_text: str = "") -> Any:
    """One of several values, by their titles; `now` is the one pointed at first."""
    titles = list(choices)
    pointed = list(choices.values()).index(now) if now is not None and now in choices.values() else 0

    def ask(earlier: str | None) -> str:
        if help_text:
            explain(help_text)
        first = pointed if earlier is None else titles.index(earlier)
        (found,) = interview_list.choose(message, titles, first, keys=own_keys())
        return titles[found]

    return choices[logged(message, ask, lambda title: title in titles)]


def several(message: str, choices: dict[str, str], now: Collection[str], help_text: str, least: int = 0) -> list[str]:
    """Any number of values, or at least so many, by their titles."""
    titles = list(choices)

    def ask(earlier: list[str] | None) -> list[str]:
        explain(help_text)
        first = [title for title, value in choices.items() if value in now] if earlier is None else earlier
        selected = [number for number, title in enumerate(titles) if title in first]
        found = interview_list.choose(message, titles, 0, selected, least, own_keys())
        return [titles[number] for number in found]

    def is_right(found: Any) -> bool:
        return isinstance(found, list) and len(found) >= least and all(title in titles for title in found)

    return [choices[title] for title in logged(message, ask, is_right)]


def yes(message: str, default: bool, help_text: str = "") -> bool:
    """Yes or no."""

    def ask(earlier: bool | None) -> bool:
        if help_text:
            explain(help_text)
        found: bool = answered(questionary.confirm(message, default=default if earlier is None else earlier))
        return found

    answer: bool = logged(message, ask, lambda given: isinstance(given, bool))
    return answer


def started_in() -> Path:
    """Return the folder in which the person started cookiecutter."""
    # The hook that interviews runs in a temporary folder; only PWD has the shell's own folder.
    return Path(os.environ.get("PWD") or Path.cwd())


def file(message: str, check: Callable[[Path], str | None], help_text: str) -> Path | None:
    """Return a file that passes `check`, None for none; relative to where cookiecutter was started."""
    start = started_in()

    def refused(given: str) -> str | None:
        return check(start / Path(given).expanduser()) if given else None

    def ask(earlier: str | None) -> str:
        explain(help_text)
        question = questionary.path(
            message,
            earlier or "",
            validate=lambda given: filled(refused(given)) or True,
            get_paths=lambda: [str(start)],
        )
        given = answered_line(question, earlier or "")
        # A draft may be taken up in another folder.
        return str(start / Path(given).expanduser()) if given else ""

    given = logged(message, ask, lambda given: isinstance(given, str) and refused(given) is None)
    return Path(given) if given else None
