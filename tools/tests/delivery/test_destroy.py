"""`make destroy`: a sandbox goes with its data, once its name was typed; a protected environment stays."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from git_repositories import release
from tiny_project import ACCOUNT, BUCKETS, REGION, TinyProject

from dataops.delivery import destroy
from dataops.delivery.terraform import Terraform

DEPLOYED = {"buckets": {"output": "tiny-data"}, "prefix": "tiny-dev"}
Typed = Callable[[str], None]


@pytest.fixture
def typed(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What the person types; the command is for a project with one bucket."""
    settings = {
        "environment": {"account": ACCOUNT, "region": REGION},
        "buckets": {"output": "tiny-data"},
        "prefix": "tiny-dev",
    }
    monkeypatch.setattr(destroy, "PROJECT", project.folder)
    monkeypatch.setattr(destroy, "release_of", lambda _: release())
    monkeypatch.setattr(destroy, "settings_of", lambda *_: settings)
    return lambda text: monkeypatch.setattr("builtins.input", lambda _: text)


def refusal(environment: str = "dev") -> str:
    with pytest.raises(SystemExit) as refused:
        destroy.main(["--environment", environment])
    return str(refused.value.code)


def test_a_bucket_with_versions_is_emptied_and_destroyed(
    project: TinyProject, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    s3 = boto3.client("s3")
    project.write(BUCKETS % '"data"')
    project.has_bucket("data")
    s3.put_bucket_versioning(Bucket="tiny-data", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket="tiny-data", Key="orders/a.csv", Body=b"1")
    s3.delete_object(Bucket="tiny-data", Key="orders/a.csv")
    typed("dev")

    destroy.main(["--environment", "dev"], standalone_mode=False)

    assert "tiny-data" not in project.buckets()
    output = capsys.readouterr().out
    assert (
        "dev would be destroyed, 1 resources. This would be lost:\n\n  - the data bucket of dev and everything"
        in output
    )
    assert "dev is destroyed. The state bucket, its key and the deployment roles stay" in output


@pytest.mark.parametrize("text", ["", "prod", "yes"])
def test_without_the_name_nothing_is_destroyed(project: TinyProject, typed: Typed, text: str) -> None:
    terraform, saved = project.terraform(), project.folder / "first"
    terraform.init()
    terraform.plan(saved)
    terraform.apply(saved)
    before = terraform.state()
    typed(text)

    assert refusal() == "dev was not typed: nothing was destroyed."
    assert terraform.state() == before


def test_a_protected_environment_is_refused_before_anything_is_asked(
    project: TinyProject, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "prod").mkdir()
    (project.folder / "prod" / "backend.tf").write_text("")

    assert refusal("prod").startswith("prod is protected, so it is not destroyed: if that is meant, set `protected:")


def test_an_unknown_environment_is_refused(typed: Typed) -> None:
    assert refusal("uat") == "There is no environment uat: this project has dev."


def test_an_environment_that_is_not_there_is_said_to_be_gone(typed: Typed) -> None:
    assert refusal() == "There is nothing to destroy: nothing of dev is in its state."


class Overtaken(Terraform):
    """Terraform during whose first destructions somebody writes into a bucket."""

    def __init__(self, project: TinyProject, times: int) -> None:
        super().__init__(project.folder, project.environment)
        self.times, self.applied = times, 0

    def apply(self, saved: Path) -> None:
        self.applied += 1
        if self.applied <= self.times:
            boto3.client("s3").put_object(Bucket="tiny-data", Key=f"log-{self.applied}", Body=b"late")
        super().apply(saved)


def overtaken(project: TinyProject, times: int) -> Overtaken:
    """Destroy a project whose bucket is written into meanwhile."""
    project.write(BUCKETS % '"data"')
    project.has_bucket("data")
    terraform = Overtaken(project, times)
    _, saved = destroy.planned_destruction(project.folder, terraform)
    destroy.destroy(terraform, saved, lambda service: boto3.client(service), DEPLOYED)
    return terraform


def test_what_is_written_meanwhile_is_removed_by_another_round(project: TinyProject) -> None:
    assert overtaken(project, times=1).applied == 2
    assert "tiny-data" not in project.buckets()


def test_a_bucket_that_never_stays_empty_is_given_up(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destroy, "ATTEMPTS", 2)

    with pytest.raises(SystemExit, match="Terraform cannot apply dev"):
        overtaken(project, times=destroy.ATTEMPTS)

    destroy.empty_bucket(boto3.client("s3"), "tiny-data")
    boto3.client("s3").delete_bucket(Bucket="tiny-data")


def test_rules_of_the_environment_start_nothing_any_more_and_those_of_others_do(project: TinyProject) -> None:
    events = boto3.client("events")
    for name in ("tiny-dev-orders", "tiny-prod-orders"):
        events.put_rule(Name=name, ScheduleExpression="rate(1 hour)", State="ENABLED")

    destroy.stop_writing(lambda service: boto3.client(service), {"buckets": {}, "prefix": "tiny-dev"})

    states = {rule["Name"]: rule["State"] for rule in events.list_rules()["Rules"]}
    assert states == {"tiny-dev-orders": "DISABLED", "tiny-prod-orders": "ENABLED"}
