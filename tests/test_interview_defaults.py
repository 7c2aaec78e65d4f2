"""A person's own defaults are what the interview proposes; a wrong one is named and left out."""

import sys
from pathlib import Path
from typing import Any

import pytest
from interview_keys import ENTER, line, typed

from answers import command_line, interview_project, interview_targets
from answers.interview_defaults import USUAL, proposed


def test_without_defaults_the_usual_answers_are_proposed() -> None:
    assert proposed({}) == (USUAL, [])


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ({"region": "eu-north-1"}, "region", "eu-north-1"),
        ({"tags": "owner=me"}, "tags", {"owner": "me"}),
        ({"network": "10.50.0.0/16"}, "network", {"cidr": "10.50.0.0/16"}),
        ({"git": "github:acme/sales"}, "git", {"provider": "github", "repository": "acme/sales"}),
        ({"approvers": "Leads"}, "approvers", ["Leads"]),
        ({"approvers": '{"approvers": ["Leads"], "delivery": {"approvals": 3}}'}, "delivery", {"approvals": 3}),
        ({"project_slug": {"slug": "acme-x", "bucket_prefix": "acme"}}, "beside_slug", {"bucket_prefix": "acme"}),
        ({"environments": "test=111111111111"}, "environments", [{"name": "test", "account": "111111111111"}]),
    ],
)
def test_a_default_is_proposed_in_whichever_form_it_is_written(given: dict[str, Any], key: str, expected: Any) -> None:
    found, wrong = proposed(given)

    assert found[key] == expected
    assert wrong == []


def test_a_wrong_default_is_named_and_left_out() -> None:
    found, wrong = proposed({"region": "Europe", "tags": "owner=me"})

    assert found["region"] == USUAL["region"] and found["tags"] == {"owner": "me"}
    assert len(wrong) == 1 and wrong[0].startswith("region: 'Europe' is not one of")


def test_keys_of_other_templates_are_passed_over() -> None:
    assert proposed({"full_name": "Somebody", "_extensions": []}) == (USUAL, [])


def test_what_a_default_says_of_an_environment_stays_although_it_is_not_asked() -> None:
    now = [{"name": "live", "account": "111111111111", "protected": True, "workers": 20}]

    assert typed(lambda: interview_project.environments(now), ENTER, ENTER) == now


def test_only_plain_e_mail_targets_are_asked_and_the_others_stay() -> None:
    now: list[dict[str, Any]] = [
        {"protocol": "email", "endpoint": "a@example.com"},
        {"protocol": "email", "endpoint": "b@example.com", "kinds": ["budget"]},
    ]

    assert typed(lambda: interview_targets.addresses(now), line("c@example.com")) == [
        {"protocol": "email", "endpoint": "c@example.com"},
        now[1],
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["x"], {"region": "eu-north-1", "since": "2026-01-31"}), (["x", "--default-config"], {})],
)
def test_defaults_are_read_as_cookiecutter_reads_them(
    words: list[str], expected: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "standards.yaml"
    config.write_text("default_context: {region: eu-north-1, since: 2026-01-31}\n")
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    monkeypatch.setattr(command_line, "words_of_parent", lambda: [sys.executable, "cookiecutter", *words])

    assert command_line.defaults_of_the_person() == expected


def test_a_default_with_a_key_of_an_earlier_version_has_the_key_of_today() -> None:
    orders = {"format": "csv", "columns": [{"name": "order_id", "type": "bigint"}], "maximum_bad_share": 0.1}

    found, wrong = proposed({"datasets": {"orders": orders}})

    assert wrong == []
    assert found["datasets"]["orders"]["maximum_quarantined_share"] == 0.1
    assert "maximum_bad_share" not in found["datasets"]["orders"]
