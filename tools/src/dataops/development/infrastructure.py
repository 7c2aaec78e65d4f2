"""Builds the archives of the Lambda functions, and plans an environment."""

import sys

import build_archives
import click

from dataops.project import PROJECT
from dataops.project.programs import run
from dataops.project.terraform import refuse_unknown_environment


@click.command(help="Build the Lambda and transforms archives that Terraform uploads.")
def build() -> None:
    """Build them; the same sources give the same bytes."""
    sys.exit(build_archives.main(PROJECT))


@click.command(help="Show what Terraform would change in one environment. Needs AWS credentials.")
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
def plan(environment: str) -> None:
    """Build the archives, then plan."""
    if environment != "pipeline":
        refuse_unknown_environment(PROJECT, environment)
    if build_archives.main(PROJECT):
        sys.exit(1)
    run("terraform", f"-chdir={environment}", "init", "-input=false")
    run("terraform", f"-chdir={environment}", "plan", "-input=false")
