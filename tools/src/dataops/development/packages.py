"""Renews the lock files after a change of a requirements.txt: every package gets the hash that it must have."""

import sys

import click

from dataops.development.lock_files import renew
from dataops.project.programs import run

UV = "uv==0.13.9"
FILES = ("requirements", "buildspecs/requirements", "buildspecs/scan-requirements")


@click.command(help=__doc__)
@click.option("--newest", is_flag=True, help="take the newest versions that the requirements allow")
def main(newest: bool) -> None:
    """Install uv, and let it resolve each file."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", UV, is_shown=False)
    for name in FILES:
        options = ["--upgrade"] if newest else []
        renew(name, *options)
