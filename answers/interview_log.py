"""The log of an interview: every answer is kept, answers again after a step back, and goes on after a stop."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Given = tuple[str, Any]
Result = TypeVar("Result")


class StepBack(Exception):  # noqa: N818 (it is no error)
    """The person wants to answer the previous question again."""


class Log:
    """Questions with their answers, in the order of the interview; `keep` writes them after each answer.

    An interview is a function of its answers. To go back, it runs again with one answer less: questions whose answer
    is in the log are not shown again.
    """

    def __init__(self, given: Sequence[Given] = (), keep: Callable[[list[Given]], None] = lambda given: None) -> None:
        self.given = [(question, answer) for question, answer in given]
        self.keep = keep
        self.position = 0
        self.proposed: dict[str, Any] = {}

    @property
    def is_replaying(self) -> bool:
        """Whether the next answer is in the log already, so that nothing is shown."""
        return self.position < len(self.given)

    def answer(self, question: str, ask: Callable[[Any], Any], is_right: Callable[[Any], bool]) -> Any:
        """The answer from the log if it still fits, else the person's; `ask` gets the earlier answer as its default."""
        if self.is_replaying:
            known, answer = self.given[self.position]
            if known == question:
                return self.known_answer(question, answer, ask, is_right)
            self.forget_from_here()
        earlier = self.proposed.get(question)
        answer = ask(earlier if earlier is not None and is_right(earlier) else None)
        self.proposed.pop(question, None)
        self.given.append((question, answer))
        return self.kept(answer)

    def known_answer(
        self, question: str, answer: Any, ask: Callable[[Any], Any], is_right: Callable[[Any], bool]
    ) -> Any:
        """An answer from the log; one that has become wrong since is asked again, and the later ones stay."""
        if is_right(answer):
            self.position += 1
            return answer
        later = self.given[self.position + 1 :]
        self.forget_from_here()
        answer = ask(None)
        self.proposed.pop(question, None)
        self.given += [(question, answer), *later]
        self.position += 1
        self.keep(self.given)
        return answer

    def kept(self, answer: Any) -> Any:
        self.position = len(self.given)
        self.keep(self.given)
        return answer

    def forget_from_here(self) -> None:
        """Turn the answers from here on into proposals, because the questions have changed."""
        self.proposed |= dict(reversed(self.given[self.position :]))
        del self.given[self.position :]

    def step_back(self) -> None:
        """Take back the last answer; the interview then runs again from its start."""
        self.position = max(0, len(self.given) - 1)
        self.forget_from_here()
        self.position = 0
        self.keep(self.given)


_log: ContextVar[Log | None] = ContextVar("log", default=None)


def current() -> Log | None:
    """The log of the running interview; None outside of one."""
    return _log.get()


@contextmanager
def used(log: Log) -> Iterator[None]:
    token = _log.set(log)
    try:
        yield
    finally:
        _log.reset(token)


def run(interview: Callable[[], Result], log: Log) -> Result:
    """The result of an interview, with every step back on the way."""
    with used(log):
        while True:
            log.position = 0
            try:
                return interview()
            except StepBack:
                log.step_back()
