"""`make bootstrap`: what the pipeline needs in an account before it can work there, made once by an administrator."""

import sys
from typing import Any

import click
from botocore.exceptions import ClientError

from dataops.delivery.bootstrap_root import BootstrapRoot, StatePlace
from dataops.delivery.data_lake import join_administrators
from dataops.delivery.provider_lock import lock_providers
from dataops.delivery.refusal import Refusal
from dataops.operations.doctor.diagnosis import diagnose, show
from dataops.operations.doctor.finding import exit_code
from dataops.project import PROJECT
from dataops.project.deployment import Deployment, explained, on_aws


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
@click.option("--yes", is_flag=True, help="apply without asking")
@click.option("--skip-doctor", is_flag=True, help="do not ask the account first what would fail")
def main(environment: str, yes: bool, skip_doctor: bool) -> None:
    """Make it, or bring it to what project.yaml says now; safe to repeat, whatever the last time ended with."""
    deployment = on_aws(environment)
    if not skip_doctor:
        refuse_what_will_fail(deployment.settings)
    root = root_of(deployment)
    with explained(deployment):
        bootstrap(root, deployment.client("s3"), yes)
        done = join_administrators(deployment)
    if done:
        print(done)
    print(lock_providers(PROJECT, root))
    print(f"{environment} is ready: its state lies in {root.place.bucket}. Next steps: docs/deploying.md")


def refuse_what_will_fail(settings: dict[str, Any]) -> None:
    """Ask the account before anything is made in it; what could not be read stops nobody."""
    findings = diagnose(settings)
    show(findings)
    if exit_code(findings):
        raise Refusal(
            f"Nothing was changed. Do what the table says first, or continue without the doctor: "
            f"make bootstrap ENV={settings['environment']['name']} DOCTOR=skip"
        )


def root_of(deployment: Deployment) -> BootstrapRoot:
    """The working copy of an environment's bootstrap."""
    slug = deployment.settings["project"]["slug"]
    key = f"{slug}/{deployment.environment}/bootstrap.tfstate"
    region = deployment.settings["environment"]["region"]
    return BootstrapRoot(PROJECT, deployment.environment, StatePlace(deployment.names["state_bucket"], key, region))


def bootstrap(root: BootstrapRoot, s3: Any, is_agreed: bool) -> None:
    """Apply, from a state on this machine until the bucket is there, and then move that state into it."""
    if root.stored(s3):
        forget_what_was_moved(root, s3)
        root.go_on_in_the_bucket()
        apply(root, is_agreed)
        return
    refuse_a_bucket_of_somebody_else(root, s3)
    root.begin_on_this_machine()
    apply(root, is_agreed)
    root.move_to_the_bucket()
    forget_what_was_moved(root, s3)


def forget_what_was_moved(root: BootstrapRoot, s3: Any) -> None:
    """Remove the state of this machine once the bucket has it; one that says something else is nobody's to remove."""
    stored, kept = root.stored(s3), root.kept_here()
    if stored is None:
        raise Refusal(f"The state is still in {root.state}, not in {root.place.bucket}: run the same command again.")
    # Terraform gives a state that it moves another lineage and serial: only what it says tells it from another one.
    if kept and kept["resources"] != stored["resources"]:
        raise Refusal(
            f"There are two states of {root.environment}: {root.state} and the one in {root.place.bucket}. "
            "Compare them; the one in the bucket counts once the file is moved away."
        )
    root.forget_this_machine()


def refuse_a_bucket_of_somebody_else(root: BootstrapRoot, s3: Any) -> None:
    """A bucket whose state is not on this machine was made by hand, or by a bootstrap that somebody else began."""
    if root.kept_here():
        return
    try:
        s3.head_bucket(Bucket=root.place.bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return
        raise Refusal(
            f"The name {root.place.bucket} is not free: another account has a bucket of this name, or your credentials "
            "do not allow to look. Choose another bucket_prefix in project.yaml."
        ) from None
    raise Refusal(
        f"The bucket {root.place.bucket} is there already, and its bootstrap state is not: whoever began must run "
        f"`make bootstrap ENV={root.environment}` again, or the bucket, if nothing needs it, be removed first."
    )


def apply(root: BootstrapRoot, is_agreed: bool) -> None:
    """Show what would change, and change it once somebody has agreed."""
    if not root.plan():
        return
    if not is_agreed and not _agrees():
        raise Refusal("Nothing was changed.")
    root.apply()


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise Refusal("Nobody can confirm this plan, so nothing was changed. Use YES=1 to apply without asking.")
    return input("Apply this plan? Only yes is accepted: ") == "yes"


if __name__ == "__main__":
    main()
