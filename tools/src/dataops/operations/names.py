"""What an environment's parts are called, as lines for the shell: eval "$(make names ENV=dev)"."""

import shlex
import sys
from contextlib import redirect_stdout

import click

from dataops.local_platform import process_environment
from dataops.project.deployment import Deployment, deployment_of


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
def main(environment: str) -> None:
    """Print one export per name; where an AWS is asked is for people, so it goes beside."""
    with redirect_stdout(sys.stderr):
        deployment = deployment_of(environment)
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
