"""Tests of a commit that goes through the applied pipeline: stage after stage, with approvals, until it succeeds."""

from dataops.acceptance.walk.walking import APPROVERS, Walk, arns_of_roles, asks_to_approve, digest_in, eventually
from dataops.project.control import ask


def test_every_action_runs_in_its_order(walk: Walk, first: str) -> None:
    stages = [f"{name} {action}" for name in walk.environments for action in ("Plan", "Approve", "Apply", "Smoke")]

    assert walk.begun(first) == ["Source Source", "Check Check", *stages, "Notify Notify"]


def test_each_approval_quotes_the_plan_and_its_link_leads_to_the_whole_summary(walk: Walk, first: str) -> None:
    for name in walk.environments:
        (mail,) = walk.notifications(asks_to_approve(name), first)
        assert f"{name}: " in mail and " to add" in mail
        assert f"summaries/{first}/{name}.md" in mail
        summary = walk.object({"Bucket": walk.bucket, "Key": f"summaries/{first}/{name}.md"}).decode()
        assert walk.played.git("rev-parse", "HEAD")[:12] in summary


def test_what_was_approved_is_what_was_applied(walk: Walk, first: str) -> None:
    for name in walk.environments:
        (mail,) = walk.notifications(asks_to_approve(name), first)
        (record,) = walk.deployed(name)
        assert record["digest"].startswith(digest_in(mail))
        assert record["execution"] == first
        assert record["commit"] == walk.played.git("rev-parse", "HEAD")


def test_each_environment_is_applied_in_its_own_account(walk: Walk, first: str) -> None:
    accounts = {name: walk.played.settings[name]["environment"]["account"] for name in walk.environments}

    for name, account in accounts.items():
        assert {arn.split(":")[4] for arn in arns_of_roles(walk.state(name))} == {account}


def test_the_canary_flew_and_left_nothing_behind(walk: Walk, first: str) -> None:
    for name in walk.environments:
        assert "passed" in walk.log(first, name, "Smoke")
        found = walk.played.client("s3", name).list_objects_v2(
            Bucket=walk.played.settings[name]["buckets"]["input"], Prefix="canary/"
        )
        assert found.get("Contents", []) == []


def test_the_end_is_notified_with_what_was_delivered_where(walk: Walk, first: str) -> None:
    (text,) = walk.notifications(f"{walk.played.git('rev-parse', 'HEAD')[:12]} is delivered", first)

    for name in walk.environments:
        assert f"{name}: nothing -> " in text
    assert text.count("smoke test passed") == len(walk.environments)


def test_who_approved_what_is_on_record(walk: Walk, first: str) -> None:
    state = walk.pipeline.get_pipeline_state(name=walk.played.pipeline)["stageStates"]
    approvals = {
        stage["stageName"]: action["latestExecution"]
        for stage in state
        for action in stage["actionStates"]
        if action["actionName"] == "Approve"
    }

    assert list(approvals) == walk.environments
    for name, approval in approvals.items():
        assert f"assumed-role/{APPROVERS[0]}/somebody" in approval["lastUpdatedBy"]
        assert approval["summary"] == f"looks fine for {name}"
        (record,) = walk.deployed(name)
        assert (record["approved_by"], record["approval_comment"]) == (
            f"somebody ({APPROVERS[0]})",
            f"looks fine for {name}",
        )


def test_the_drift_check_finds_every_environment_as_it_was_applied(walk: Walk, first: str) -> None:
    assert ask(walk.played.platform, "fire", rule=f"{walk.played.pipeline}-drift") == {}
    builds = walk.played.client("codebuild")
    project = walk.played.delivery["builds"]["drift"]

    def ended() -> str:
        ids = builds.list_builds_for_project(projectName=project)["ids"]
        found = builds.batch_get_builds(ids=ids)["builds"] if ids else []
        return found[0]["buildStatus"] if found and found[0]["buildComplete"] else ""

    assert eventually(ended, "the drift check") == "SUCCEEDED"
    (log,) = (walk.played.platform.folder / "builds" / project).glob("*/log.txt")
    assert "Every environment is as it was applied." in log.read_text(encoding="utf-8")
