"""Renews the lock files after a change of a requirements.txt: every package gets the hash that it must have."""

import sys

import click

from dataops.project.programs import BIN, run

UV = "uv==0.13.9"
FILES = ("requirements", "buildspecs/requirements", "buildspecs/scan-requirements")
COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes")


@click.command(help=__doc__)
@click.option("--newest", is_flag=True, help="take the newest versions that the requirements allow")
def main(newest: bool) -> None:
    """Install uv, and let it resolve each file."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", UV, is_shown=False)
    for name in FILES:
        options = ["--upgrade"] if newest else []
        run(f"{BIN}/uv", *COMPILE, *options, f"{name}.txt", "--output-file", f"{name}.lock", is_shown=False)
