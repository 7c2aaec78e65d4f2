"""The kinds of question at a terminal: each with its help, each answer checked immediately."""

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

# Typing filters a list: a person need not scroll through thirty regions.
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
    """Return the sentence that describes a valid answer of a kind."""
    sentence: str = schema()["$defs"][kind]["description"]
    return sentence


def refusal(kind: str, value: object) -> str | None:
    """Return why an answer is refused, short enough for the one line below the question; None if it is valid."""
    found = next(faults(value, {"$ref": f"#/$defs/{kind}"}, kind), None)
    return f"It {found.why}. {found.instead}".strip() if found else None


def answered(question: questionary.Question) -> Any:
    """Return the answer; Ctrl-C and Ctrl-D stop the interview."""
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
    """Return one line of a kind of the schema; `taken` are answers that may not repeat."""

    def check(answer: str) -> str | None:
        if optional and not answer:
            return None
        return "It is listed already." if answer in taken else refusal(kind, answer)

    return line(message, check, default, help_text or rule_of(kind))


def line(message: str, check: Check, default: str = "", help_text: str = "") -> str:
    """Return one line that passes `check`."""
    explain(help_text)
    answer: str = answered(questionary.text(message, default=default, validate=lambda given: check(given) or True))
    return answer


def listed(message: str, kind: str, default: Sequence[str], help_text: str, least: int = 0) -> list[str]:
    """Return several answers of one kind, separated by commas."""

    def check(answer: str) -> str | None:
        items = split(answer)
        if len(items) < least:
            return f"It needs at least {least}."
        if len(set(items)) < len(items):
            return "It names one twice."
        return next((f"{item}: {why}" for item in items if (why := refusal(kind, item))), None)

    return split(line(message, check, ", ".join(default), help_text))


def split(answer: str) -> list[str]:
    """Return the items of a comma-separated list."""
    return [item.strip() for item in answer.split(",") if item.strip()]


def choice(message: str, choices: dict[str, Any], now: Any = None, help_text: str = "") -> Any:
    """Return one of several values, chosen by title; `now` is preselected."""
    if help_text:
        explain(help_text)
    offered = [Choice(title, value) for title, value in choices.items()]
    first = now if now in choices.values() else None
    instruction = "(arrow keys, or type to filter)"
    return answered(questionary.select(message, offered, default=first, instruction=instruction, **LIST_KEYS))


def several(message: str, choices: dict[str, str], now: Collection[str], help_text: str, least: int = 0) -> list[str]:
    """Return any number of values, or at least so many, chosen by title."""

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
    """Return yes or no."""
    if help_text:
        explain(help_text)
    found: bool = answered(questionary.confirm(message, default=default))
    return found


def started_in() -> Path:
    """Return the folder in which the person started cookiecutter."""
    # The hook that interviews runs in a temporary folder; only PWD has the shell's own folder.
    return Path(os.environ.get("PWD") or Path.cwd())


def file(message: str, check: Callable[[Path], str | None], help_text: str) -> Path | None:
    """Return a file that passes `check`, None for none; relative to where cookiecutter was started."""
    start = started_in()

    def refused(given: str) -> str | bool:
        return not given or check(start / Path(given).expanduser()) or True

    explain(help_text)
    given = answered(questionary.path(message, validate=refused, get_paths=lambda: [str(start)]))
    return start / Path(given).expanduser() if given else None
