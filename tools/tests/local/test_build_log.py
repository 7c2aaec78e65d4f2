"""The log of a build says how far the build is, and why it failed."""

import pytest

from dataops.local_run.build_log import failure_of, step_of

AT = "[Container] 2026/11/29 19:14:41"
CHECKED = f"{AT} Entering phase BUILD\n{AT} Running command make check\nAll checks passed!\n"


@pytest.mark.parametrize(
    ("log", "step"),
    [
        ("", ""),
        (f"{AT} Entering phase INSTALL\n", ""),
        (f"{AT} Running command make tools\n", "make tools"),
        (CHECKED, "make check: All checks passed!"),
        (f"{CHECKED}{AT} Running command make test\n", "make test"),
        (f"{CHECKED}{AT} Running command make test\npython -m pytest\n....", "make test: 4 tests so far"),
        (f"{AT} Running command make test\n{'.' * 72} [ 12%]\n..F..", "make test: 77 tests so far (12 %)"),
        (
            f"{AT} Running command # Refuse another commit\n{AT} (\n{AT}   refuse() {{ exit 1; }}\n",
            "Refuse another commit",
        ),
    ],
)
def test_the_step_is_the_command_that_runs_and_how_far_it_is(log: str, step: str) -> None:
    assert step_of(log) == step


def test_a_failed_command_is_explained_by_its_last_lines() -> None:
    printed = "\n".join(f"line {number}" for number in range(50))
    log = (
        f"{CHECKED}{AT} Running command make scan\n{printed}\n{AT} Command did not exit successfully make scan exit 1\n"
    )

    assert failure_of(log) == [f"line {number}" for number in range(30, 50)]


def test_failed_tests_are_explained_by_their_summary() -> None:
    summary = "=== short test summary info ===\nFAILED tests/test_a.py::test_b - assert 1 == 2\n1 failed, 3 passed"
    log = f"{AT} Running command make test\n..F.\nlong traceback\n{summary}\n"
    ended = f"{AT} Command did not exit successfully make test exit status 2\n{AT} Running command echo sorry\nsorry\n"

    assert failure_of(log + ended) == summary.splitlines()


def test_a_build_that_has_not_failed_has_no_failure() -> None:
    assert failure_of(CHECKED) == []
