"""The network is asked for each environment: blocks of its own, and no VPC of another account."""

from typing import Any

import pytest
from interview_keys import ENTER, line, pick, typed

from answers import interview_network, interview_questions, interview_summary
from answers.interview_network import blocks_from, networks, overlaps, with_networks

DEV, PROD = {"name": "dev", "account": "111111111111"}, {"name": "prod", "account": "222222222222"}
USUAL = {"cidr": "10.20.0.0/16"}
VPC, OTHER = "vpc-0123456789abcdef0", "vpc-0123456789abcdef1"
SUBNETS = "subnet-0123456789abcdef0, subnet-0123456789abcdef1"


def test_enter_gives_each_environment_a_block_of_its_own() -> None:
    assert typed(lambda: networks([DEV, PROD], USUAL), ENTER) == {
        "dev": {"cidr": "10.20.0.0/16"},
        "prod": {"cidr": "10.21.0.0/16"},
    }


def test_what_an_environment_has_already_is_proposed() -> None:
    prod = {**PROD, "network": {"cidr": "10.99.0.0/20"}}

    assert typed(lambda: networks([DEV, prod], USUAL), ENTER)["prod"] == {"cidr": "10.99.0.0/20"}


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("10.20.0.0/16", ["10.20.0.0/16", "10.21.0.0/16", "10.22.0.0/16"]),
        ("192.168.3.0/24", ["192.168.3.0/24", "192.168.4.0/24", "192.168.5.0/24"]),
        ("172.16.0.0/16", ["172.16.0.0/16", "172.18.0.0/16", "172.19.0.0/16"]),
        ("192.168.0.0/16", ["192.168.0.0/16"] * 3),
    ],
)
def test_blocks_follow_one_another_within_the_private_addresses(first: str, expected: list[str]) -> None:
    assert blocks_from(first, 3) == expected


def test_one_vpc_for_two_accounts_is_refused() -> None:
    keys = (pick("existing"), line(VPC), line(SUBNETS), line(VPC), line(OTHER), line(SUBNETS))
    found = typed(lambda: networks([DEV, PROD], USUAL), *keys)

    assert [each["vpc"] for each in found.values()] == [VPC, OTHER]


def test_one_vpc_for_two_environments_of_one_account_is_right() -> None:
    test = {"name": "test", "account": DEV["account"]}
    keys = (pick("existing"), line(VPC), line(SUBNETS), line(VPC), line(SUBNETS))

    assert [each["vpc"] for each in typed(lambda: networks([DEV, test], USUAL), *keys).values()] == [VPC, VPC]


def test_more_subnets_than_the_policies_can_hold_are_refused() -> None:
    seven = ", ".join(f"subnet-0123456789abcdef{number}" for number in range(7))
    keys = (pick("existing"), line(VPC), line(seven), line(SUBNETS))

    assert len(typed(lambda: networks([DEV], USUAL), *keys)["dev"]["subnets"]) == 2


def test_the_refusal_names_the_environment_that_has_the_vpc(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[Any] = []
    answers = iter([VPC, OTHER])

    def line_given(message: str, check: Any, *_: Any) -> str:
        checks.append(check)
        return next(answers)

    monkeypatch.setattr(interview_questions, "line", line_given)
    monkeypatch.setattr(interview_questions, "listed", lambda *_, **__: ["subnet-0123456789abcdef0"])
    found: dict[str, Any] = {}
    for each in (DEV, PROD):
        found[each["name"]] = interview_network.existing_network(each, {}, [DEV, PROD], found)

    assert checks[1](VPC) == "It is the VPC of dev, which is in another account. A VPC belongs to one account."


def test_blocks_that_overlap_are_pointed_out() -> None:
    (sentence,) = overlaps({"dev": {"cidr": "10.20.0.0/16"}, "prod": {"cidr": "10.20.8.0/24"}, "uat": {"vpc": VPC}})

    assert sentence.startswith("The address blocks of dev and prod overlap")


def test_the_person_reads_that_blocks_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(interview_questions, "say", lambda text, style="": said.append(text))
    typed(lambda: networks([DEV, PROD], USUAL), pick("other address"), line("10.20.0.0/16"), line("10.20.0.0/20"))

    assert any("overlap" in text for text in said)


def test_only_an_environment_that_differs_names_its_network() -> None:
    same = with_networks([DEV, {**PROD, "network": {"cidr": "10.1.0.0/16"}}], {"dev": USUAL, "prod": USUAL})
    other = with_networks([DEV, PROD], {"dev": USUAL, "prod": {"cidr": "10.21.0.0/16"}})

    assert same == ([DEV, PROD], USUAL)
    assert other == ([DEV, {**PROD, "network": {"cidr": "10.21.0.0/16"}}], USUAL)


def test_the_summary_shows_one_network_or_that_of_each_environment() -> None:
    own = {**PROD, "network": {"cidr": "10.21.0.0/16"}}

    assert interview_summary.networks({"network": USUAL, "environments": [DEV, PROD]}) == ["a new VPC, 10.20.0.0/16"]
    assert interview_summary.networks({"network": USUAL, "environments": [DEV, own]}) == [
        "dev: a new VPC, 10.20.0.0/16",
        "prod: a new VPC, 10.21.0.0/16",
    ]
