"""The bootstrap, whatever the last one ended with: real Terraform, its state on this machine and in a local S3."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from tiny_project import LocalAws

from dataops.delivery import bootstrap_root
from dataops.delivery.bootstrap import bootstrap, main, refuse_what_will_fail
from dataops.delivery.bootstrap_removal import empty
from dataops.delivery.bootstrap_root import BootstrapRoot, StateLocation
from dataops.delivery.provider_lock import is_complete
from dataops.delivery.refusal import Refusal
from dataops.operations.doctor.finding import Finding, fails, fine, look, unread
from dataops.project.deployment import Deployment

LOCATION = StateLocation("acme-dev-state", "acme/dev/bootstrap.tfstate", "eu-west-1")
OTHER = StateLocation("acme-prod-state", "acme/prod/bootstrap.tfstate", "eu-west-1")
# What bootstrap/ does, without AWS's provider: one resource that makes the bucket, and one that comes after it.
ROOT = """
variable "environment" {
  type = string
}

resource "terraform_data" "bucket" {
  provisioner "local-exec" {
    command = "curl --silent --fail --request PUT --data '' $AWS_ENDPOINT_URL/acme-dev-state"
  }
}

resource "terraform_data" "roles" {
  input = var.environment

  provisioner "local-exec" {
    command = "test ! -e ${path.root}/../../../refused"
  }

  depends_on = [terraform_data.bucket]
}
"""


class DiedError(Exception):
    """The process ended here."""


@pytest.fixture
def s3(at_local_aws: LocalAws) -> Iterator[Any]:
    """A client of the local S3; what a test leaves there is removed."""
    yield boto3.client("s3")
    for name in (LOCATION.bucket, OTHER.bucket):
        with suppress(ClientError):
            bucket = boto3.resource("s3").Bucket(name)
            empty(bucket)
            bucket.delete()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "bootstrap").mkdir()
    (tmp_path / "modules").mkdir()
    (tmp_path / "project.yaml").touch()
    (tmp_path / "bootstrap/main.tf").write_text(ROOT)
    (tmp_path / "bootstrap/state.tf").write_text('terraform {\n  backend "s3" {\n    use_lockfile = true\n  }\n}\n')
    return tmp_path


def run(project: Path, s3: Any) -> BootstrapRoot:
    root = BootstrapRoot(project, "dev", LOCATION)
    bootstrap(root, s3, is_agreed=True)
    return root


def state_on_this_machine(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / ".bootstrap/dev/bootstrap.tfstate").read_text())
    return found


def names(state: dict[str, Any] | None) -> list[str]:
    assert state
    return sorted(resource["name"] for resource in state["resources"])


def test_the_state_ends_in_the_bucket_that_it_knows_of(project: Path, s3: Any) -> None:
    root = run(project, s3)

    assert names(root.stored(s3)) == ["bucket", "roles"]
    assert root.kept_here() is None


def test_a_second_time_changes_nothing(project: Path, s3: Any, capfd: pytest.CaptureFixture[str]) -> None:
    before = run(project, s3).stored(s3)
    capfd.readouterr()

    after = run(project, s3).stored(s3)

    assert "No changes" in capfd.readouterr().out
    assert after == before


STEPS = ["begin_on_this_machine", "plan", "apply", "go_on_in_the_bucket", "move_to_the_bucket"]


@pytest.mark.parametrize("step", STEPS)
def test_what_died_after_a_step_goes_on_from_there(
    step: str, project: Path, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(BootstrapRoot, step)

    def die(root: BootstrapRoot) -> None:
        original(root)
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(BootstrapRoot, step, die)
        with pytest.raises(DiedError):
            run(project, s3)

    root = run(project, s3)
    assert names(root.stored(s3)) == ["bucket", "roles"]
    assert root.kept_here() is None


def test_what_was_made_before_a_failure_is_known_the_next_time(project: Path, s3: Any) -> None:
    (project / ".bootstrap").mkdir()
    (project / ".bootstrap/refused").touch()
    with pytest.raises(Refusal, match="Nothing that was created is lost"):
        run(project, s3)
    made = state_on_this_machine(project)["resources"][0]["instances"][0]["attributes"]["id"]
    (project / ".bootstrap/refused").unlink()

    stored = run(project, s3).stored(s3)

    assert stored and names(stored) == ["bucket", "roles"]
    assert stored["resources"][0]["instances"][0]["attributes"]["id"] == made


def test_a_bucket_of_an_unknown_bootstrap_is_refused_and_untouched(project: Path, s3: Any) -> None:
    s3.create_bucket(Bucket=LOCATION.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    with pytest.raises(Refusal, match="is there already, and its bootstrap state is not"):
        run(project, s3)

    assert "Contents" not in s3.list_objects_v2(Bucket=LOCATION.bucket)


def test_two_different_states_are_refused_and_both_kept(project: Path, s3: Any) -> None:
    root = run(project, s3)
    stored = root.stored(s3)
    root.state.write_text(json.dumps({"lineage": "another", "serial": 9, "resources": [{"type": "aws_s3_bucket"}]}))

    with pytest.raises(Refusal, match="There are two states of dev"):
        run(project, s3)

    assert root.stored(s3) == stored
    assert root.kept_here()


def test_two_environments_are_made_from_one_checkout_each_with_its_own_state(project: Path, s3: Any) -> None:
    other = BootstrapRoot(project, "prod", OTHER)
    other.begin_on_this_machine()
    first = run(project, s3)

    main = project / "bootstrap/main.tf"
    main.write_text(main.read_text().replace(LOCATION.bucket, OTHER.bucket))
    second = BootstrapRoot(project, "prod", OTHER)
    bootstrap(second, s3, is_agreed=True)

    values = [str(root.stored(s3)) for root in (first, second)]
    assert ["'dev'" in values[0], "'prod'" in values[1]] == [True, True]


def test_nobody_agrees_for_a_script(project: Path, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    with pytest.raises(Refusal, match="Nobody can confirm"):
        bootstrap(BootstrapRoot(project, "dev", LOCATION), s3, is_agreed=False)

    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=LOCATION.bucket)


def test_the_checkout_stays_as_it_is(project: Path, s3: Any) -> None:
    before = sorted(project.glob("[!.]*")), (project / "bootstrap/state.tf").read_text()

    run(project, s3)

    assert (sorted(project.glob("[!.]*")), (project / "bootstrap/state.tf").read_text()) == before
    assert sorted(path.name for path in (project / "bootstrap").iterdir()) == ["main.tf", "state.tf"]


@pytest.mark.parametrize(("unpacked", "packed", "verdict"), [(0, 0, False), (1, 0, False), (5, 0, True), (1, 15, True)])
def test_a_lock_file_is_complete_when_it_knows_every_platform(
    unpacked: int, packed: int, verdict: bool, tmp_path: Path
) -> None:
    lock = tmp_path / bootstrap_root.LOCK
    checksums = [f'    "h1:{number}=",' for number in range(unpacked)] + [f'    "zh:{n}",' for n in range(packed)]
    lock.write_text("\n".join(checksums))

    assert is_complete(lock) is verdict


FAILING = [fails("Lambda may run 10 at once in this account; dev reserves 15.", "Ask AWS for at least 25.")]
SETTINGS: dict[str, Any] = {"environment": {"name": "dev"}}


def test_what_will_fail_stops_the_bootstrap_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dataops.delivery.bootstrap.diagnose", lambda _: FAILING)

    with pytest.raises(Refusal, match=r"^Nothing was changed\. .* make bootstrap ENV=dev DOCTOR=skip$"):
        refuse_what_will_fail(SETTINGS)

    assert "dev reserves 15" in capsys.readouterr().out


def test_what_is_to_be_looked_at_or_was_not_read_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [look("The account is in the SMS sandbox.", "Verify the numbers."), unread("needs iam:GetRole"), fine("a")]
    monkeypatch.setattr("dataops.delivery.bootstrap.diagnose", lambda _: found)

    refuse_what_will_fail(SETTINGS)


@pytest.mark.parametrize(("words", "is_asked"), [([], True), (["--skip-doctor"], False)])
def test_the_account_is_asked_first_unless_somebody_says_skip(
    words: list[str], is_asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def diagnosed(settings: dict[str, Any]) -> list[Finding]:
        asked.append(settings)
        return FAILING

    def ended(*_: Any) -> None:
        raise DiedError

    monkeypatch.setattr("dataops.delivery.bootstrap.on_aws", lambda _: Deployment("dev", SETTINGS, {}))
    monkeypatch.setattr("dataops.delivery.bootstrap.diagnose", diagnosed)
    monkeypatch.setattr("dataops.delivery.bootstrap.root_of", ended)

    with pytest.raises(Refusal if is_asked else DiedError):
        main(["--environment", "dev", *words])

    assert bool(asked) is is_asked


def test_an_account_that_is_not_decided_is_refused_by_name_before_aws_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"environments": [{"name": "dev", "account": "000000000001"}]}
    monkeypatch.setattr("dataops.delivery.bootstrap.settings_in", lambda _: settings)
    monkeypatch.setattr("dataops.delivery.bootstrap.on_aws", lambda _: pytest.fail("AWS was asked"))

    done = CliRunner().invoke(main, ["--environment", "dev", "--skip-doctor"])

    assert done.exit_code == 1
    assert done.output == "Nothing was changed. Not decided yet in project.yaml: the account of dev.\n"
