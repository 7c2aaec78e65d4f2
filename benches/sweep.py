"""What a sweep takes over a dataset of a million old versions: the real Lambda over moto, its listing made up."""

import contextlib
import io
import os
import sys
import time
from datetime import timedelta
from unittest.mock import patch

from benches.template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
VERSIONS, LOST = 1_000_000, (0, 499_999, 999_999)
CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
MINUTES_BETWEEN_SWEEPS, SWEEPS_A_MONTH = 15, 30 * 24 * 4
# S3 in us-east-1: 1,000 LIST requests.
PRICE_OF_A_THOUSAND = 0.005


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure); pages and sweeps are the same on every machine, only the seconds are this one's."""
    sys.path[:0] = [str(PROJECT / folder) for folder in ("tests", "lambda", "files")]
    from uploads.upload_listing import PAGES_PER_SWEEP

    took, pages = sweeps_until_all_is_found()
    cost = PAGES_PER_SWEEP * SWEEPS_A_MONTH / 1_000 * PRICE_OF_A_THOUSAND
    return [
        ("versions below the prefix", f"{VERSIONS:,}"),
        ("sweeps until every lost upload is found (goal: 10)", f"{len(took)}"),
        ("hours until then", f"{len(took) * MINUTES_BETWEEN_SWEEPS / 60:.1f} h"),
        ("LIST requests of one pass", f"{pages:,}"),
        ("most LIST requests of one sweep", f"{PAGES_PER_SWEEP:,}"),
        ("most that listing costs a month and dataset", f"{cost:.2f} USD"),
        ("longest sweep on this machine, without S3's answers (of 300 s)", f"{max(took):.1f} s"),
    ]


def sweeps_until_all_is_found() -> tuple[list[float], int]:
    """Seconds of each sweep, and the pages that S3 was asked for."""
    import pytest
    from event_chain import EventChain
    from moto import mock_aws
    from test_sweep import VersionedPrefix

    took: list[float] = []
    environment = patch.dict(os.environ, CREDENTIALS | {"AWS_DEFAULT_REGION": "eu-west-1"})
    with environment, mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
        chain = EventChain(monkeypatch)
        uploaded = dict.fromkeys(LOST, chain.clock() - timedelta(hours=1))
        prefix = VersionedPrefix(VERSIONS, chain.clock() - timedelta(days=400), uploaded)
        monkeypatch.setattr(chain.sweeper, "s3", prefix)
        while len(chain.rows()) < len(LOST):
            began = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                chain.sweep()
            took.append(time.perf_counter() - began)
            chain.clock.forward(minutes=MINUTES_BETWEEN_SWEEPS)
    return took, prefix.pages
