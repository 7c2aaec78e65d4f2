"""A client whose connection broke after the work was done gets the answer when it tries again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from dataops.local_aws.moto_patches.lost_answers import LostAnswers


class Counter:
    """An application that counts what it did, and answers with the count."""

    def __init__(self, status: str = "200 OK") -> None:
        self.done, self.status = 0, status

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.done += 1
        start_response(self.status, [("Content-Type", "text/plain")])
        return [str(self.done).encode()]


def ask(application: LostAnswers, call: str, method: str = "POST") -> str:
    environ = {"REQUEST_METHOD": method, "HTTP_AMZ_SDK_INVOCATION_ID": call}
    return b"".join(application(environ, lambda *given: None)).decode()


def test_a_second_try_of_a_call_gets_the_first_answer() -> None:
    application = LostAnswers(Counter())

    assert [ask(application, call) for call in ("a", "a", "b", "a")] == ["1", "1", "2", "1"]


class Slow(Counter):
    """An application that works on its first request until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let_go = Event(), Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.begun.is_set():
            self.begun.set()
            self.let_go.wait(10)
        return super().__call__(environ, start_response)


def test_a_second_try_of_a_call_that_is_still_at_work_waits_for_the_first_answer() -> None:
    slow = Slow()
    application = LostAnswers(slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, application, "a")
        assert slow.begun.wait(10)
        second, other = pool.submit(ask, application, "a"), pool.submit(ask, application, "b")
        assert other.result(10) == "1"
        assert not second.done()
        slow.let_go.set()

        assert [first.result(10), second.result(10)] == ["2", "2"]
    assert application.under_way == {}


def test_an_error_is_tried_again() -> None:
    application = LostAnswers(Counter("503 Service Unavailable"))

    assert [ask(application, "a"), ask(application, "a")] == ["1", "2"]


def test_who_reads_again_gets_what_is_true_by_now() -> None:
    application = LostAnswers(Counter())

    assert [ask(application, "a", "GET"), ask(application, "a", "GET")] == ["1", "2"]


def test_old_answers_are_forgotten() -> None:
    application = LostAnswers(Counter())
    for number in range(1001):
        ask(application, str(number))

    assert ask(application, "0") == "1002"
    assert ask(application, "1000") == "1001"
