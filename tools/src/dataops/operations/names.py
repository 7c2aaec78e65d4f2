"""Print the names of an environment's resources as lines for the shell: eval "$(make names ENV=dev)"."""

import shlex
import sys
from contextlib import redirect_stdout

import click

from dataops.local_platform import process_environment
from dataops.operations.aws_command_line import complaint, version_found
from dataops.project.deployment import Deployment, deployment_of


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
def main(environment: str) -> None:
    """Print one export per name; the line that tells which AWS is used is for people and goes to standard error."""
    with redirect_stdout(sys.stderr):
        deployment = deployment_of(environment)
    # On AWS an old command line works; beside a local AWS it would change the real account.
    wrong = complaint(version_found()) if "endpoint_url" in deployment.access else None
    if wrong:
        print(wrong, file=sys.stderr)
        # A shell function of this name stands before the program: the commands then say so instead of reaching AWS.
        print(f"aws() {{ echo {shlex.quote(wrong)} >&2; return 1; }}")
    for name, value in names_of(deployment).items():
        print(f"export {name}={shlex.quote(value)}")


def names_of(deployment: Deployment) -> dict[str, str]:
    """Return the names that docs/runbook.md uses; those of a local AWS also direct every AWS client to it."""
    region = deployment.access["region_name"]
    address = deployment.access.get("endpoint_url")
    team = [name for name in deployment.datasets if name != deployment.names.get("canary")]
    return {
        "ENV": deployment.environment,
        "PREFIX": deployment.prefix,
        "PIPELINE": f"{deployment.settings['project']['slug']}-pipeline",
        "DATASET": sorted(team)[0],
        "INPUT_BUCKET": deployment.buckets["input"],
        "OUTPUT_BUCKET": deployment.buckets["output"],
        "QUARANTINE_BUCKET": deployment.buckets["quarantine"],
        "AWS_DEFAULT_REGION": region,
        **(process_environment(address, deployment.settings["environment"]["account"], region) if address else {}),
    }
