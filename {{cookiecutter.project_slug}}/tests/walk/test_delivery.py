"""A commit goes through the pipeline that was applied: stage after stage, with approvals, to a green end."""

import json

from walking import APPROVERS, Walk, digest_in, eventually

from local.control import ask


def test_every_action_runs_in_its_order(walk: Walk, first: str) -> None:
    stages = [f"{name} {action}" for name in walk.environments for action in ("Plan", "Approve", "Apply", "Smoke")]

    assert walk.begun(first) == ["Source Source", "Check Check", *stages, "Notify Notify"]


def test_each_approval_quotes_the_plan_and_its_link_leads_to_the_whole_summary(walk: Walk, first: str) -> None:
    for name in walk.environments:
        (mail,) = walk.told("APPROVAL NEEDED", f"Stage name: {name}")
        assert f"{name}: " in mail and " to add" in mail
        assert f"summaries%2F{first}%2F{name}.md" in mail
        summary = walk.object({"Bucket": walk.bucket, "Key": f"summaries/{first}/{name}.md"}).decode()
        assert walk.played.git("rev-parse", "HEAD")[:12] in summary


def test_what_was_approved_is_what_was_applied(walk: Walk, first: str) -> None:
    for name in walk.environments:
        (mail,) = walk.told("APPROVAL NEEDED", f"Stage name: {name}")
        (record,) = walk.deployed(name)
        assert record["digest"].startswith(digest_in(mail))
        assert record["execution"] == first
        assert record["commit"] == walk.played.git("rev-parse", "HEAD")


def test_each_environment_is_applied_in_its_own_account_by_a_role_that_it_trusts(walk: Walk, first: str) -> None:
    for name in walk.environments:
        account = walk.played.settings[name]["environment"]["account"]
        state = json.dumps(walk.state(name))
        assert f":{account}:" in state
        assert (
            f"assumed-role/{walk.played.settings[name]['names']['apply_role']}/" in walk.log(first, name, "Apply")
            or (walk.played.settings[name]["names"]["apply_role"])
        )


def test_the_canary_flew_and_left_nothing_behind(walk: Walk, first: str) -> None:
    for name in walk.environments:
        assert "passed" in walk.log(first, name, "Smoke")
        found = walk.played.client("s3", name).list_objects_v2(
            Bucket=walk.played.settings[name]["buckets"]["input"], Prefix="canary/"
        )
        assert found.get("Contents", []) == []


def test_the_end_is_told_with_what_was_delivered_where(walk: Walk, first: str) -> None:
    (told,) = walk.told("is delivered to", walk.played.git("rev-parse", "HEAD")[:12])

    for name in walk.environments:
        assert f"{name}: nothing -> " in told
    assert "smoke test passed" in told and f"executions/{first}" in told


def test_approvers_are_told_who_approved_what(walk: Walk, first: str) -> None:
    for name in walk.environments:
        assert walk.told(f"{name} is approved", f"looks fine for {name}")
        state = walk.pipeline.get_pipeline_state(name=walk.played.pipeline)["stageStates"]
        (stage,) = (each for each in state if each["stageName"] == name)
        (approval,) = (each for each in stage["actionStates"] if each["actionName"] == "Approve")
        assert f"assumed-role/{APPROVERS[0]}/somebody" in approval["latestExecution"]["lastUpdatedBy"]


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
