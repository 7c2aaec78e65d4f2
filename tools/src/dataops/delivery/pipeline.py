"""Creates or updates the delivery pipeline from pipeline/ as it is committed. Shows what would change and asks."""

import sys

import build_archives
import click

from dataops.delivery import before_pipeline
from dataops.project import PROJECT
from dataops.project.programs import run


@click.command(help=__doc__)
@click.option("--adopt", is_flag=True, help="manage the CodeCommit repository that exists already")
def main(adopt: bool) -> None:
    """Refuse what is not committed, then let Terraform show its plan and ask."""
    before_pipeline.main()
    if build_archives.main(PROJECT):
        sys.exit(1)
    run("terraform", "-chdir=pipeline", "init", "-input=false")
    run("terraform", "-chdir=pipeline", "apply", *(["-var", "adopt_repository=true"] if adopt else []))
