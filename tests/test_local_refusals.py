"""What AWS would refuse of a project, the local AWS refuses with AWS's words: each by breaking a project as it was."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_command import with_tools

INSIDE = Path(__file__).with_name("refused_project.py")
TARGETS = [
    'module.environment.aws_iam_role_policy.lambda["sweep"]',
    'module.environment.aws_iam_role_policy.lambda_network["sweep"]',
    "module.environment.aws_iam_role.flow",
    "module.environment.aws_cloudwatch_event_rule.digest",
    'module.environment.aws_s3_object.code["etl.py"]',
    'module.environment.module.alarm.aws_cloudwatch_metric_alarm.this["notify-failing"]',
]
# For each file: the present text, and the wrong text that replaces it.
MUTATIONS = {
    "a scoped right to delete interfaces": (
        "modules/environment/role_network.tf",
        '"ec2:UnassignPrivateIpAddresses"]\n    resources = ["*"]',
        '"ec2:UnassignPrivateIpAddresses"]\n    resources = ["${local.arn.ec2}:network-interface/*"]',
    ),
    "a tag with a sign that IAM does not take": (
        "modules/environment/role_flow_log.tf",
        "name                 = var.names.flow_log_role",
        'name                 = var.names.flow_log_role\n  tags                 = { Budget = "50 €" }',
    ),
    "a schedule without a question mark": ("modules/environment/digest.tf", "cron(0 6 * * ? *)", "cron(0 6 * * * *)"),
    "eleven tags on an object": (
        "modules/environment/script.tf",
        "  source_hash = try(filesha256(each.value), null)",
        '  tags        = { for number in range(11) : "tag${number}" => "x" }',
    ),
    "an alarm that tells a topic of another region": (
        "modules/environment/alarm_notification.tf",
        "actions    = topics",
        'actions    = [for topic in topics : replace(topic, local.region, "us-east-1")]',
    ),
}
SENTENCES = {
    "a tag with a sign that IAM does not take": "Value '50 €' at 'tags.1.member.value' failed to satisfy constraint: "
    r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*",
    "a schedule without a question mark": "Parameter ScheduleExpression is not valid.",
    "eleven tags on an object": "Object tags cannot be greater than 10",
    "an alarm that tells a topic of another region": "Invalid region us-east-1 specified. Only eu-west-1 is supported.",
}


@pytest.fixture(scope="module")
def outcome(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Terraform and Lambda said of a project before and after it was broken."""
    project = bake_into(tmp_path_factory.mktemp("refused"))
    given = {"targets": TARGETS, "function": "-sweep", "mutations": list(MUTATIONS.values())}
    done = subprocess.run(
        [sys.executable, "-c", INSIDE.read_text()],
        cwd=project,
        env=with_tools(),
        input=json.dumps(given),
        text=True,
        capture_output=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_project_as_it_is_passes(outcome: dict[str, Any]) -> None:
    assert outcome["lost"] == [], "these mutations no longer fit"
    assert outcome["before"]["succeeded"], outcome["before"]["said"]
    assert outcome["before"]["function"] == "made"


def test_no_function_is_made_whose_role_may_delete_some_interfaces_only(outcome: dict[str, Any]) -> None:
    sentence = "The provided execution role does not have permissions to call DeleteNetworkInterface on EC2"

    assert sentence in outcome["after"]["function"]


@pytest.mark.parametrize("mutation", SENTENCES)
def test_what_aws_would_refuse_is_refused_with_its_sentence(outcome: dict[str, Any], mutation: str) -> None:
    assert not outcome["after"]["succeeded"]
    assert SENTENCES[mutation] in outcome["after"]["said"]
