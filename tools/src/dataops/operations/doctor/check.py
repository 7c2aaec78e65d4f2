"""A check reads from AWS and evaluates separately: `evaluate` is a pure function from answers to findings."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dataops.operations.doctor.finding import Finding, unread
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader, UnreadError

AT_ONCE = 16


def _always(needs: Needs) -> bool:
    return True


@dataclass(frozen=True)
class Check:
    """One question about an account; a deployment that it does not concern has no row for it."""

    subject: str
    read: Callable[[Needs, Reader], Any]
    evaluate: Callable[[Needs, Any], list[Finding]]
    concerns: Callable[[Needs], bool] = _always


def examine(checks: list[Check], needs: Needs, reader: Reader) -> list[Finding]:
    """Return the findings of all checks, in order; the checks read in parallel."""
    concerned = [check for check in checks if check.concerns(needs)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = threads.map(lambda check: findings_of(check, needs, reader), concerned)
        return [finding for each in found for finding in each]


def findings_of(check: Check, needs: Needs, reader: Reader) -> list[Finding]:
    """Return the findings of one check, with its name."""
    try:
        found = check.evaluate(needs, check.read(needs, reader))
    except UnreadError as reason:
        found = [unread(str(reason))]
    return [replace(finding, subject=check.subject) for finding in found]


def read_each(names: Iterable[str], read: Callable[[str], Any]) -> dict[str, Any]:
    """Return what was read for each name, or why it could not be read."""
    return {name: or_reason(partial(read, name)) for name in names}


def or_reason(read: Callable[[], Any]) -> Any:
    """Return what was read, or why it could not be read: for a check that evaluates what it could read."""
    try:
        return read()
    except UnreadError as reason:
        return reason


def reasons_in(answers: dict[str, Any]) -> list[Finding]:
    """Return one row for each reason why something could not be read, not one for each thing."""
    return [unread(reason) for reason in dict.fromkeys(str(each) for each in answers.values() if is_reason(each))]


def known_in(answers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return the answers that could be read."""
    return ((name, answer) for name, answer in answers.items() if not is_reason(answer))


def is_reason(answer: Any) -> bool:
    """Return whether this is a reason why something could not be read."""
    return isinstance(answer, UnreadError)
