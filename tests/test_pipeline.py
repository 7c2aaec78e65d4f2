"""The pipeline of every git provider, from one environment to many, planned with the real provider."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answer_matrix import ACCOUNT, CONNECTION, DELIVERY, GIT_PROVIDERS
from delivery_rules import APPROVE, environment_stages, the_pipeline, variables_of_action
from iam_evaluation import EVERYTHING, may, policies_of_person, policies_of_role, refused_by
from infrastructure_rules import Plan
from make_command import answer_of
from terraform_runner import Terraform, of_type, resources
from test_permissions import grants, known_actions

START = "codepipeline:StartPipelineExecution"
REPOSITORY = f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:acme-sales"


def stages(plan: Plan) -> list[str]:
    return [stage["name"] for stage in the_pipeline(plan)["stage"]]


@pytest.fixture(scope="module", params=GIT_PROVIDERS)
def connected(
    request: pytest.FixtureRequest,
    bake_into: Callable[..., Path],
    delivery_project: Path,
    delivery_plan: Plan,
    tmp_path_factory: pytest.TempPathFactory,
    terraform: Terraform,
) -> tuple[dict[str, Any], Plan]:
    """Answers of a project whose code AWS reaches by a connection, and the plan of its pipeline."""
    answers = GIT_PROVIDERS[request.param]
    folder = tmp_path_factory.mktemp("connected")
    # Only project.yaml differs: a folder in which Terraform is initialised already saves seconds.
    project = shutil.copytree(delivery_project, folder / "project", symlinks=True)
    shutil.copy(bake_into(folder, **answers) / "project.yaml", project)
    return answers, terraform.plan(project / "pipeline")


def test_a_connected_repository_is_delivered_to_every_environment_in_order(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    answers, plan = connected
    given = answers["environments"]
    names = [each["name"] for each in given] if isinstance(given, list) else ["live"]

    assert stages(plan) == ["Source", "Check", *names, "Notify"]
    asked = {name for name, actions in environment_stages(plan).items() if "Approve" in actions}
    assert asked == {name for name in names if name in ("uat", "prod", "live")}
    assert not {kind for kind in resources(plan) if "codecommit" in kind}


def test_a_connection_starts_the_pipeline_on_pushes_to_main_and_a_build_on_pull_requests(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    _, plan = connected
    (pull_request,) = (p for a, p in of_type(plan, "aws_codepipeline").items() if a != "aws_codepipeline.this")

    main = the_pipeline(plan)["trigger"][0]["git_configuration"][0]
    requests = pull_request["trigger"][0]["git_configuration"][0]

    assert main["push"][0]["branches"][0]["includes"] == ["main"]
    assert main["pull_request"] == []
    assert requests["pull_request"][0]["events"] == ["OPEN", "UPDATED"]
    assert requests["pull_request"][0]["branches"][0]["includes"] == ["main"]
    (build,) = pull_request["stage"][1]["action"]
    assert build["configuration"]["ProjectName"] == "acme-sales-pipeline-pull-request"
    assert variables_of_action(build)["SOURCE_COMMIT"] == "#{source.CommitId}"


def test_a_connection_is_made_unless_one_is_given(connected: tuple[dict[str, Any], Plan]) -> None:
    answers, plan = connected
    given = "connection" in answers["approvers"]["delivery"]

    source = the_pipeline(plan)["stage"][0]["action"][0]

    assert len(of_type(plan, "aws_codeconnections_connection")) == (0 if given else 1)
    assert source["provider"] == "CodeStarSourceConnection"
    assert not given or source["configuration"]["ConnectionArn"] == CONNECTION


def test_people_neither_use_nor_exchange_the_connection_whatever_they_are_granted(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    """Also one that pipeline/ is yet to create, which the guard knows by its tags."""
    answers, plan = connected
    given = "connection" in answers["approvers"]["delivery"]
    account = answers["approvers"]["delivery"].get("account", ACCOUNT)
    service, connection = "codeconnections", f"arn:aws:codeconnections:eu-west-1:{account}:connection/1"
    if given:
        service, connection = "codestar-connections", CONNECTION
    held = [of_type(plan, "aws_iam_policy")['aws_iam_policy.person["guard"]']["policy"], EVERYTHING]
    tags = {"aws__ResourceTag/Project": "acme-sales", "aws__ResourceTag/Environment": "pipeline"}

    for action in ("UseConnection", "GetConnectionToken", "DeleteConnection", "TagResource"):
        assert not may(held, f"{service}:{action}", connection, **tags)
    assert may(held, f"{service}:GetConnection", connection, **tags)
    assert given or may(held, f"{service}:UseConnection", connection)


def test_a_connection_of_the_old_name_is_used_by_its_old_name(connected: tuple[dict[str, Any], Plan]) -> None:
    answers, plan = connected
    given = "connection" in answers["approvers"]["delivery"]

    # The ARN of a connection that is yet to be made is not known, nor is a policy that names it.
    policy = of_type(plan, "aws_iam_role_policy")["aws_iam_role_policy.pipeline"].get("policy")

    assert (policy is not None) == given
    assert not given or may([policy], "codestar-connections:UseConnection", CONNECTION)


def test_a_build_reaches_its_own_repository_by_a_connection_and_only_the_drift_check_gets_a_token(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    answers, plan = connected
    given = "connection" in answers["approvers"]["delivery"]
    repository = answers["git"].partition(":")[2]
    # A policy that names a connection which is yet to be made is not known.
    builds = [each["name"] for each in of_type(plan, "aws_codebuild_project").values() if given]

    def able(action: str, **context: str) -> set[str]:
        return {each for each in builds if may(policies_of_role(plan, each), action, CONNECTION, **context)}

    key, provider = "codestar-connections:FullRepositoryId", "codestar-connections:ProviderAction"
    known, other = {key: repository}, {key: f"{repository}-other"}

    assert able("codestar-connections:UseConnection", **known) == set(builds)
    assert able("codestar-connections:UseConnection", **other) == set()
    assert able("codestar-connections:UseConnection") == set()
    assert able("codestar-connections:UseConnection", **known, **{provider: "GitPull"}) == set(builds)
    assert able("codestar-connections:UseConnection", **known, **{provider: "GitPush"}) == set()
    assert able("codestar-connections:GetConnectionToken", **known) == ({"acme-sales-pipeline-drift"} & set(builds))
    assert bool(builds) == given


def test_policies_are_attached_to_every_approver_but_those_of_identity_center(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    answers, plan = connected
    roles = [role for role in answers["approvers"]["approvers"] if not role.startswith("AWSReservedSSO_")]

    attached = {(v["role"], a.split('"')[1].partition(" of ")[0]) for a, v in attachments(plan).items()}

    assert attached == {(role, purpose) for role in roles for purpose in ("guard", "approver")}
    assert set(of_type(plan, "aws_iam_policy")) == {
        f'aws_iam_policy.person["{purpose}"]' for purpose in ("developer", "guard", "approver")
    }


def attachments(plan: Plan) -> dict[str, dict[str, Any]]:
    return of_type(plan, "aws_iam_role_policy_attachment")


def test_an_environment_is_planned_and_applied_as_its_own_roles_in_its_own_account(
    connected: tuple[dict[str, Any], Plan],
) -> None:
    answers, plan = connected
    given = answers["environments"]
    accounts = {each["name"]: each["account"] for each in given} if isinstance(given, list) else {"live": ACCOUNT}

    for name, account in accounts.items():
        for kind in ("plan", "apply", "smoke"):
            (project,) = (
                each
                for each in of_type(plan, "aws_codebuild_project").values()
                if each["name"] == f"acme-sales-pipeline-{kind}-{name}"
            )
            variables = {each["name"]: each["value"] for each in project["environment"][0]["environment_variable"]}
            assert variables["ROLE_ARN"] == f"arn:aws:iam::{account}:role/acme-sales-{name}-deploy-{kind}"
            assert variables["ENVIRONMENT"] == name


def test_a_window_is_the_hours_of_its_own_time_zone(delivery_plan: Plan) -> None:
    (entry,) = the_pipeline(delivery_plan)["stage"][-2]["before_entry"]
    (rule,) = entry["condition"][0]["rule"]

    assert rule["configuration"] == {"Cron": "* * 9-16 ? * MON-FRI *", "TimeZone": "Europe/Brussels"}
    assert [stage["before_entry"] for stage in the_pipeline(delivery_plan)["stage"][:-2]] == [[], [], []]


def test_the_apply_of_an_environment_with_a_window_gets_the_window(delivery_plan: Plan) -> None:
    windows_of_applies = {
        address.split('"')[1]: json.loads(each["value"])
        for address, project in of_type(delivery_plan, "aws_codebuild_project").items()
        for each in project["environment"][0]["environment_variable"]
        if each["name"] == "DEPLOY_WINDOW"
    }

    assert windows_of_applies == {"apply-prod": {"days": "MON-FRI", "hours": "9-16", "time_zone": "Europe/Brussels"}}


def test_the_pipeline_starts_when_main_of_its_repository_changes(delivery_plan: Plan) -> None:
    rule = of_type(delivery_plan, "aws_cloudwatch_event_rule")['aws_cloudwatch_event_rule.trigger["change"]']
    target = of_type(delivery_plan, "aws_cloudwatch_event_target")['aws_cloudwatch_event_target.trigger["change"]']

    pattern = json.loads(rule["event_pattern"])

    assert pattern["resources"] == [REPOSITORY]
    assert pattern["detail"]["referenceFullName"] == ["refs/heads/main"]
    assert target["arn"] == f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:acme-sales-pipeline"
    starter = policies_of_role(delivery_plan, "acme-sales-pipeline-start-pipeline")
    assert may(starter, "codepipeline:StartPipelineExecution", target["arn"])
    assert not may(starter, "codebuild:StartBuild", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/any")


def test_the_drift_check_runs_by_the_clock(delivery_plan: Plan) -> None:
    rule = of_type(delivery_plan, "aws_cloudwatch_event_rule")['aws_cloudwatch_event_rule.trigger["drift"]']

    assert rule["schedule_expression"].startswith("cron(")
    assert rule["state"] == "ENABLED"


def test_approvers_approve_exactly_the_approvals_of_this_pipeline(delivery_plan: Plan) -> None:
    who = {"aws__PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/SMEs"}
    approver = policies_of_person(delivery_plan, "SMEs")
    pipeline = f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:acme-sales-pipeline"

    assert may(approver, APPROVE, f"{pipeline}/prod/Approve", **who)
    assert may(approver, APPROVE, f"{pipeline}/dev/Approve", **who)
    assert not may(approver, APPROVE, f"{pipeline}/prod/Other", **who)
    assert not may(approver, APPROVE, f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:other/prod/Approve", **who)


def test_approvers_restart_a_delivery_and_developers_do_not(delivery_plan: Plan) -> None:
    pipeline = f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:acme-sales-pipeline"

    def may_start(role: str, *more: Any) -> bool:
        who = {"aws__PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
        return may([*policies_of_person(delivery_plan, role), *more], START, pipeline, **who)

    assert may_start("SMEs")
    assert not may_start("Developers", EVERYTHING)
    assert not may(policies_of_person(delivery_plan, "SMEs"), "codepipeline:RollbackStage", f"{pipeline}/prod")


def test_approvers_read_the_summaries_and_not_the_plans(delivery_plan: Plan) -> None:
    approver = policies_of_person(delivery_plan, "Architects")
    bucket = f"arn:aws:s3:::acme-sales-pipeline-artifact-{ACCOUNT}"
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"

    assert may(approver, "s3:GetObject", f"{bucket}/summaries/1/dev.md")
    # Without it AWS answers 403, not 404, for the record of an environment that nothing was delivered to.
    assert may(approver, "s3:ListBucket", bucket)
    assert not may(approver, "s3:GetObject", f"{bucket}/acme-sales-pipeline/plan_dev/1")
    through = {"kms__ResourceAliases": "alias/acme-sales-pipeline", "kms__ViaService": "s3.eu-west-1.amazonaws.com"}
    assert may(approver, "kms:Decrypt", key, **through)
    assert not may(approver, "kms:Decrypt", key, **through | {"kms__ViaService": "sns.eu-west-1.amazonaws.com"})
    assert not may(approver, "kms:Decrypt", key, **through | {"kms__ResourceAliases": "alias/acme-sales-prod"})


def test_developers_push_branches_and_merge_pull_requests(delivery_plan: Plan) -> None:
    developer = policies_of_person(delivery_plan, "Developers")
    feature, main = {"codecommit__References": "refs/heads/feature/x"}, {"codecommit__References": "refs/heads/main"}

    assert may(developer, "codecommit:GitPush", REPOSITORY)
    assert may(developer, "codecommit:GitPush", REPOSITORY, **feature)
    assert may(developer, "codecommit:DeleteBranch", REPOSITORY, **feature)
    assert may(developer, "codecommit:MergePullRequestByFastForward", REPOSITORY, **main)
    assert not may(developer, "codecommit:GitPush", REPOSITORY, **main)
    assert not may(developer, "codecommit:GitPull", REPOSITORY.replace("acme-sales", "other"))


def test_approvers_do_not_push_at_all(delivery_plan: Plan) -> None:
    approver = policies_of_person(delivery_plan, "Architects")

    assert may(approver, "codecommit:GitPull", REPOSITORY)
    assert may(approver, "codecommit:UpdatePullRequestApprovalState", REPOSITORY)
    assert not may(approver, "codecommit:GitPush", REPOSITORY, codecommit__References="refs/heads/feature/x")


def test_the_check_reads_its_source_and_writes_its_own_log_only(delivery_plan: Plan) -> None:
    check = policies_of_role(delivery_plan, "acme-sales-pipeline-check")
    artifacts = f"arn:aws:s3:::acme-sales-pipeline-artifact-{ACCOUNT}"
    logs = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/codebuild/acme-sales-pipeline"

    assert may(check, "s3:GetObject", f"{artifacts}/acme-sales-pipeline/source/a1b2")
    assert may(check, "logs:PutLogEvents", f"{logs}-check:log-stream:1")
    assert not may(check, "s3:GetObject", f"{artifacts}/acme-sales-pipeline/plan_dev/a1b2")
    assert not may(check, "s3:PutObject", f"{artifacts}/acme-sales-pipeline/source/a1b2")
    assert not may(check, "logs:PutLogEvents", f"{logs}-apply-dev:log-stream:1")
    assert not may(check, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/acme-sales-dev-deploy-plan")


@pytest.mark.parametrize("build", ["check", "pull-request"])
def test_a_build_that_only_reads_has_no_key_to_write_with(delivery_plan: Plan, build: str) -> None:
    policies = policies_of_role(delivery_plan, f"acme-sales-pipeline-{build}")
    ours = {"kms__ResourceAliases": "alias/acme-sales-pipeline"}
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"

    assert may(policies, "kms:Decrypt", key, **ours)
    assert not may(policies, "kms:GenerateDataKey", key, **ours)


def test_a_plan_is_handed_to_its_own_apply_and_nobody_else_may_change_it(delivery_plan: Plan) -> None:
    plan_of_dev = f"arn:aws:s3:::acme-sales-pipeline-artifact-{ACCOUNT}/acme-sales-pipeline/plan_dev/a1b2"
    builds = [f"acme-sales-pipeline-{build}" for build in ("check", "plan-prod", "apply-dev", "smoke-dev", "notify")]

    assert may(policies_of_role(delivery_plan, "acme-sales-pipeline-plan-dev"), "s3:PutObject", plan_of_dev)
    assert may(policies_of_role(delivery_plan, "acme-sales-pipeline-apply-dev"), "s3:GetObject", plan_of_dev)
    assert not may(policies_of_role(delivery_plan, "acme-sales-pipeline-apply-prod"), "s3:GetObject", plan_of_dev)
    assert [b for b in builds if may(policies_of_role(delivery_plan, b), "s3:PutObject", plan_of_dev)] == []


@pytest.mark.parametrize(
    ("function", "looks", "other"),
    [
        ("tell-delivery", "codepipeline:ListActionExecutions", "codepipeline:GetPipelineState"),
        ("remind-approvers", "codepipeline:GetPipelineState", "codepipeline:ListActionExecutions"),
    ],
)
def test_who_tells_of_deliveries_looks_remembers_and_tells_and_no_more(
    delivery_plan: Plan, function: str, looks: str, other: str
) -> None:
    name = f"acme-sales-pipeline-{function}"
    policies = policies_of_role(delivery_plan, name)
    here, pipeline = f"eu-west-1:{ACCOUNT}", f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:acme-sales-pipeline"

    assert may(policies, looks, pipeline)
    assert may(policies, "dynamodb:UpdateItem", f"arn:aws:dynamodb:{here}:table/acme-sales-pipeline-ledger")
    assert may(policies, "sns:Publish", f"arn:aws:sns:{here}:acme-sales-pipeline-notifications-email-1a2b3c4d")
    assert may(policies, "logs:PutLogEvents", f"arn:aws:logs:{here}:log-group:/aws/lambda/{name}:log-stream:1")
    assert not may(policies, other, pipeline)
    assert not may(policies, APPROVE, f"{pipeline}/prod/Approve")


def test_a_pull_request_is_commented_and_nothing_is_merged_by_its_build(delivery_plan: Plan) -> None:
    build = policies_of_role(delivery_plan, "acme-sales-pipeline-pull-request")

    assert may(build, "codecommit:PostCommentForPullRequest", REPOSITORY)
    assert not may(build, "codecommit:MergePullRequestByFastForward", REPOSITORY)
    assert not may(build, "codecommit:UpdateComment", REPOSITORY)
    assert not may(build, "codecommit:UpdatePullRequestApprovalState", REPOSITORY)
    assert may(build, "sts:AssumeRole", "arn:aws:iam::222222222222:role/acme-sales-prod-deploy-read")
    for role in ("plan", "apply", "smoke"):
        assert not may(build, "sts:AssumeRole", f"arn:aws:iam::222222222222:role/acme-sales-prod-deploy-{role}")


@pytest.fixture(scope="module")
def boundary(delivery_project: Path, tmp_path_factory: pytest.TempPathFactory, terraform: Terraform) -> str:
    """The policy that bounds every role of the delivery; bootstrap/ makes it."""
    project = shutil.copytree(delivery_project, tmp_path_factory.mktemp("bounded") / "project", symlinks=True)
    plan = terraform.plan(project / "bootstrap", "-var=environment=pipeline")
    document: str = of_type(plan, "aws_iam_policy")["aws_iam_policy.boundary"]["policy"]
    return document


def test_every_grant_of_the_delivery_lies_within_its_boundary(delivery_plan: Plan, boundary: str) -> None:
    tags = {"aws:ResourceTag/Project": "acme-sales", "aws:ResourceTag/Environment": "pipeline"}
    policies = {name: each["policy"] for name, each in of_type(delivery_plan, "aws_iam_role_policy").items()}

    lost = {name: lost for name, policy in policies.items() if (lost := refused_by(boundary, policy, **tags))}

    assert len(policies) >= 13
    assert lost == {}


@pytest.mark.parametrize("action", [APPROVE, "codebuild:UpdateProject", "s3:DeleteBucket", "iam:PassRole"])
def test_the_boundary_takes_away_what_no_build_shall_do_whatever_it_is_granted(action: str, boundary: str) -> None:
    assert refused_by(boundary, json.dumps(EVERYTHING).replace('"*"', f'"{action}"', 1)) == [f"{action} on *"]


def test_every_action_that_the_pipeline_grants_exists_and_names_its_resource(delivery_plan: Plan) -> None:
    granted = list(grants(delivery_plan))
    wide = {action for _, action, targets in granted if "*" in targets}

    assert len({action for _, action, _ in granted}) >= 60
    assert [action for _, action, _ in granted if action.lower() not in known_actions()] == []
    assert [action for action in wide if known_actions()[action.lower()]] == []


def test_make_pipeline_asks_before_it_applies(delivery_project: Path) -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "pipeline"],
        cwd=delivery_project,
        text=True,
        capture_output=True,
        check=True,
    ).stdout

    assert shown.rstrip().endswith("/bin/python -m dataops pipeline")
    assert "auto-approve" not in shown


@pytest.fixture(scope="module")
def applied_pipeline(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What pipeline_of_a_project.py found."""
    project = bake_into(tmp_path_factory.mktemp("applied"), **DELIVERY)

    found: dict[str, Any] = answer_of("pipeline_of_a_project.py", project)
    return found


def test_the_pipeline_adopts_its_repository_settles_and_is_destroyed_without_it(
    applied_pipeline: dict[str, Any], delivery_plan: Plan
) -> None:
    everything = len(resources(delivery_plan))
    expected = {"made": everything, "settled": True, "refused": True, "gone": everything - 1, "left": []}

    assert {name: applied_pipeline[name] for name in expected} == expected


def test_an_approver_reads_that_there_is_no_record_and_without_the_right_to_list_that_it_is_forbidden(
    applied_pipeline: dict[str, Any],
) -> None:
    """R10."""
    bucket = f"acme-sales-pipeline-artifact-{ACCOUNT}"

    assert "NoSuchKey" in applied_pipeline["record"]
    assert "(AccessDenied)" in applied_pipeline["record while broken"]
    assert (
        f'is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::{bucket}"'
        in (applied_pipeline["record while broken"])
    )


def test_no_rule_starts_a_pipeline_or_a_build_without_a_role(applied_pipeline: dict[str, Any]) -> None:
    for target in ("codepipeline", "codebuild"):
        assert f"RoleArn is required for target arn:aws:{target}:" in applied_pipeline["broken"]
