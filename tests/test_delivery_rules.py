"""What pipeline/ must hold is held, and each rule notices the change that it is there for."""

import shutil
from pathlib import Path
from typing import Any

import delivery_rules
import pytest
from delivery_rules import RULES
from mutation import Mutation, apply_mutation, groups
from terraform_runner import Terraform

MUTATIONS: dict[str, Mutation] = {
    "the approvals are removed": (
        "pipeline/stage.tf",
        r' if action\.name != "Approve" \|\| environment\.approval\]',
        ' if action.name != "Approve"]',
        "an_approval_stands_between_plan_and_apply",
    ),
    "an approver is not shown what would change": (
        "pipeline/stage.tf",
        r'CustomData = "#\{plan_\$\{name\}\.SUMMARY\}"',
        'CustomData = "Please approve."',
        "the_approver_sees_the_plan_and_cannot_be_waited_for_without_end",
    ),
    "apply does not get what was approved": (
        "pipeline/stage.tf",
        r'\{ APPROVED_DIGEST = "[^"]*" \}',
        "{}",
        "apply_gets_the_plan_that_was_approved",
    ),
    "the commit brings the buildspec of the apply": (
        "pipeline/codebuild.tf",
        r'&& build != "pull-request" \}',
        '&& each.buildspec != "apply" }',
        "every_build_asks_for_the_branch_before_the_commit_runs",
    ),
    "the plan runs the commit before it asks for the branch": (
        "buildspecs/plan.yml",
        r"      - \|\n        \$\{indent\(8, only_the_branch\)\}\n",
        "      - make tools\n      - |\n        ${indent(8, only_the_branch)}\n",
        "every_build_asks_for_the_branch_before_the_commit_runs",
    ),
    "the apply does not ask whether the commit goes back": (
        "buildspecs/apply.yml",
        r"      - \|\n        \$\{indent\(8, only_forward\)\}\n",
        "",
        "plan_and_apply_refuse_to_go_back_before_the_commit_runs",
    ),
    "the builds get files without a history": (
        "pipeline/stage.tf",
        r', OutputArtifactFormat = "CODEBUILD_CLONE_REF"',
        "",
        "every_build_asks_for_the_branch_before_the_commit_runs",
    ),
    "a newer run overtakes one that waits": (
        "pipeline/pipeline.tf",
        r'"QUEUED"',
        '"SUPERSEDED"',
        "runs_wait_for_each_other",
    ),
    "a failed stage goes back to the plan before": (
        "pipeline/pipeline.tf",
        r"      name = stage\.value\.name\n",
        '      name = stage.value.name\n\n      on_failure {\n        result = "ROLLBACK"\n      }\n',
        "no_stage_rolls_back",
    ),
    "a window is not looked at": (
        "pipeline/pipeline.tf",
        r"for_each = stage\.value\.window == null \? \[\] : \[stage\.value\.window\]",
        "for_each = stage.value.window == null ? [] : []",
        "a_window_guards_its_environment",
    ),
    "the pipeline may approve itself": (
        "pipeline/role_pipeline.tf",
        r'"codebuild:BatchGetBuilds"\]',
        '"codebuild:BatchGetBuilds", "codepipeline:PutApprovalResult"]',
        "only_approvers_are_granted_approval",
    ),
    "a build is no longer kept from approving": (
        "pipeline/policy_build.tf",
        r", data\.aws_iam_policy_document\.no_approval\.json\]",
        "]",
        "no_role_of_ours_can_be_made_to_approve",
    ),
    "a developer may approve": (
        "pipeline/person.tf",
        r", data\.aws_iam_policy_document\.approve_nothing\]",
        "]",
        "a_developer_cannot_be_made_to_approve",
    ),
    "a plan works as the role that applies": (
        "pipeline/role_build.tf",
        r'"plan_\$\{name\}", "hand_over',
        '"apply_${name}", "hand_over',
        "a_build_assumes_its_own_role_only",
    ),
    "the check notifies": (
        "pipeline/role_build.tf",
        r"check        = local\._handed_over",
        'check        = concat(local._handed_over, ["notify"])',
        "the_check_writes_nothing_but_its_log_and_report",
    ),
    "main is pushed to": (
        "pipeline/guard.tf",
        r"values   = \[local\.branch\]",
        'values   = ["refs/heads/release"]',
        "the_branch_changes_by_pull_requests_only",
    ),
    "a build is started by hand": (
        "pipeline/guarded.tf",
        r'\["BatchGet\*", "Describe\*", "List\*"\]',
        '["BatchGet*", "Describe*", "List*", "StartSandbox"]',
        "nobody_applies_past_the_pipeline",
    ),
    "a plan is exchanged": (
        "pipeline/guarded.tf",
        r"    \[for bucket in concat\(.*\n",
        "",
        "nobody_applies_past_the_pipeline",
    ),
    "a role of a build is used": (
        "pipeline/guarded.tf",
        r'\["role/\$\{local\.prefix\}\*", ',
        "[",
        "nobody_applies_past_the_pipeline",
    ),
    "the alarm of a push past pull requests is switched off": (
        "pipeline/guarded.tf",
        r'    \["\$\{local\.arn\.events\}:rule/.*\n',
        "",
        "nobody_applies_past_the_pipeline",
    ),
    "who tells of deliveries is exchanged": (
        "pipeline/guarded.tf",
        r'    \["arn:\$\{local\.partition\}:lambda:.*\n',
        "",
        "nobody_applies_past_the_pipeline",
    ),
    "the state of an environment is exchanged": (
        "pipeline/guarded.tf",
        r"(?<=values\(local\.delivery\.buckets\), )\[local\._state_buckets\]",
        "[local.names.state_bucket]",
        "nobody_applies_past_the_pipeline",
    ),
    "the boundary of an environment is widened": (
        "pipeline/guarded.tf",
        r'    \[for kind in \["\*-boundary".*\n',
        "",
        "nobody_applies_past_the_pipeline",
    ),
    "the state of an environment is read": (
        "pipeline/guard.tf",
        r"\$\{local\._state_buckets\}",
        "${local.names.state_bucket}",
        "plans_and_states_are_read_by_builds_only",
    ),
    "the key of an environment's state is deleted": (
        "pipeline/guard.tf",
        r"local\._state_keys",
        "local.names.state_key",
        "nobody_deletes_the_key_of_a_state",
    ),
    "a rule must name itself to start a build": (
        "pipeline/role_event.tf",
        r'"ArnLikeIfExists"',
        '"ArnLike"',
        "a_rule_of_this_account_takes_the_role_that_starts_named_or_not",
    ),
    "a rule of another account starts the pipeline": (
        "pipeline/role_event.tf",
        r'test     = "StringEqualsIfExists"\n      variable = "aws:SourceAccount"\n      values   = \[local\.account\]',
        'test     = "StringLikeIfExists"\n      variable = "aws:SourceAccount"\n      values   = ["*"]',
        "a_rule_of_this_account_takes_the_role_that_starts_named_or_not",
    ),
    "plans are read": (
        "pipeline/guard.tf",
        r'    actions = \["s3:GetObject\*"\]',
        '    actions = ["s3:GetObjectTorrent"]',
        "plans_and_states_are_read_by_builds_only",
    ),
    "approvals are overridden": (
        "pipeline/guarded.tf",
        r'"UpdateComment",',
        '"UpdateComment", "OverridePullRequestApprovalRules",',
        "the_rules_of_pull_requests_hold",
    ),
    "a merge brings what the merger likes": (
        "pipeline/guarded.tf",
        r'"MergePullRequestByFastForward",',
        '"MergePullRequestByFastForward", "MergePullRequestBySquash",',
        "a_merge_brings_what_was_reviewed",
    ),
    "everybody's approval counts": (
        "pipeline/approval_rule.tf",
        r" if length\(local\.approvers\) > 0",
        " if false",
        "approvals_count_from_the_pool_only",
    ),
    "only the first push of a pull request is built": (
        "pipeline/trigger.tf",
        r', "pullRequestSourceBranchUpdated"',
        "",
        "every_push_to_a_pull_request_is_built",
    ),
    "builds get Docker": (
        "pipeline/codebuild.tf",
        r"privileged_mode = false",
        "privileged_mode = true",
        "builds_are_confined",
    ),
    "a failure is not notified": (
        "pipeline/message.tf",
        r'state = \["FAILED"\] \} \}\)',
        'state = ["CANCELED"] } })',
        "both_endings_are_notified",
    ),
    "a direct push is nobody's business": (
        "pipeline/message.tf",
        r'event = \["referenceUpdated", "referenceDeleted"\]',
        'event = ["referenceDeleted"]',
        "what_passes_the_rules_is_notified",
    ),
    "the drift check breaks off in silence": (
        "pipeline/message.tf",
        r'_broken         = \["FAULT", ',
        "_broken         = [",
        "builds_that_break_off_are_notified",
    ),
    "nobody looks how long a plan has waited": (
        "pipeline/message.tf",
        r'schedule = "rate\(1 hour\)"',
        'schedule = "rate(7 days)"',
        "a_plan_that_waits_is_reminded_of",
    ),
    "approvers are not notified": (
        "pipeline/codebuild.tf",
        r"merge\(local\._asking\[name\], ",
        "merge({}, ",
        "the_plan_notifies_the_approvers_right_before",
    ),
    "a success is not notified": (
        "pipeline/codebuild.tf",
        r"variables = local\._variables \}",
        "variables = {} }",
        "both_endings_are_notified",
    ),
    "a message's target loses its dead letters": (
        "pipeline/message.tf",
        r"\n  dead_letter_config \{\n.*\n  \}\n",
        "\n",
        "targets_have_dead_letters",
    ),
    "the pipeline is made without the tags that split costs": (
        "pipeline/provider.tf",
        r"tags = module\.project\.tags",
        "tags = {}",
        "everything_carries_the_cost_tags",
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_pipeline_keeps_the_rule(rule: Any, delivery_plan: dict[str, Any]) -> None:
    assert rule(delivery_plan) == []


@pytest.mark.parametrize("group", groups(MUTATIONS), ids=lambda group: f"{len(group)} mutations")
def test_each_rule_notices_the_change_that_it_is_there_for(
    group: list[str], delivery_project: Path, delivery_plan: dict[str, Any], tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(delivery_project, tmp_path / "project", symlinks=True)
    for mutation in group:
        apply_mutation(MUTATIONS[mutation], project)

    mutated = terraform.plan(project / "pipeline")

    overlooked = [each for each in group if not getattr(delivery_rules, MUTATIONS[each][3])(mutated)]
    assert overlooked == []


def test_each_rule_of_the_delivery_has_a_mutation_that_it_notices() -> None:
    own = {rule.__name__ for rule in RULES if rule.__module__ == delivery_rules.__name__}

    assert own <= {rule for *_, rule in MUTATIONS.values()}
