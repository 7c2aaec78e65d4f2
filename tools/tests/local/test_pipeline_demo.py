"""The delivery on this machine always ends with a sentence."""

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from rich.console import Console

from dataops.local_run import pipeline_demo
from dataops.local_run.delivery_view import ActionView, DeliveryView
from dataops.local_run.local_delivery import leave_out_the_checks
from dataops.local_run.steps import Steps

CHECK = ActionView("Check", "Check", "InProgress", 60, "", build="acme-check:1")
LOG = "[Container] 2026/11/29 19:14:41 Running command make test\n"
FAILED = "FAILED tests/test_a.py::test_b\n[Container] 2026/11/29 19:20:41 Command did not exit successfully make test\n"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyboardInterrupt(), "Stopped: nothing is left of it."),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "The local AWS of the delivery was stopped"),
    ],
)
def test_a_delivery_that_is_stopped_says_so(
    error: BaseException, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def stopped(*_: Any) -> Iterator[None]:
        raise error
        yield

    monkeypatch.setattr("sys.argv", ["pipeline_demo", "--answers", "yes"])
    monkeypatch.setattr(pipeline_demo.signal, "signal", lambda *_: None)
    monkeypatch.setattr(pipeline_demo, "folder_of", lambda _: tmp_path / "delivery")
    monkeypatch.setattr(pipeline_demo, "local_delivery", stopped)
    monkeypatch.setattr(pipeline_demo, "alone", stopped)

    with pytest.raises(SystemExit) as ended:
        pipeline_demo.main()

    assert str(ended.value.code).startswith(sentence)


class Played:
    """A delivery whose builds write their logs into a folder."""

    pipeline = "acme"

    def __init__(self, folder: Path) -> None:
        self.platform = self
        self.folder = folder

    def client(self, _: str) -> None:
        """No client is needed: the tests give what it would answer."""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pipeline_demo.Demo:
    """A demo without a terminal, whose Check is at work."""
    monkeypatch.setattr(pipeline_demo, "SECONDS_BETWEEN_STEPS", 0)
    (tmp_path / "builds/acme-check/1").mkdir(parents=True)
    (tmp_path / "builds/acme-check/1/log.txt").write_text(LOG)
    console = Console(file=io.StringIO(), width=120)
    return pipeline_demo.Demo(Played(tmp_path), console, Steps(console), [])  # type: ignore[arg-type]


def printed(demo: pipeline_demo.Demo) -> str:
    assert isinstance(demo.console.file, io.StringIO)
    return demo.console.file.getvalue()


def test_without_a_terminal_each_step_is_said_once(
    demo: pipeline_demo.Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "builds/acme-check/1/log.txt"

    def views() -> Iterator[DeliveryView]:
        yield DeliveryView("InProgress", [CHECK])
        yield DeliveryView("InProgress", [CHECK])
        log.write_text(f"{LOG}....")
        yield DeliveryView("InProgress", [CHECK])
        yield DeliveryView("Succeeded", [replace(CHECK, status="Succeeded")])

    found = views()
    monkeypatch.setattr(pipeline_demo, "view_of", lambda *_: next(found))

    assert demo.follow("1") == "Succeeded"

    lines = [line.partition("s  ")[2] for line in printed(demo).splitlines() if "Check Check" in line]
    assert lines == ["Check Check: make test", "Check Check: make test: 4 tests so far"]


def test_a_step_that_goes_on_is_said_again_after_a_while(
    demo: pipeline_demo.Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_demo, "SECONDS_OF_SILENCE", -1)
    found = iter([*[DeliveryView("InProgress", [CHECK])] * 3, DeliveryView("Stopped", [])])
    monkeypatch.setattr(pipeline_demo, "view_of", lambda *_: next(found))

    demo.follow("1")

    assert printed(demo).count("Check Check: make test") == 3


def test_a_failed_build_shows_the_lines_that_say_why(
    demo: pipeline_demo.Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builds/acme-check/1/log.txt").write_text(LOG + FAILED)
    failed = DeliveryView("Failed", [replace(CHECK, status="Failed", summary="Build terminated with state: FAILED")])
    monkeypatch.setattr(pipeline_demo, "view_of", lambda *_: failed)

    demo.follow("1")

    assert "FAILED tests/test_a.py::test_b" in printed(demo)
    assert "Check Check failed: the end of" in printed(demo)


def test_a_fast_delivery_leaves_out_the_checks_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("check delivery-plan:\n\t@echo $@ of $(ENV)\n")
    leave_out_the_checks(tmp_path)

    done = subprocess.run(
        ["make", "--no-print-directory", "check", "delivery-plan", "ENV=dev"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("left out here: make check\ndelivery-plan of dev\n", "")
