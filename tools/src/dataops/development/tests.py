"""Runs the tests of the project."""

import sys
from pathlib import Path

import click

from dataops.project.programs import run

ACCEPTANCE = Path(__file__).resolve().parents[1] / "acceptance"


@click.command(help="The project's own tests: ETL on local Spark, the event chain on a local AWS, the archives.")
def test() -> None:
    """Run them, with a report that CodeBuild reads."""
    pytest("--junit-xml", "reports/tests.xml")


@click.command(help="Start a platform of its own on this machine and inject faults. Takes some minutes.")
def test_platform() -> None:
    """Run the tests of the local platform."""
    acceptance("platform")


@click.command(help="Run the whole delivery on this machine, from commit to prod. Takes some minutes.")
def test_delivery() -> None:
    """Run the tests of the delivery."""
    acceptance("walk")


@click.command(help="Two hundred random schedules of faults: nothing is lost, nothing is published twice.")
@click.option("--seed", help="repeat one schedule")
def soak(seed: str | None) -> None:
    """Run the test of schedules with more of them."""
    pytest("tests/test_schedules.py", SEEDS="200", **({"SEED": seed} if seed else {}))


def acceptance(name: str) -> None:
    """Run tests of the package on the project, with the project's configuration of pytest."""
    pytest("--config-file", "pyproject.toml", "--rootdir", ".", str(ACCEPTANCE / name))


def pytest(*words: str, **variables: str) -> None:
    """Run pytest in the project."""
    run(sys.executable, "-m", "pytest", *words, variables=variables)
