"""Run the tests of the project."""

import sys
from pathlib import Path

import click

from dataops.local_aws.moto_patches import patches_serialization
from dataops.project.programs import run

ACCEPTANCE = Path(__file__).resolve().parents[1] / "acceptance"
# The event chain's tests make thousands of calls to moto.
FASTER_MOTO = ("-p", patches_serialization.__name__)


@click.command(help="Run the project's own tests: ETL on local Spark, the event chain on a local AWS, the archives.")
def test() -> None:
    """Run the tests, with a report that CodeBuild reads."""
    pytest(*FASTER_MOTO, "--junit-xml", "reports/tests.xml")


@click.command(help="Test the whole platform on a local AWS of its own, with injected faults. Takes some minutes.")
def test_platform() -> None:
    """Run the tests of the whole platform on a local AWS."""
    acceptance("platform")


@click.command(help="Run the whole delivery on this machine, from commit to prod. Takes some minutes.")
def test_delivery() -> None:
    """Run the tests of the delivery."""
    acceptance("walk")


@click.command(help="Run two hundred random schedules of faults: nothing is lost, nothing is published twice.")
@click.option("--seed", help="repeat one schedule")
def soak(seed: str | None) -> None:
    """Run the test of random schedules with more schedules."""
    pytest(*FASTER_MOTO, "tests/test_schedules.py", SEEDS="200", **({"SEED": seed} if seed else {}))


def acceptance(name: str) -> None:
    """Run tests of the package on the project, with the project's configuration of pytest."""
    pytest("--config-file", "pyproject.toml", "--rootdir", ".", str(ACCEPTANCE / name))


def pytest(*words: str, **variables: str) -> None:
    """Run pytest in the project."""
    run(sys.executable, "-m", "pytest", *words, variables=variables)
