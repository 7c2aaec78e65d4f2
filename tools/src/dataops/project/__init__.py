"""The project that a command works on: its folder, settings, Terraform and deployments. Every other room may use it."""

import sys
from pathlib import Path

# Commands are called in the project's own folder, as its Makefile does.
PROJECT = Path.cwd()
# The archives' builder, the modules of the Lambda functions and those of the job are the project's own.
sys.path += [str(PROJECT), str(PROJECT / "lambda"), str(PROJECT / "files")]
