"""Create what the pipeline needs in an account, once, as an administrator."""

import sys
from typing import Any

import click
from botocore.exceptions import ClientError

from dataops.delivery.bootstrap_root import BootstrapRoot, StateLocation
from dataops.delivery.data_lake import join_administrators
from dataops.delivery.provider_lock import lock_providers
from dataops.delivery.refusal import Refusal
from dataops.operations.doctor.diagnosis import diagnose, show
from dataops.operations.doctor.finding import exit_code
from dataops.project import PROJECT
from dataops.project.deployment import Deployment, explained, on_aws
from dataops.project.left_open import refuse_what_is_left_open, settings_in


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml, or pipeline")
@click.option("--yes", is_flag=True, help="apply without asking")
@click.option("--skip-doctor", is_flag=True, help="skip the check of the account by make doctor")
def main(environment: str, yes: bool, skip_doctor: bool) -> None:
    """Create it, or update it to project.yaml; safe to repeat after any failure."""
    refuse_what_is_left_open(settings_in(PROJECT), environment)
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
    print(f"{environment} is ready: its state is in {root.location.bucket}. Next steps: docs/deploying.md")


def refuse_what_will_fail(settings: dict[str, Any]) -> None:
    """Check the account before creating anything; what could not be read stops nobody."""
    findings = diagnose(settings)
    show(findings)
    if exit_code(findings):
        raise Refusal(
            f"Nothing was changed. Do what the table says first, or continue without the doctor: "
            f"make bootstrap ENV={settings['environment']['name']} DOCTOR=skip"
        )


def root_of(deployment: Deployment) -> BootstrapRoot:
    """Return the working copy of an environment's bootstrap."""
    slug = deployment.settings["project"]["slug"]
    key = f"{slug}/{deployment.environment}/bootstrap.tfstate"
    region = deployment.settings["environment"]["region"]
    return BootstrapRoot(PROJECT, deployment.environment, StateLocation(deployment.names["state_bucket"], key, region))


def bootstrap(root: BootstrapRoot, s3: Any, is_agreed: bool) -> None:
    """Apply with a state on this machine until the bucket exists, and then move the state into the bucket."""
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
    """Remove the state of this machine once the bucket has it; keep a local state whose contents differ."""
    stored, kept = root.stored(s3), root.kept_here()
    if stored is None:
        raise Refusal(f"The state is still in {root.state}, not in {root.location.bucket}: run the same command again.")
    # Terraform gives a moved state another lineage and serial: only the contents can be compared.
    if kept and kept["resources"] != stored["resources"]:
        raise Refusal(
            f"There are two states of {root.environment}: {root.state} and the one in {root.location.bucket}. "
            "Compare them; the one in the bucket counts once the file is moved away."
        )
    root.forget_this_machine()


def refuse_a_bucket_of_somebody_else(root: BootstrapRoot, s3: Any) -> None:
    """Refuse a bucket whose state is not on this machine: it was created by hand, or by somebody else's bootstrap."""
    if root.kept_here():
        return
    try:
        s3.head_bucket(Bucket=root.location.bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return
        raise Refusal(
            f"The bucket name {root.location.bucket} is taken: another account has a bucket of this name, or your "
            "credentials do not allow you to look. Choose another bucket_prefix in project.yaml."
        ) from None
    raise Refusal(
        f"The bucket {root.location.bucket} is there already, and its bootstrap state is not: whoever began must run "
        f"`make bootstrap ENV={root.environment}` again, or the bucket, if nothing needs it, be removed first."
    )


def apply(root: BootstrapRoot, is_agreed: bool) -> None:
    """Show the plan, and apply it after a confirmation."""
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
