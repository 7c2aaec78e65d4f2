"""The kinds of question at a terminal: each with its help, each answer checked as it is given."""

import os
import shutil
import textwrap
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import questionary
from questionary import Choice

from answers.cookiecutter_internals import stop_at
from answers.schema import faults, schema

# Typing filters a list: a person need not walk through thirty regions.
LIST_KEYS: dict[str, Any] = {"use_search_filter": True, "use_jk_keys": False}
Check = Callable[[str], str | None]


def say(text: str, style: str = "") -> None:
    """Show a line to the person."""
    questionary.print(text, style=style)


def explain(help_text: str) -> None:
    width = max(40, shutil.get_terminal_size().columns)
    say(
        "\n" + textwrap.fill(help_text, width, initial_indent="  ", subsequent_indent="  "),
        "fg:ansibrightblack",
    )


def rule_of(kind: str) -> str:
    """The sentence that says what an answer of a kind must be."""
    sentence: str = schema()["$defs"][kind]["description"]
    return sentence


def refusal(kind: str, value: object) -> str | None:
    """Why an answer is refused, short enough for the one line below the question; None when it is right."""
    found = next(faults(value, {"$ref": f"#/$defs/{kind}"}, kind), None)
    return f"It {found.why}. {found.instead}".strip() if found else None


def answered(question: questionary.Question) -> Any:
    """The answer; Ctrl-C and Ctrl-D stop the interview."""
    stop_at(question, "c-d")
    try:
        return question.unsafe_ask()
    except EOFError:
        raise KeyboardInterrupt from None


def text(
    message: str,
    kind: str,
    default: str = "",
    help_text: str = "",
    taken: Collection[str] = (),
    optional: bool = False,
) -> str:
    """One line of a kind of the schema; `taken` are answers that may not repeat."""

    def check(answer: str) -> str | None:
        if optional and not answer:
            return None
        return "It is listed already." if answer in taken else refusal(kind, answer)

    return line(message, check, default, help_text or rule_of(kind))


def line(message: str, check: Check, default: str = "", help_text: str = "") -> str:
    """One line that `check` has nothing against."""
    explain(help_text)
    answer: str = answered(questionary.text(message, default=default, validate=lambda given: check(given) or True))
    return answer


def listed(message: str, kind: str, default: Sequence[str], help_text: str, least: int = 0) -> list[str]:
    """Several answers of one kind, with commas between them."""

    def check(answer: str) -> str | None:
        items = split(answer)
        if len(items) < least:
            return f"It needs at least {least}."
        if len(set(items)) < len(items):
            return "It names one twice."
        return next((f"{item}: {why}" for item in items if (why := refusal(kind, item))), None)

    return split(line(message, check, ", ".join(default), help_text))


def split(answer: str) -> list[str]:
    """The items of a comma list."""
    return [item.strip() for item in answer.split(",") if item.strip()]


def choice(message: str, choices: dict[str, Any], now: Any = None, help_text: str = "") -> Any:
    """One of several values, by their titles; `now` is the one pointed at first."""
    if help_text:
        explain(help_text)
    offered = [Choice(title, value) for title, value in choices.items()]
    first = now if now in choices.values() else None
    instruction = "(arrow keys, or type to filter)"
    return answered(questionary.select(message, offered, default=first, instruction=instruction, **LIST_KEYS))


def several(message: str, choices: dict[str, str], now: Collection[str], help_text: str, least: int = 0) -> list[str]:
    """Any number of values, or at least so many, by their titles."""

    def check(chosen: list[str]) -> str | bool:
        return len(chosen) >= least or f"It needs at least {least}."

    explain(help_text)
    offered = [Choice(title, value, checked=value in now) for title, value in choices.items()]
    instruction = "(space selects, Enter ends, type to filter)"
    found: list[str] = answered(
        questionary.checkbox(message, offered, instruction=instruction, validate=check, **LIST_KEYS)
    )
    return found


def yes(message: str, default: bool, help_text: str = "") -> bool:
    """Yes or no."""
    if help_text:
        explain(help_text)
    found: bool = answered(questionary.confirm(message, default=default))
    return found


def started_in() -> Path:
    """The folder in which the person started cookiecutter."""
    # The hook that interviews runs in a temporary folder; the shell's own folder is only in PWD.
    return Path(os.environ.get("PWD") or Path.cwd())


def file(message: str, check: Callable[[Path], str | None], help_text: str) -> Path | None:
    """A file that `check` has nothing against, None for none; relative to where cookiecutter was started."""
    start = started_in()

    def refused(given: str) -> str | bool:
        return not given or check(start / Path(given).expanduser()) or True

    explain(help_text)
    given = answered(questionary.path(message, validate=refused, get_paths=lambda: [str(start)]))
    return start / Path(given).expanduser() if given else None
