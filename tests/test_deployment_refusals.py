"""Grants of bootstrap/ that were missing or too narrow once: without each, AWS refuses the deployment in its words."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from answer_matrix import ACCOUNT
from make_command import answer_of

SLUG, ENVIRONMENT, REGION = "customer-analytics", "prod", "eu-central-1"
PREFIX = f"{SLUG}-{ENVIRONMENT}"
# By name: the file of the project, what is there, and what was there once or might be.
FLAWS = {
    "one policy for all that a plan reads": (
        "bootstrap/policy.tf",
        r"floor\(sum\(.*\)\)$",
        'startswith(name, "Read") ? 0 : 1',
    ),
    "no tags by the key's own policy": (
        "modules/environment/key.tf",
        '("PutKeyPolicy", "ScheduleKeyDeletion", )"TagResource", ',
        r"\1",
    ),
    "no tags of an existing key": ("bootstrap/grant_data.tf", '(Keys  = .*)"TagResource", ', r"\1"),
    "no tags of a mapping": ("bootstrap/grant_work.tf", r"^    TagMapping .*\n", ""),
    "no tags of the database": ("bootstrap/grant_work.tf", r"^    TagDatabase .*\n", ""),
    "no tags of a channel": ("bootstrap/grant_identity.tf", '(NewChatChannels = .*), "TagResource"', r"\1"),
    "no list of Teams channels": (
        "bootstrap/grant_read.tf",
        ' "chatbot:ListMicrosoftTeamsChannelConfigurations",',
        "",
    ),
    "a lock for pull requests": (
        "bootstrap/role.tf",
        r'read  = \["StateRead", ',
        'read  = ["StateRead", "StateLock", ',
    ),
}
ENVIRONMENT_S = "module.environment"
CHANNELS = [
    f"{ENVIRONMENT_S}.module.notification.aws_chatbot_{kind}_channel_configuration.this" for kind in ("slack", "teams")
]
TARGETS = {
    "key": [f"{ENVIRONMENT_S}.aws_kms_key.this"],
    "database": [f"{ENVIRONMENT_S}.aws_glue_catalog_database.this"],
    "channels": CHANNELS,
}
TARGETS["tags"] = [*TARGETS["database"], CHANNELS[0], f"{ENVIRONMENT_S}.aws_lambda_event_source_mapping.uploads"]
TARGETS["creation"] = [*TARGETS["tags"], CHANNELS[1]]


def settings_of_the_project(before: dict[str, Any]) -> dict[str, Any]:
    """A project.yaml with a tag, a Slack channel and a Teams channel."""
    tenant, team = "12345678-1234-1234-1234-123456789012", "22345678-1234-1234-1234-123456789012"
    channels = [
        {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
        {"protocol": "teams", "tenant": tenant, "team": team, "channel": "19:abcdef@thread.tacv2"},
    ]
    return before | {"tags": {"owner": "data-team"}, "notifications": channels}


@pytest.fixture(scope="module")
def said(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Terraform or AWS answered to each step."""
    folder = tmp_path_factory.mktemp("flawed")
    names = {"project_slug": SLUG, "environments": f"{ENVIRONMENT}={ACCOUNT}", "region": REGION}
    project = bake_into(folder, **names)
    first = settings_of_the_project(yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8")))
    other, none = deepcopy(first) | {"tags": {"owner": "another-team"}}, deepcopy(first) | {"tags": {}}
    given = {
        "flaws": FLAWS,
        "rights": list(FLAWS)[2:],
        "targets": TARGETS,
        "settings": {"first": first, "other tags": other, "no tags": none},
    }
    found: dict[str, str] = answer_of("refused_deployment.py", project, given=given, timeout=1500)
    return found


def refused(action: str, resource: str, role: str = "apply") -> str:
    """The beginning of AWS's sentence about a deploy role that may not do something."""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{PREFIX}-deploy-{role}/walk"
    return f"User: {session} is not authorized to perform: {action} on resource: {resource}"


@pytest.mark.parametrize("step", ["bootstrap", "creation", "flawed bootstrap", "tag of the key by its owner"])
def test_what_has_its_rights_passes(said: dict[str, str], step: str) -> None:
    assert said[step] == "done"


def test_the_rights_of_a_plan_do_not_fit_into_one_policy_at_ordinary_names(said: dict[str, str]) -> None:
    """R2."""
    assert f"creating IAM Policy ({PREFIX}-deploy-plan-1)" in said["one policy"]
    assert "LimitExceeded: Cannot exceed quota for PolicySize: 6144" in said["one policy"]


def test_a_changed_tag_of_the_key_is_refused_without_the_right_to_tag_it(said: dict[str, str]) -> None:
    """R8: the right to tag a new key says nothing of one that exists. Today the key's own policy has the right, too."""
    assert refused("kms:TagResource", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/") in said["tag of the key"]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("lambda:TagResource", f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:"),
        ("glue:TagResource", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/"),
        ("chatbot:TagResource", "*"),
    ],
)
def test_a_changed_tag_is_refused_without_the_right_to_it(said: dict[str, str], action: str, resource: str) -> None:
    """R8."""
    assert refused(action, resource) in said["other tags"]


def test_a_removed_tag_is_refused_without_the_right_to_it(said: dict[str, str]) -> None:
    """R8."""
    assert refused("glue:UntagResource", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/") in said["no tags"]


def test_a_plan_is_refused_that_may_not_list_teams_channels(said: dict[str, str]) -> None:
    """R9."""
    action = "chatbot:ListMicrosoftTeamsChannelConfigurations"

    assert refused(action, "*", role="plan") in said["plan without the list"]


def test_a_pull_request_that_would_lift_the_lock_of_an_apply_is_refused(said: dict[str, str]) -> None:
    """S3: with the right to the lock, which its role once had, nothing stops it."""
    lock = f"arn:aws:s3:::{PREFIX}-state-{ACCOUNT}/{SLUG}/{ENVIRONMENT}/terraform.tfstate.tflock"

    assert refused("s3:DeleteObject", f'"{lock}"', role="read") in said["lock"]
    assert said["lock with the right"] == "done"
