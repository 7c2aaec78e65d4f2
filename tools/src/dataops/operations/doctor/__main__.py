"""`make doctor`: what would stop a deployment in this account. Reads only, with your own credentials."""

import argparse
import sys

from dataops.operations.doctor.diagnosis import diagnose, show
from dataops.operations.doctor.finding import exit_code
from dataops.project import deployment

COULD_NOT_START = 2


def main(arguments: list[str] | None = None) -> None:
    """Ask, print the table, and end with 0 (nothing will fail), 1 (something will) or 2 (could not start)."""
    parser = argparse.ArgumentParser(prog="python -m operations.doctor", description=__doc__)
    parser.add_argument("--environment", required=True, help="a name from project.yaml, or pipeline")
    given = parser.parse_args(arguments)
    try:
        findings = diagnose(deployment.settings_in_words(given.environment))
    except SystemExit as refused:
        print(refused.code, file=sys.stderr)
        sys.exit(COULD_NOT_START)
    show(findings)
    sys.exit(exit_code(findings))


if __name__ == "__main__":
    main()
