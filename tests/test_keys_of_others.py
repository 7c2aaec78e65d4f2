"""A key of the client that `kms_keys` names is used by the roles that need it, through the services it is for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from answer_matrix import ACCOUNT
from make_command import answer_of

TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"
ENVIRONMENT, PIPELINE = "acme-sales-dev-", "acme-sales-pipeline-"
WHO_USES = {
    "topic": [f"{ENVIRONMENT}{name}" for name in ("start-crawler", "start-etl-job", "close-run", "notify", "sweep")]
    + [f"{ENVIRONMENT}send-digest", f"{PIPELINE}tell-delivery", f"{PIPELINE}remind-approvers"],
    "crawled table": [f"{ENVIRONMENT}{name}" for name in ("start-etl-job", "sweep", "glue-crawler")],
    "view": [f"{ENVIRONMENT}{name}" for name in ("start-etl-job", "sweep")],
    "secret": [f"{ENVIRONMENT}glue-job"],
}
# What is encrypted by the project's own keys: these rights the roles have, but not to the key.
NOT_SERVED = {"queue": f"{ENVIRONMENT}start-crawler", "object": f"{ENVIRONMENT}glue-job"}
Outcomes = dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def outcomes(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What each call of each role was refused with, with the key in project.yaml and without."""
    project = bake_into(tmp_path_factory.mktemp("keys"))
    given = yaml.safe_load((project / "project.yaml").read_text(encoding="utf-8"))
    jdbc = {"sales": {"url": "jdbc:postgresql://db.example.com:5433/sales", "secret": "sales"}}
    given["environments"] = [{"name": "dev", "account": ACCOUNT, "jdbc": jdbc}]
    given["notifications"].append({"protocol": "topic", "arn": TOPIC})
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    found: Outcomes = answer_of("keys_of_a_project.py", project, str(path), TOPIC)
    return found


@pytest.mark.parametrize("what", WHO_USES)
def test_whoever_needs_what_is_encrypted_with_the_key_uses_it_within_the_boundary(
    outcomes: Outcomes, what: str
) -> None:
    assert {
        role: refused[what] for role, refused in outcomes["named"].items() if role in WHO_USES[what]
    } == dict.fromkeys(WHO_USES[what], "")


@pytest.mark.parametrize("what", WHO_USES)
def test_a_key_that_is_not_named_is_refused_to_every_role(outcomes: Outcomes, what: str) -> None:
    for role in WHO_USES[what]:
        assert "kms:" in outcomes["not named"][role][what], role


@pytest.mark.parametrize("what", NOT_SERVED)
def test_through_another_service_the_key_serves_nobody(outcomes: Outcomes, what: str) -> None:
    assert "kms:" in outcomes["named"][NOT_SERVED[what]][what]


def test_no_role_asks_for_the_key_itself(outcomes: Outcomes) -> None:
    assert len(outcomes["named"]) >= 15
    for role, refused in outcomes["named"].items():
        assert "not authorized to perform: kms:GenerateDataKey" in refused["the key itself"], role
