"""What 10,000 small files in one burst take: the real Lambdas over moto; Glue and its job are the tests' fakes."""

import contextlib
import io
import os
import sys
import time
from unittest.mock import patch

from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
FILES, FILES_PER_RUN = 10_000, 1_000
CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure); every count is the same on every machine, only the seconds are moto's own."""
    sys.path[:0] = [str(PROJECT / folder) for folder in ("tests", "lambda", "files")]
    import pytest
    from event_chain import EventChain
    from moto import mock_aws
    from test_burst import carry_burst

    environment = patch.dict(os.environ, CREDENTIALS | {"AWS_DEFAULT_REGION": "eu-west-1"})
    with environment, mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
        chain, began = EventChain(monkeypatch), time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            burst = carry_burst(chain, FILES)
        seconds = time.perf_counter() - began
    calls = [(f"calls of {call}", f"{count:,}") for call, count in sorted(burst.calls.items())]
    most = burst.most_invocations(FILES_PER_RUN)
    return [
        ("files", f"{FILES:,}"),
        ("messages, those of throttled writes twice", f"{burst.messages:,}"),
        (f"invocations of Lambdas (goal: at most {most})", f"{burst.invocations.total():,}"),
        (f"job runs (goal: {FILES // FILES_PER_RUN})", f"{burst.job_runs:,}"),
        *calls,
        ("lost files (goal: 0)", f"{burst.lost:,}"),
        ("seconds", f"{seconds:.0f} s"),
    ]
