"""An execution runs the stages of the applied pipeline: the right actions, in order, with the role's permissions."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws_server import Server, eventually, policy_for
from small_pipeline import (
    ACCOUNT,
    APPROVAL,
    BUCKET,
    SCOPE,
    TOPIC,
    Small,
    action,
    build,
    small_pipeline,
    statement,
)

numbers = itertools.count(1)
TRUE: dict[str, Any] = {"phases": {"build": {"commands": ["true"]}}}


@pytest.fixture
def small(server: Server, tmp_path: Path) -> Small:
    return small_pipeline(server, tmp_path, f"piped-{next(numbers)}")


def approve(order: int = 1, **configuration: str) -> dict[str, Any]:
    return action("Approve", APPROVAL, order, NotificationArn=TOPIC, **configuration)


def run(small: Small, *stages: dict[str, Any]) -> str:
    """Create the pipeline after a push; return the execution that starts with it."""
    small.push(content="1")
    small.create(*stages)
    return newest(small)


def newest(small: Small) -> str:
    found = small.client("codepipeline").list_pipeline_executions(pipelineName=small.name)
    return str(found["pipelineExecutionSummaries"][0]["pipelineExecutionId"])


def stage(name: str, *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "actions": list(actions)} | more


def mails(small: Small) -> list[dict[str, Any]]:
    """The messages about approvals of this pipeline."""
    sent = small.server.ask("status")["notifications"]
    return [each for each in sent if f"CodePipeline {small.name} " in each["subject"]]


# Artifacts and variables


PLAN: dict[str, Any] = {
    "env": {"exported-variables": ["DIGEST"]},
    "phases": {"build": {"commands": ["mkdir plan", "cat content > plan/tfplan", "export DIGEST=abc"]}},
    "artifacts": {"base-directory": "plan", "files": ["**/*"]},
}
APPLY: dict[str, Any] = {
    "phases": {
        "build": {
            "commands": [
                'test "$APPROVED $COMMIT" = "abc $CODEBUILD_RESOLVED_SOURCE_VERSION"',
                "cmp content $CODEBUILD_SRC_DIR_plan/tfplan",
            ]
        }
    }
}


def test_files_and_variables_go_from_action_to_action(small: Small) -> None:
    plan, apply = small.project("plan", PLAN), small.project("apply", APPLY)
    expected = [("APPROVED", "#{plan.DIGEST}"), ("COMMIT", "#{source.CommitId}")]
    variables = json.dumps([{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in expected])

    execution = run(
        small,
        stage(
            "dev",
            build("Apply", apply, 2, "plan", "source", PrimarySource="source", EnvironmentVariables=variables),
            build("Plan", plan, 1, outputArtifacts=[{"name": "plan"}], namespace="plan"),
        ),
    )

    assert small.ended(execution) == "Succeeded"
    actions = small.actions(execution)
    assert list(actions) == ["Source", "Plan", "Apply"]
    assert actions["Plan"]["output"]["outputVariables"] == {"DIGEST": "abc"}
    resolved = json.loads(actions["Apply"]["input"]["resolvedConfiguration"]["EnvironmentVariables"])
    assert resolved[0]["value"] == "abc"
    (artifact,) = actions["Plan"]["output"]["outputArtifacts"]
    assert artifact["s3location"]["bucket"] == BUCKET


def test_the_source_comes_without_execute_bits_and_without_history_as_on_aws(small: Small) -> None:
    small.push(script="#!/bin/sh\n")
    small.git("update-index", "--chmod=+x", "script")
    check = small.project(
        "check", {"phases": {"build": {"commands": ["test -f script; test ! -x script; test ! -e .git"]}}}
    )

    assert small.ended(run(small, stage("Check", build("Check", check)))) == "Succeeded"


# Abandoned actions continue


def test_an_abandoned_build_goes_on_and_the_next_one_is_refused_until_it_has_ended(small: Small) -> None:
    spec = {"phases": {"build": {"commands": ["sleep 6"]}}}
    apply = small.project("apply", spec, concurrentBuildLimit=1)
    first = run(small, stage("dev", build("Apply", apply)))
    client, codebuild = small.client("codepipeline"), small.client("codebuild")
    identity = eventually(
        lambda: next(iter(codebuild.list_builds_for_project(projectName=apply)["ids"]), ""), "a build"
    )

    client.stop_pipeline_execution(pipelineName=small.name, pipelineExecutionId=first, abandon=True)
    assert small.ended(first) == "Stopped"
    second = small.start()

    assert small.ended(second) == "Failed"
    assert "Error calling startBuild: Cannot have more than 1 builds in queue for the account" in small.why(second)
    eventually(lambda: codebuild.batch_get_builds(ids=[identity])["builds"][0]["buildComplete"], "its end")
    assert codebuild.batch_get_builds(ids=[identity])["builds"][0]["buildStatus"] == "SUCCEEDED"
    client.retry_stage_execution(
        pipelineName=small.name, stageName="dev", pipelineExecutionId=second, retryMode="FAILED_ACTIONS"
    )
    assert small.ended(second) == "Succeeded"


def test_a_pipeline_whose_role_codepipeline_may_not_assume_is_refused(small: Small) -> None:
    small.role = small.make_role(f"{small.name}-other", "lambda", statement("s3:*"))

    with pytest.raises(ClientError, match=r"InvalidStructureException.*CodePipeline is not authorized to perform Ass"):
        small.create(stage("Check", build("Check", small.project("check", TRUE))))


# The commit that a start request chooses


SAY_COMMIT: dict[str, Any] = {
    "env": {"exported-variables": ["BUILT"]},
    "phases": {"build": {"commands": ["export BUILT=$(cat content)"]}},
}


def test_who_starts_an_execution_may_choose_a_commit_that_no_branch_has(small: Small) -> None:
    """AWS requires only permission to start: a build has to check that the commit is on the branch."""
    run(small, stage("Check", build("Check", small.project("check", SAY_COMMIT), namespace="check")))
    small.push("feature/x", content="2")
    small.push("main", other="3")
    merge = small.unreferenced_merge("feature/x", "main")

    execution = small.start(Source=merge)

    assert small.ended(execution) == "Succeeded"
    assert small.execution(execution)["artifactRevisions"][0]["revisionId"] == merge
    assert small.actions(execution)["Check"]["output"]["outputVariables"] == {"BUILT": "2"}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"actionName": "Sauce"}, "There is no source action Sauce"),
        ({"revisionType": "S3_OBJECT_KEY"}, "A git source takes a COMMIT_ID, not S3_OBJECT_KEY"),
    ],
)
def test_a_chosen_revision_must_be_a_commit_of_a_source_action(
    small: Small, wrong: dict[str, str], complaint: str
) -> None:
    run(small, stage("Check", build("Check", small.project("check", TRUE))))
    revision = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "a" * 40} | wrong

    with pytest.raises(ClientError, match=complaint):
        small.client("codepipeline").start_pipeline_execution(name=small.name, sourceRevisions=[revision])


def test_a_chosen_commit_that_is_nowhere_fails_the_source(small: Small) -> None:
    run(small, stage("Check", build("Check", small.project("check", TRUE))))

    execution = small.start(Source="a" * 40)

    assert small.ended(execution) == "Failed"
    assert f"no commit {'a' * 40} was found" in small.why(execution)


# A full clone


def clone(small: Small, *commands: str, helper: bool = True, rights: tuple[str, ...] = ("codecommit:GitPull",)) -> str:
    """Run commands in a build that gets the source as a reference; return the execution."""
    rights = ("logs:*", "s3:*", *rights)
    role = small.make_role(f"{small.name}-clones", "codebuild", statement(*rights))
    env = {"env": {"git-credential-helper": "yes"}} if helper else {}
    spec = {**env, "phases": {"build": {"commands": list(commands)}}}
    small.push(content="1")
    small.create(
        stage("Check", build("Check", small.project("check", spec, role=role))), source_format="CODEBUILD_CLONE_REF"
    )
    return newest(small)


def test_a_full_clone_has_the_history_of_its_commit_and_can_ask_for_the_branch(small: Small) -> None:
    execution = clone(
        small, "git log -1 --format=%s | grep Change", "git fetch origin main", "git rev-parse FETCH_HEAD"
    )

    assert small.ended(execution) == "Succeeded", small.why(execution)


def test_a_full_clone_reaches_its_repository_with_the_credential_helper_only(small: Small) -> None:
    execution = clone(small, "GIT_TERMINAL_PROMPT=0 git fetch origin main", helper=False)

    assert small.ended(execution) == "Failed"


def test_a_build_that_may_not_pull_gets_no_full_clone(small: Small) -> None:
    execution = clone(small, "true", rights=())

    assert small.ended(execution) == "Failed"
    assert "not authorized to perform: codecommit:GitPull" in small.why(execution)


def test_a_variable_that_nobody_has_set_fails_the_action(small: Small) -> None:
    silent = small.project("silent", TRUE)

    execution = run(
        small,
        stage("dev", build("Plan", silent, 1, namespace="plan"), approve(2, CustomData="#{plan.DIGEST}")),
    )

    assert small.ended(execution) == "Failed"
    assert "nobody has set #{plan.DIGEST}" in small.why(execution)


# Approvals


def test_an_approver_gets_a_mail_with_the_message_the_link_and_the_deadline(small: Small) -> None:
    text = "2 to add, commit #{source.CommitId}"
    waits = approve(CustomData=text, ExternalEntityLink="https://example.com/#{codepipeline.PipelineExecutionId}")
    execution = run(small, stage("dev", waits | {"timeoutInMinutes": 60}), stage("After", approve()))
    commit = small.git("rev-parse", "HEAD").strip()

    token = small.token("dev")

    (mail,) = mails(small)
    assert mail["subject"] == f"APPROVAL NEEDED: AWS CodePipeline {small.name} for action Approve"
    assert f"Additional information: 2 to add, commit {commit}" in mail["message"]
    assert f"Content to review: https://example.com/{execution}" in mail["message"]
    assert f"/dev/Approve/approve/{token}" in mail["message"] and "will expire on" in mail["message"]


def test_an_answer_lets_the_execution_go_on_or_ends_it(small: Small) -> None:
    execution = run(small, stage("dev", approve()), stage("prod", approve()))

    small.answer("dev", "Approved", "looks fine")
    small.answer("prod", "Rejected", "not on a Friday")

    assert small.ended(execution) == "Failed"
    assert small.why(execution) == "not on a Friday"
    state = small.client("codepipeline").get_pipeline_state(name=small.name)["stageStates"]
    assert [each["latestExecution"]["status"] for each in state] == ["Succeeded", "Succeeded", "Failed"]
    answered = state[1]["actionStates"][0]["latestExecution"]
    assert answered["summary"] == "looks fine" and answered["lastUpdatedBy"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_only_who_may_can_answer_an_approval(small: Small) -> None:
    where = f"arn:aws:codepipeline:{SCOPE}:{small.name}/dev/Approve"
    for name, resource in (("approver", where), ("other", f"{where}Other")):
        role = f"{small.name}-{name}"
        small.make_role(role, "AWS", statement("codepipeline:PutApprovalResult", resource=resource))
    execution = run(small, stage("dev", approve()))

    with pytest.raises(
        ClientError, match=f"not authorized to perform: codepipeline:PutApprovalResult on resource: {where}"
    ):
        small.answer("dev", "Approved", by=small.in_role(f"{small.name}-other", "codepipeline"))
    small.answer("dev", "Approved", by=small.in_role(f"{small.name}-approver", "codepipeline"))

    assert small.ended(execution) == "Succeeded"


def test_an_answer_counts_once_and_with_its_token_only(small: Small) -> None:
    execution = run(small, stage("dev", approve()), stage("prod", approve()))
    given = {"pipelineName": small.name, "stageName": "dev", "actionName": "Approve"}
    given |= {"result": {"status": "Approved", "summary": ""}, "token": small.token("dev")}
    put = small.client("codepipeline").put_approval_result

    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        put(**given | {"token": "0" * 8 + "-0000-0000-0000-" + "0" * 12})
    put(**given)
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        put(**given)

    small.answer("prod", "Approved")
    assert small.ended(execution) == "Succeeded"


def test_an_approval_that_nobody_gives_in_time_fails(small: Small) -> None:
    execution = run(small, stage("dev", approve() | {"timeoutInMinutes": 60}))
    small.token("dev")

    small.server.ask("expire")

    assert small.ended(execution) == "Failed"
    assert "timed out" in small.why(execution)


def test_a_message_that_is_too_long_for_an_approval_fails(small: Small) -> None:
    # AWS limits the action's input after variables are resolved, which the pipeline's definition does not show.
    execution = run(small, stage("dev", approve(CustomData="#{codepipeline.PipelineExecutionId}" * 28)))

    assert small.ended(execution) == "Failed"
    assert "1008 characters" in small.why(execution)


# Failures


def test_a_build_that_fails_ends_the_execution_and_says_where(small: Small) -> None:
    fails = small.project("fails", {"phases": {"build": {"commands": ["echo refused; exit 1"]}}})
    execution = run(small, stage("dev", build("Plan", fails), approve(2)), stage("prod", approve()))

    assert small.ended(execution) == "Failed"
    assert small.why(execution) == (
        "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, "
        "Message: Error while executing command: echo refused; exit 1. Reason: exit status 1"
    )
    assert list(small.actions(execution)) == ["Source", "Plan"] and mails(small) == []


def test_a_stage_can_be_tried_again_from_the_action_that_failed(small: Small) -> None:
    fails = small.project("fails", {"phases": {"build": {"commands": ["false"]}}})
    works = small.project("works", TRUE)
    execution = run(small, stage("dev", build("First", works), build("Second", fails, 2)))
    assert small.ended(execution) == "Failed"
    small.client("codebuild").update_project(name=fails, source={"type": "CODEPIPELINE", "buildspec": spec_of(TRUE)})

    small.client("codepipeline").retry_stage_execution(
        pipelineName=small.name, stageName="dev", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )

    assert small.ended(execution) == "Succeeded"
    history = small.client("codepipeline").list_action_executions(pipelineName=small.name)["actionExecutionDetails"]
    assert [each["actionName"] for each in reversed(history)] == ["Source", "First", "Second", "Second"]


def spec_of(spec: dict[str, Any]) -> str:
    return json.dumps({"version": "0.2"} | spec) + "\n"


@pytest.mark.parametrize("lacking", ["codecommit:GetBranch", "s3:PutObject", "codebuild:StartBuild", "sns:Publish"])
def test_what_the_role_of_the_pipeline_may_not_do_fails(small: Small, lacking: str) -> None:
    everything = statement("codecommit:*", "codebuild:*", "s3:*", "sns:*")
    small.role = small.make_role(f"{small.name}-lacking", "codepipeline", everything, statement(lacking, effect="Deny"))
    works = small.project("works", TRUE)

    execution = run(small, stage("dev", build("Build", works), approve(2)))

    assert small.ended(execution) == "Failed"
    assert f"not authorized to perform: {lacking}" in small.why(execution)


def test_a_pipeline_runs_when_it_is_made_also_before_the_first_push(small: Small) -> None:
    small.create(stage("dev", approve()))

    execution = newest(small)

    assert small.ended(execution) == "Failed"
    assert "no branch named main was found" in small.why(execution)


# Order, and external stops


def test_an_execution_waits_before_a_stage_until_the_one_before_it_has_left(small: Small) -> None:
    first = run(small, stage("dev", approve()), stage("prod", approve()))
    small.token("dev")
    second = small.start()

    eventually(lambda: "Source" in small.actions(second))
    small.server.settle()
    assert list(small.actions(second)) == ["Source"]
    small.answer("dev", "Approved")
    eventually(lambda: len(small.actions(second)) == 2, "the second execution in dev")
    small.answer("dev", "Rejected", "of the second")
    small.answer("prod", "Approved")

    assert (small.ended(first), small.ended(second)) == ("Succeeded", "Failed")


def test_an_execution_can_be_stopped_while_it_waits_and_lets_the_next_one_in(small: Small) -> None:
    first = run(small, stage("dev", approve()))
    small.token("dev")
    second = small.start()

    small.client("codepipeline").stop_pipeline_execution(
        pipelineName=small.name, pipelineExecutionId=first, abandon=True, reason="superfluous"
    )

    assert small.ended(first) == "Stopped"
    assert small.actions(first)["Approve"]["status"] == "Abandoned"
    small.answer("dev", "Approved")
    assert small.ended(second) == "Succeeded"


def window(cron: str, result: str) -> dict[str, Any]:
    kind = {"category": "Rule", "owner": "AWS", "provider": "DeploymentWindow", "version": "1"}
    configuration = {"Cron": cron, "TimeZone": "Europe/Brussels"}
    rule = {"name": "Window", "ruleTypeId": kind, "configuration": configuration}
    return {"beforeEntry": {"conditions": [{"result": result, "rules": [rule]}]}}


@pytest.mark.parametrize(
    ("cron", "result", "status", "actions"),
    [
        ("* * * ? * * *", "FAIL", "Succeeded", ["Source", "Build"]),
        ("* * * ? * * 1999", "FAIL", "Failed", ["Source"]),
        ("* * * ? * * 1999", "SKIP", "Succeeded", ["Source"]),
    ],
)
def test_a_stage_waits_for_its_deployment_window_and_is_not_entered_outside(
    small: Small, cron: str, result: str, status: str, actions: list[str]
) -> None:
    works = small.project("works", TRUE)

    execution = run(small, stage("prod", build("Build", works), **window(cron, result)))
    eventually(lambda: small.actions(execution)["Source"]["status"] == "Succeeded")
    small.server.settle()
    small.server.ask("expire")

    assert small.ended(execution) == status
    assert list(small.actions(execution)) == actions
    summary = small.execution(execution).get("statusSummary", "")
    assert ("Stage prod was not entered: the window Window did not open in time." in summary) is ("1999" in cron)


# Events


def queue_of(small: Small, name: str, pattern: dict[str, Any]) -> str:
    queue = small.server.queue(f"{small.name}-{name}", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    small.client("events").put_rule(Name=f"{small.name}-{name}", EventPattern=json.dumps(pattern))
    small.client("events").put_targets(Rule=f"{small.name}-{name}", Targets=[{"Id": "it", "Arn": queue}])
    return queue


def test_each_change_of_pipeline_stage_and_action_is_an_event(small: Small) -> None:
    queue = queue_of(small, "events", {"source": ["aws.codepipeline"], "detail": {"pipeline": [small.name]}})
    execution = run(small, stage("dev", approve()))
    small.answer("dev", "Rejected", "no")
    small.ended(execution)
    small.server.settle()

    events = []
    while found := small.server.messages(queue):
        events += [json.loads(each["Body"]) for each in found]

    kinds = {"CodePipeline Pipeline Execution State Change", "CodePipeline Stage Execution State Change"}
    states = [(each["detail"].get("stage"), each["detail"]["state"]) for each in events if each["detail-type"] in kinds]
    wanted = [("Source", "STARTED"), ("Source", "SUCCEEDED"), ("dev", "STARTED"), ("dev", "FAILED")]
    assert sorted(states, key=str) == sorted([(None, "STARTED"), *wanted, (None, "FAILED")], key=str)
    (failed,) = [
        each for each in events if each["detail"].get("action") == "Approve" and each["detail"]["state"] == "FAILED"
    ]
    assert failed["resources"] == [f"arn:aws:codepipeline:{SCOPE}:{small.name}"]
    assert failed["detail"]["execution-result"]["external-execution-summary"] == "no"
    assert failed["detail"]["type"] == {"owner": "AWS", "provider": "Manual", "category": "Approval", "version": "1"}


def started_by_push(small: Small, *allowed: dict[str, Any], target: str, **more: Any) -> None:
    """Create a rule that starts something when `main` is pushed."""
    role = small.make_role(f"{small.name}-events", "events", *allowed)
    pattern = {"source": ["aws.codecommit"], "detail": {"repositoryName": [small.name], "referenceName": ["main"]}}
    small.client("events").put_rule(Name=f"{small.name}-push", EventPattern=json.dumps(pattern))
    small.client("events").put_targets(
        Rule=f"{small.name}-push", Targets=[{"Id": "it", "Arn": target, "RoleArn": role, **more}]
    )


def executions(small: Small) -> list[dict[str, Any]]:
    found = small.client("codepipeline").list_pipeline_executions(pipelineName=small.name)
    return list(found["pipelineExecutionSummaries"])


def test_a_push_starts_the_pipeline_by_a_rule(small: Small) -> None:
    arn = f"arn:aws:codepipeline:{SCOPE}:{small.name}"
    run(small, stage("dev", approve()))
    small.push_a_branch()
    started_by_push(small, statement("codepipeline:StartPipelineExecution", resource=arn), target=arn)

    small.push(content="2")

    eventually(lambda: len(executions(small)) == 2, "the execution of the push")
    assert executions(small)[0]["trigger"]["triggerType"] == "CloudWatchEvent"


def test_a_rule_whose_role_may_not_start_the_pipeline_starts_nothing(small: Small) -> None:
    arn = f"arn:aws:codepipeline:{SCOPE}:{small.name}"
    run(small, stage("dev", approve()))
    small.push_a_branch()
    letters = small.server.queue(f"{small.name}-dead", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    started_by_push(small, target=arn, DeadLetterConfig={"Arn": letters})

    small.push(content="2")

    (letter,) = eventually(lambda: small.server.messages(letters), "the dead letter")
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert len(executions(small)) == 1


def test_a_push_starts_a_build_by_a_rule_with_what_the_transformer_makes_of_the_event(small: Small) -> None:
    spec = {"phases": {"build": {"commands": ['test "$BRANCH" = main']}}}
    project = small.project("pushed", spec, "CODECOMMIT")
    variable = '{"name": "BRANCH", "value": <branch>, "type": "PLAINTEXT"}'
    template = f'{{"sourceVersion": <commit>, "environmentVariablesOverride": [{variable}]}}'
    paths = {"commit": "$.detail.commitId", "branch": "$.detail.referenceName"}
    started_by_push(
        small,
        statement("codebuild:StartBuild"),
        target=f"arn:aws:codebuild:{SCOPE}:project/{project}",
        InputTransformer={"InputPathsMap": paths, "InputTemplate": template},
    )

    commit = small.push(content="1")

    (identity,) = eventually(lambda: small.client("codebuild").list_builds_for_project(projectName=project)["ids"])
    look = lambda: small.client("codebuild").batch_get_builds(ids=[identity])["builds"][0]  # noqa: E731
    eventually(lambda: look()["buildComplete"])
    assert (look()["buildStatus"], look()["resolvedSourceVersion"]) == ("SUCCEEDED", commit)


# Definitions

EDIT = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda it: it["stages"].pop(), "only 1 stage"),
        (lambda it: it.update(executionMode="SUPERSEDED"), "mode QUEUED only"),
        (lambda it: it["stages"][1].update(name="Source"), "The stage Source is there twice"),
        (lambda it: it["stages"][1]["actions"].append(approve()), "The action Approve is there twice"),
        (lambda it: it["stages"][1]["actions"].append(build("B", "b", 1, "nothing")), "output artifact nothing"),
        (lambda it: it["stages"][0]["actions"].append(build("B", "b")), "Source actions belong into the first stage"),
        (lambda it: it["stages"][1]["actions"][0].update(namespace="source"), "namespace source is there twice"),
        (lambda it: it["stages"][1]["actions"][0]["configuration"].update(CustomData="#{x.Y}"), "has the namespace x"),
        (lambda it: it["stages"][1]["actions"][0]["actionTypeId"].update(provider="Other"), "no Approval by AWS Other"),
        (
            lambda it: it["stages"][1].update(onFailure={"result": "ROLLBACK"}),
            "does not implement onFailure of stage dev",
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused(small: Small, edit: EDIT, complaint: str) -> None:
    small.create(stage("dev", approve()))
    pipeline = small.client("codepipeline").get_pipeline(name=small.name)["pipeline"]
    edit(pipeline)

    with pytest.raises(ClientError, match=complaint):
        small.client("codepipeline").update_pipeline(pipeline=pipeline)


def test_an_updated_definition_holds_for_the_next_execution(small: Small) -> None:
    first = run(small, stage("dev", approve()))
    pipeline = small.client("codepipeline").get_pipeline(name=small.name)["pipeline"]
    pipeline["stages"][1]["name"] = "test"

    small.client("codepipeline").update_pipeline(pipeline=pipeline)
    second = small.start()

    assert small.execution(second)["pipelineVersion"] == small.execution(first)["pipelineVersion"] + 1
    small.answer("test", "Approved")
    assert small.ended(second) == "Succeeded"
