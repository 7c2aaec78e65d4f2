"""What an environment's parts are called, as lines for the shell: eval "$(make names ENV=dev)"."""

import argparse
import shlex
import sys
from contextlib import redirect_stdout

from dataops.project.deployment import Deployment, deployment_of
from dataops.project.running import process_environment


def main(arguments: list[str] | None = None) -> None:
    """Print one export per name; where an AWS is asked is for people, so it goes beside."""
    parser = argparse.ArgumentParser(prog="python -m operations.names", description=__doc__)
    parser.add_argument("--environment", required=True, help="a name from project.yaml")
    given = parser.parse_args(arguments)
    with redirect_stdout(sys.stderr):
        deployment = deployment_of(given.environment)
    for name, value in names_of(deployment).items():
        print(f"export {name}={shlex.quote(value)}")


def names_of(deployment: Deployment) -> dict[str, str]:
    """The names that docs/runbook.md uses; those of a local platform lead every AWS client to it."""
    region = deployment.access["region_name"]
    address = deployment.access.get("endpoint_url")
    team = [name for name in deployment.datasets if name != deployment.names.get("canary")]
    return {
        "ENV": deployment.environment,
        "PREFIX": deployment.prefix,
        "DATASET": sorted(team)[0],
        "INPUT_BUCKET": deployment.buckets["input"],
        "OUTPUT_BUCKET": deployment.buckets["output"],
        "QUARANTINE_BUCKET": deployment.buckets["quarantine"],
        "AWS_DEFAULT_REGION": region,
        **(process_environment(address, deployment.settings["environment"]["account"], region) if address else {}),
    }


if __name__ == "__main__":
    main()
