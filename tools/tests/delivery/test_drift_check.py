"""The drift check: one notification where an environment is not as it was applied, none otherwise."""

import json
from pathlib import Path

import boto3
import pytest
from git_repositories import Repository
from inbox import Inbox
from tiny_project import NOTHING_TO_LOSE, ROLE, STATE_BUCKET, SUMMARY_BUCKET, TinyProject

from dataops.delivery import drift
from dataops.delivery.deployed import key_of

ENTRY = {"execution": "e", "digest": "d", "applied_at": "2026-03-01T12:00:00+00:00", "smoke_test": "passed"}


class DeployedProject:
    """A project in git whose environment is deployed, and the drift check on it."""

    def __init__(self, project: TinyProject, inbox: Inbox) -> None:
        self.project, self.inbox = project, inbox
        self.repository = Repository(project.folder, project.folder.parent / "remote.git")
        (project.folder / ".gitignore").write_text(".delivery/\nbuild/\nplan/\n.terraform*\n")

    def deploy(self, version: str) -> None:
        """Commit and apply a version, and note it down as the pipeline does."""
        self.project.write(NOTHING_TO_LOSE % version)
        terraform, plan = self.project.terraform(), self.project.folder / "build" / "plan"
        plan.parent.mkdir(exist_ok=True)
        terraform.init()
        terraform.plan(plan)
        terraform.apply(plan)
        commit = self.repository.commit("version.txt", version)
        body = json.dumps([ENTRY | {"commit": commit}])
        boto3.client("s3").put_object(Bucket=SUMMARY_BUCKET, Key=key_of("dev"), Body=body)

    def change_by_hand(self, version: str) -> None:
        """Let the state know of a version that no commit holds."""
        s3, stored = (
            boto3.client("s3"),
            {"Bucket": STATE_BUCKET, "Key": f"{self.project.folder.name}/terraform.tfstate"},
        )
        state = json.loads(s3.get_object(**stored)["Body"].read())
        values = state["resources"][0]["instances"][0]["attributes"]
        values["input"]["value"] = values["output"]["value"] = version
        s3.put_object(**stored, Body=json.dumps(state))

    def check(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """Run the check; the notifications that it sends."""
        variables = {
            "PLAN_ROLES": json.dumps([{"environment": "dev", "role": ROLE}]),
            "SUMMARY_BUCKET": SUMMARY_BUCKET,
        } | self.inbox.variables
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(drift, "PROJECT", self.project.folder)
        drift.main()
        return self.inbox.messages()


@pytest.fixture
def deployed(project: TinyProject) -> DeployedProject:
    boto3.client("s3").delete_object(Bucket=SUMMARY_BUCKET, Key=key_of("dev"))
    return DeployedProject(project, Inbox(project.folder.name[:60]))


def test_an_environment_that_is_as_it_was_applied_is_not_notified_even_where_main_is_ahead(
    deployed: DeployedProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.deploy("1")
    deployed.project.write(NOTHING_TO_LOSE % "2")
    deployed.repository.commit("merged-and-waits-for-approval.txt")

    assert deployed.check(monkeypatch) == []
    assert capsys.readouterr().out.endswith("Every environment is as it was applied.\n")
    assert deployed.repository.git("worktree", "list").count("\n") == 0


def test_what_was_changed_by_hand_is_notified_once_in_words_with_what_to_do(
    deployed: DeployedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.deploy("1")
    deployed.change_by_hand("by hand")

    ((subject, text),) = deployed.check(monkeypatch)

    assert subject == "acme-pipeline: drift in dev"
    assert (
        "Terraform would restore it (1 to change):\n- terraform_data.version was changed, to be taken back: input by"
        in text
    )
    assert "To undo the manual change: start the pipeline again" in text and "by hand" not in text.split("\n\n")[0]


def test_an_environment_that_was_never_applied_has_no_drift(
    deployed: DeployedProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.repository.commit("version.txt")

    assert deployed.check(monkeypatch) == []
    assert "dev is not deployed yet." in capsys.readouterr().out


def test_a_deployed_commit_that_nobody_knows_is_notified(
    deployed: DeployedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.repository.commit("version.txt")
    body = json.dumps([ENTRY | {"commit": "f" * 40}])
    boto3.client("s3").put_object(Bucket=SUMMARY_BUCKET, Key=key_of("dev"), Body=body)

    with pytest.raises(
        SystemExit, match=r"^The deployed commit ffffffffffff is not in the repository, so drift cannot"
    ):
        deployed.check(monkeypatch)

    assert [subject for subject, _ in deployed.inbox.messages()] == ["acme-pipeline: The drift check stopped"]


def test_sources_that_came_without_git_are_compared_as_they_are(tmp_path: Path) -> None:
    assert drift.sources_of(tmp_path, "f" * 40, tmp_path / "elsewhere") == tmp_path
