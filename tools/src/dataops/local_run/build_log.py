"""The log of a build on this machine: the step that it is at, and the lines that say why it failed."""

import re
from collections.abc import Iterator
from itertools import takewhile

OF_THE_CONTAINER = re.compile(r"^\[Container\] \S+ \S+ ?(.*)$")
RUNNING = "Running command "
FAILED = "Command did not exit successfully "
# pytest prints a character for each test, and at the end of a line the share of the tests that have run.
OUTCOMES = re.compile(r"^([.FEsxX]+)(?: +\[ *(\d+)%\])?$")
SUMMARY_OF_TESTS = "short test summary info"
MOST_LINES = 20


def step_of(log: str) -> str:
    """The command that runs, and how far it is: the tests so far, or the last line that it has printed."""
    commands = list(_commands(log))
    if not commands:
        return ""
    name, printed = commands[-1]
    outcomes = [found for line in printed if (found := OUTCOMES.match(line))]
    if outcomes:
        count = sum(len(found[1]) for found in outcomes)
        share = next((f" ({found[2]} %)" for found in reversed(outcomes) if found[2]), "")
        return f"{name}: {count} tests so far{share}"
    return f"{name}: {printed[-1]}" if printed else name


def failure_of(log: str) -> list[str]:
    """The last lines that the failed command has printed; of tests, the summary. Empty if no command has failed."""
    lines = log.splitlines()
    failed = next((index for index, line in enumerate(lines) if _said(line).startswith(FAILED)), None)
    if failed is None:
        return []
    *_, (_, printed) = _commands("\n".join(lines[:failed]))
    summary = next((index for index, line in enumerate(printed) if SUMMARY_OF_TESTS in line), 0)
    return printed[summary:][-MOST_LINES:]


def _commands(log: str) -> Iterator[tuple[str, list[str]]]:
    """Each command so far by its first line, and the lines that it has printed."""
    lines = log.splitlines()
    for index, line in enumerate(lines):
        if (said := _said(line)).startswith(RUNNING):
            after = takewhile(lambda each: not _said(each).startswith(RUNNING), lines[index + 1 :])
            printed = [each.rstrip() for each in after if each.strip() and not OF_THE_CONTAINER.match(each)]
            yield said.removeprefix(RUNNING).removeprefix("# "), printed


def _said(line: str) -> str:
    found = OF_THE_CONTAINER.match(line)
    return found[1] if found else ""
