"""The rules that no scanner knows hold, and each notices the change that it is there for."""

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import infrastructure_rules
import pytest
from infrastructure_rules import RULES
from mutation import apply_mutation, groups
from terraform_runner import Terraform, of_type, resources

PROJECT = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}"

# What is changed in which file, and the rule that must notice. The first ten are what checkov and trivy overlook.
MUTATIONS = {
    "anybody may use a bucket, under a condition": (
        "modules/storage/policy.tf",
        r'  statement \{\n    sid       = "TlsOnly"',
        '  statement {\n    sid       = "Partners"\n    actions   = ["s3:*"]\n    resources = [each.value]\n\n'
        '    principals {\n      type        = "AWS"\n      identifiers = ["*"]\n    }\n\n    condition {\n'
        '      test     = "StringLike"\n      variable = "aws:Referer"\n      values   = ["*"]\n    }\n  }\n\n'
        '  statement {\n    sid       = "TlsOnly"',
        "only_services_are_let_in",
    ),
    "the uploads queue loses its dead letters": (
        "modules/environment/queue.tf",
        r'resource "aws_sqs_queue_redrive_policy" "uploads" \{\n(?:.*\n)*?\}\n',
        "",
        "queues_have_dead_letters",
    ),
    "a message is given up at its second try": (
        "modules/environment/queue.tf",
        r"maxReceiveCount = 5",
        "maxReceiveCount = 2",
        "queues_have_dead_letters",
    ),
    "a rule's target loses its dead letters": (
        "modules/dataset/event.tf",
        r"\n  dead_letter_config \{\n.*\n  \}\n",
        "\n",
        "targets_have_dead_letters",
    ),
    "an alarm tells nobody": ("modules/alarm/main.tf", r"  alarm_actions .*\n", "", "alarms_lead_somewhere"),
    "an alarm is removed": (
        "modules/environment/alarm.tf",
        r"for name in keys\(local\.dead_letters\) :",
        'for name in ["uploads"] :',
        "dead_letters_ring_an_alarm",
    ),
    "a dead letter must lie for ten minutes": (
        "modules/environment/alarm.tf",
        r"      period    = 60\n",
        "      period    = 60\n      periods   = 10\n",
        "dead_letters_ring_an_alarm",
    ),
    "a role may do everything in Glue": (
        "modules/environment/role_lambda.tf",
        r'"glue:StartJobRun"',
        '"glue:*"',
        "no_policy_grants_all_of_a_service",
    ),
    "a Lambda runs an old Python": (
        "modules/environment/lambda.tf",
        r"python3\.13",
        "python3.8",
        "functions_run_a_current_python",
    ),
    "buckets answer without TLS": (
        "modules/storage/policy.tf",
        r"aws:SecureTransport",
        "aws:ViaAWSService",
        "buckets_take_tls_only",
    ),
    "the queue's mapping is removed": (
        "modules/environment/lambda.tf",
        r'resource "aws_lambda_event_source_mapping"(.|\n)*?\n\}\n',
        "",
        "uploads_reach_their_function",
    ),
    "the mapping gives up whole batches": (
        "modules/environment/lambda.tf",
        r"  function_response_types .*\n",
        "",
        "uploads_reach_their_function",
    ),
    "a rule loses its target": (
        "modules/environment/event.tf",
        r"for_each = local.rules\n\n  rule",
        'for_each = { for name, rule in local.rules : name => rule if name != "job-finished" }\n\n  rule',
        "rules_have_a_target",
    ),
    "a message is seen again while it is being handled": (
        "modules/environment/queue.tf",
        r"= 6 \*",
        "= 2 *",
        "messages_stay_hidden_long_enough",
    ),
    "a half upload stays for ever": (
        "modules/storage/bucket.tf",
        r"    abort_incomplete_multipart_upload \{\n.*\n    \}\n",
        "",
        "unfinished_uploads_are_removed",
    ),
    "any account's rule may send": (
        "modules/environment/queue.tf",
        r'(?s)    condition \{\n      test     = "ArnLike".*?\n    \}\n\n    condition \{.*?\n    \}\n',
        "",
        "services_are_let_in_for_this_account_only",
    ),
    "any rule of the account may send": (
        "modules/environment/queue.tf",
        r'(?s)    condition \{\n      test     = "ArnLike".*?\n    \}\n\n',
        "",
        "services_are_let_in_for_this_account_only",
    ),
    "the key expects a source that EventBridge may not name": (
        "modules/environment/key.tf",
        r'(Sid       = "Rules"\n(?:.*\n){4})',
        'Sid       = "Rules"\n      Effect    = "Allow"\n      Principal = { Service = "events.amazonaws.com" }\n'
        '      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]\n      Resource  = "*"\n'
        '      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }\n',
        "rules_reach_encrypted_queues",
    ),
    "a script carries the environment's tags": (
        "modules/environment/script.tf",
        r"  override_provider \{\n(?:.*\n){4}",
        "",
        "objects_have_room_for_their_tags",
    ),
    "a job's log group is called as nobody writes to it": (
        "modules/project/name.tf",
        r'"/aws-glue/jobs/\$\{local\._security\}-role/\$\{local\._job_role\}/error"',
        '"/aws-glue/jobs/${local.prefix}"',
        "glue_writes_to_groups_that_are_kept",
    ),
    "a job gets an argument for its log group": (
        "modules/dataset/job.tf",
        r'    "--metrics" ',
        '    "--continuous-log-logGroup" = "/aws-glue/jobs/${var.prefix}"\n    "--metrics" ',
        "jobs_get_no_argument_that_glue_ignores",
    ),
    "the output bucket starts the chain": (
        "modules/dataset/event.tf",
        r"\[var\.buckets\.input\]",
        "[var.buckets.input, var.buckets.output]",
        "the_output_starts_nothing",
    ),
    "resources are made without the tags that split costs": (
        "dev/provider.tf",
        r"    tags = module\.project\.tags\n",
        "    tags = { Project = module.project.project.slug }\n",
        "everything_carries_the_cost_tags",
    ),
    "a new script replaces the one that a run uses": (
        "modules/environment/script.tf",
        r"etl/\$\{local\._code\}/",
        "etl/latest/",
        "the_job_keeps_its_code_while_it_runs",
    ),
    "a role has no boundary": (
        "modules/environment/role_flow_log.tf",
        r"  permissions_boundary .*\n",
        "",
        "roles_have_the_boundary",
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_default_project_keeps_the_rule(rule: Any, plan: dict[str, Any]) -> None:
    assert rule(plan) == []


@pytest.mark.parametrize("group", groups(MUTATIONS), ids=lambda group: f"{len(group)} mutations")
def test_each_rule_notices_the_change_that_it_is_there_for(
    group: list[str], planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    for mutation in group:
        apply_mutation(MUTATIONS[mutation], project)

    mutated = terraform.plan(project / "dev")

    overlooked = [each for each in group if not getattr(infrastructure_rules, MUTATIONS[each][3])(mutated)]
    assert overlooked == []


def test_each_rule_has_a_mutation_that_it_notices() -> None:
    assert {rule for *_, rule in MUTATIONS.values()} == {rule.__name__ for rule in RULES}


def test_an_approval_that_is_no_longer_the_default_is_noticed(
    project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    module = shutil.copytree(project / "modules/project", tmp_path / "project")
    path = module / "variable.tf"
    changed, count = re.subn(r"(approval +)= optional\(bool, true\)", r"\1= optional(bool, false)", path.read_text())
    assert count == 1
    path.write_text(changed)
    terraform.run(module, "init")

    done = terraform.run(module, "test")

    assert done.returncode != 0
    assert "approv" in done.stdout + done.stderr


def required_names(source: str) -> set[str]:
    """The environment variables that a handler's code asks for."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "required"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_a_lambda_gets_exactly_the_variables_that_it_reads(plan: dict[str, Any], delivery_plan: dict[str, Any]) -> None:
    given = {
        values["handler"].removesuffix(".handler"): set(values["environment"][0]["variables"])
        for planned in (plan, delivery_plan)
        for values in of_type(planned, "aws_lambda_function").values()
    }

    read = {path.stem: required_names(path.read_text()) for path in (PROJECT / "lambda").glob("*.py")}

    assert given == {name: names for name, names in read.items() if names}


def test_what_is_said_to_take_no_tags_takes_none(plan: dict[str, Any]) -> None:
    taking = {resource["type"] for resource in resources(plan).values() if "tags_all" in resource["values"]}

    assert not taking & infrastructure_rules.UNTAGGABLE.keys()


def test_no_resource_has_a_random_name(plan: dict[str, Any]) -> None:
    kinds = {resource["type"] for resource in plan["resource_changes"]}

    assert not {kind for kind in kinds if kind.startswith("random_")}


def test_every_variable_and_output_is_described() -> None:
    bare = [
        f"{path.relative_to(PROJECT)}: {name}"
        for path in PROJECT.rglob("*.tf")
        for name, body in re.findall(r'^(?:variable|output) "(\w+)" \{\n((?:.*\n)*?)\}', path.read_text(), re.MULTILINE)
        if not re.search(r'^  description += ".{10,}"', body, re.MULTILINE)
    ]

    assert bare == []
