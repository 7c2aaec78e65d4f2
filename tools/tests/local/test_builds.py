"""A build really runs the phases of its buildspec, in a shell that sees only what CodeBuild would set."""

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from local_aws_server import Server, eventually, policy_for
from small_pipeline import ACCOUNT, SCOPE, Small, small_pipeline, statement

from dataops.local_aws.developer_tools.build_run import BuildRun
from dataops.local_aws.developer_tools.buildspec import BuildspecError, read

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def small(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    yield small_pipeline(server, tmp_path_factory.mktemp("builds"), "built")


def start(small: Small, spec: dict[str, Any] | str, kind: str = "NO_SOURCE", **more: Any) -> str:
    """Create a project and start a build of it; return its id."""
    name = small.project(f"project-{next(numbers)}", spec, kind, **more.pop("project", {}))
    return str(small.client("codebuild").start_build(projectName=name, **more)["build"]["id"])


def described(small: Small, identity: str) -> dict[str, Any]:
    """The description of a build."""
    (found,) = small.client("codebuild").batch_get_builds(ids=[identity])["builds"]
    return dict(found)


def ended(small: Small, identity: str) -> dict[str, Any]:
    """The description of a build, as soon as it has ended."""
    eventually(lambda: described(small, identity)["buildComplete"], identity)
    return described(small, identity)


def built(small: Small, *commands: str, **phases: Any) -> tuple[dict[str, Any], list[str]]:
    """The description and output of a build with some commands, or with whole phases."""
    spec = {"phases": phases or {"build": {"commands": list(commands)}}}
    found = ended(small, start(small, spec))
    return found, said(small, found)


def said(small: Small, build: dict[str, Any]) -> list[str]:
    """The output of a build's commands in its log stream."""
    stream = {name: build["logs"][name] for name in ("groupName", "streamName")}
    events = small.client("logs").get_log_events(
        logGroupName=stream["groupName"], logStreamName=stream["streamName"], startFromHead=True
    )["events"]
    return [event["message"] for event in events if not event["message"].startswith("[Container]")]


def reasons(build: dict[str, Any]) -> dict[str, str]:
    """The state of each phase."""
    return {phase["phaseType"]: phase["phaseStatus"] for phase in build["phases"]}


def test_what_a_command_sets_is_there_for_the_next_one_in_every_phase(small: Small) -> None:
    build, lines = built(
        small,
        install={"commands": ["plain=1; export EXPORTED=2; mkdir inside; cd inside"]},
        build={"commands": ['echo "$plain $EXPORTED"; basename "$PWD"']},
    )

    assert build["buildStatus"] == "SUCCEEDED" and lines == ["1 2", "inside"]


def test_a_build_reaches_s3_control_whose_host_begins_with_the_account(small: Small) -> None:
    asked = "list_tags_for_resource(AccountId='123456789012', ResourceArn='arn:aws:s3:::small-artifacts')"

    _, lines = built(
        small, f"python -c \"import boto3; print(boto3.client('s3control').{asked}['Tags'])\" 2>&1 | tail -1"
    )

    assert lines == ["[]"]


def test_a_command_of_several_lines_is_one_command(small: Small) -> None:
    assert built(small, "for each in a b\ndo\n  echo $each\ndone\n")[1] == ["a", "b"]


def test_the_first_command_that_fails_ends_its_phase_and_says_why(small: Small) -> None:
    build, lines = built(small, "echo one", "false", "echo two")

    assert (build["buildStatus"], lines) == ("FAILED", ["one"])
    (phase,) = build["phases"]
    assert phase["contexts"][0] == {
        "statusCode": "COMMAND_EXECUTION_ERROR",
        "message": "Error while executing command: false. Reason: exit status 1",
    }


def test_an_exit_ends_the_command_and_not_what_comes_after_the_build(small: Small) -> None:
    build, lines = built(
        small,
        build={"commands": ["export KEPT=1", "exit 3", "echo never"], "finally": ["echo finally $KEPT"]},
        post_build={"commands": ["echo succeeding: $CODEBUILD_BUILD_SUCCEEDING"]},
    )

    assert (build["buildStatus"], lines) == ("FAILED", ["finally 1", "succeeding: 0"])
    assert reasons(build) == {"BUILD": "FAILED", "POST_BUILD": "SUCCEEDED"}


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_nothing_comes_after_a_phase_that_prepares_and_fails(small: Small, phase: str) -> None:
    build, lines = built(
        small,
        **{phase: {"commands": ["false"], "finally": ["echo cleaned"]}},
        build={"commands": ["echo never"]},
        post_build={"commands": ["echo never"]},
    )

    assert (build["buildStatus"], lines) == ("FAILED", ["cleaned"])


def test_a_phase_that_may_fail_does_not_fail_the_build(small: Small) -> None:
    build, lines = built(
        small,
        pre_build={"on-failure": "CONTINUE", "commands": ["false"]},
        build={"commands": ["echo succeeding: $CODEBUILD_BUILD_SUCCEEDING"]},
    )

    assert (build["buildStatus"], lines) == ("SUCCEEDED", ["succeeding: 1"])


def test_a_build_sees_nothing_of_the_shell_that_started_the_platform(small: Small) -> None:
    lines = built(small, "env | cut -d= -f1")[1]

    assert "SECRET_OF_THE_SHELL" not in lines
    assert {
        "CODEBUILD_SRC_DIR",
        "CODEBUILD_BUILD_ID",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL",
        "HOME",
        "PATH",
    } <= {*lines}


def test_a_build_is_who_its_project_says(small: Small) -> None:
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"

    (arn,) = built(small, f'python -c "{script}"')[1]

    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/built-build/AWSCodeBuild-")


def test_the_one_who_starts_a_build_outweighs_the_project_and_the_project_the_buildspec(small: Small) -> None:
    spec = {
        "env": {"variables": {"A": "buildspec", "B": "buildspec", "C": "buildspec"}},
        "phases": {"build": {"commands": ["echo $A $B $C"]}},
    }
    override = [{"name": "C", "value": "order", "type": "PLAINTEXT"}]

    identity = start(
        small, spec, project={"variables": {"B": "project", "C": "project"}}, environmentVariablesOverride=override
    )

    assert said(small, ended(small, identity)) == ["buildspec project order"]


def test_exported_variables_are_listed_with_all_their_lines(small: Small) -> None:
    spec = {
        "env": {"shell": "bash", "exported-variables": ["TEXT", "NEVER_SET"]},
        "phases": {"build": {"commands": ["export TEXT=$'two\\nlines = 2'"]}},
    }

    found = ended(small, start(small, spec))

    assert found["exportedEnvironmentVariables"] == [{"name": "TEXT", "value": "two\nlines = 2"}]


def test_a_build_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    spec = {
        "phases": {"build": {"commands": ["sleep 600 & echo $!; sleep 600"]}, "post_build": {"commands": ["echo no"]}}
    }
    (tmp_path / "src").mkdir()
    text = yaml.safe_dump({"version": 0.2} | spec)
    run = BuildRun(tmp_path, tmp_path / "src", {"PATH": os.environ["PATH"]}, text, seconds=0.5)

    run.run()

    (process,) = [line for line in run.log.read_text().splitlines() if not line.startswith("[Container]")]
    assert (run.status, run.phases[-1].reason[:15]) == ("TIMED_OUT", "BUILD_TIMED_OUT")
    eventually(lambda: not (Path("/proc") / process).exists(), "the end of what the build has started")


def test_a_build_can_be_stopped(small: Small) -> None:
    identity = start(small, {"phases": {"build": {"commands": ["sleep 600"]}, "post_build": {"commands": ["echo no"]}}})
    eventually(lambda: described(small, identity)["currentPhase"] == "BUILD")

    small.client("codebuild").stop_build(id=identity)

    found = ended(small, identity)
    assert (found["buildStatus"], said(small, found)) == ("STOPPED", [])


def test_a_build_of_a_repository_has_the_commit_that_it_is_given_and_its_history(small: Small) -> None:
    first = small.push(content="one")
    second = small.push("feature", content="two")
    spec = {
        "phases": {
            "build": {"commands": ["cat content; echo; git rev-list --count HEAD", "pwd -P; env | grep RESOLVED"]}
        }
    }

    lines = said(small, ended(small, start(small, spec, "CODECOMMIT", sourceVersion=second)))

    assert lines[:2] == ["two", "2"]
    assert lines[3] == f"CODEBUILD_RESOLVED_SOURCE_VERSION={second}"
    older = said(small, ended(small, start(small, spec, "CODECOMMIT", sourceVersion="refs/heads/main")))
    assert older[:2] == ["one", "1"] and older[3].endswith(first)


def test_what_a_build_leaves_on_the_machine_is_its_log(small: Small) -> None:
    build, _ = built(small, "touch file; mkdir -p ~/.cache; touch ~/.cache/file")

    folder = small.server.folder / "builds" / build["projectName"] / build["id"].partition(":")[2]
    assert [path.name for path in folder.iterdir()] == ["log.txt"]


def test_a_role_that_may_not_write_logs_fails_the_build_before_its_first_command(small: Small) -> None:
    role = small.make_role("built-mute", "codebuild", statement("s3:*"))

    found = ended(small, start(small, {"phases": {"build": {"commands": ["true"]}}}, project={"role": role}))

    assert (found["buildStatus"], found["phases"]) == ("FAILED", [])


def test_each_change_of_a_build_is_an_event(small: Small) -> None:
    queue = small.server.queue("built-events", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    pattern = {"source": ["aws.codebuild"], "detail": {"build-status": ["FAILED"]}}
    small.client("events").put_rule(Name="built", EventPattern=json.dumps(pattern))
    small.client("events").put_targets(Rule="built", Targets=[{"Id": "it", "Arn": queue}])

    build, _ = built(small, "false")

    (message,) = eventually(lambda: small.server.messages(queue), "the event")
    event = json.loads(message["Body"])
    assert event["detail-type"] == "CodeBuild Build State Change" and event["resources"] == [build["arn"]]
    assert event["detail"]["project-name"] == build["projectName"]
    assert event["detail"]["build-id"] == f"arn:aws:codebuild:{SCOPE}:build/{build['id']}"
    information = event["detail"]["additional-information"]
    assert information["logs"]["deep-link"] and information["phases"][0]["phase-type"] == "BUILD"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", "not YAML"),
        ("version: 0.1", "does not say `version: 0.2`"),
        ("version: 0.2", "phases are install, pre_build, build, post_build; the buildspec has none"),
        ("version: 0.2\nphases: {bild: {}}", "the buildspec has bild"),
        ("version: 0.2\nbatch: {}\nphases: {build: {}}", "the buildspec says batch"),
        ("version: 0.2\nenv: {secrets-manager: {A: b}}\nphases: {build: {}}", "env says secrets-manager"),
        ("version: 0.2\nphases: {build: {command: [a]}}", "a phase says command"),
        ("version: 0.2\nphases: {build: {commands: [echo a: b]}}", "a command is not a text"),
        ("version: 0.2\nphases: {build: {}}\nartifacts: {name: a}", "artifacts name no files"),
    ],
)
def test_a_buildspec_that_cannot_be_run_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BuildspecError, match=complaint):
        read(text)


def test_a_build_without_its_buildspec_says_so(small: Small) -> None:
    found = ended(small, start(small, "buildspecs/none.yml", "CODECOMMIT"))

    assert found["phases"][0]["contexts"][0]["statusCode"] == "YAML_FILE_ERROR"
    assert "buildspecs/none.yml" in found["phases"][0]["contexts"][0]["message"]


# Credentials, roles and concurrency


def test_a_build_asks_for_its_credentials_where_codebuild_gives_them(small: Small) -> None:
    who = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    found, lines = built(small, 'echo "keys:$AWS_ACCESS_KEY_ID$AWS_SECRET_ACCESS_KEY"', f'python3 -c "{who}"')

    assert found["buildStatus"] == "SUCCEEDED", lines
    assert lines[0] == "keys:" and "assumed-role/built-build/" in lines[1]


def test_a_build_beyond_the_limit_of_its_project_is_refused_and_not_queued(small: Small) -> None:
    client = small.client("codebuild")
    spec = {"phases": {"build": {"commands": ["sleep 3"]}}}
    name = small.project(f"project-{next(numbers)}", spec, "NO_SOURCE", concurrentBuildLimit=1)
    first = client.start_build(projectName=name)["build"]["id"]

    with pytest.raises(ClientError, match=r"AccountLimitExceededException.*than 1 builds in queue for the account"):
        client.start_build(projectName=name)

    ended(small, first)
    ended(small, client.start_build(projectName=name)["build"]["id"])


def test_a_project_whose_role_codebuild_may_not_assume_is_refused(small: Small) -> None:
    role = small.make_role(f"lambda-only-{next(numbers)}", "lambda")

    with pytest.raises(ClientError, match=r"InvalidInputException.*CodeBuild is not authorized to perform: sts:Ass"):
        small.project(f"project-{next(numbers)}", {"phases": {"build": {"commands": ["true"]}}}, "NO_SOURCE", role=role)
