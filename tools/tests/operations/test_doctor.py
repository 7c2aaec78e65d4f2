"""The doctor itself: how it reads, what it makes of a refused call, its table, its exit codes."""

import time
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber
from doctor_needs import ACCOUNT, only
from rich.console import Console

from dataops.operations.doctor import command as doctor
from dataops.operations.doctor import diagnosis
from dataops.operations.doctor.check import Check, examine, findings_of, known_in, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, State, exit_code, fails, fine, look, unread
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader, UnreadError, reason_of
from dataops.operations.doctor.rights import source_of
from dataops.operations.doctor.table import print_findings
from dataops.operations.doctor.taken_names import ELSEWHERE, bucket

Stub = Callable[..., tuple[Reader, Stubber]]


@pytest.fixture
def stub() -> Stub:
    """A reader whose one service answers what a test says."""

    def make(service: str, seconds: float = 60) -> tuple[Reader, Stubber]:
        client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        stubber = Stubber(client)
        stubber.activate()
        return Reader(lambda *_, **__: client, seconds), stubber

    return make


def test_a_refused_call_names_the_right_that_it_needs(stub: Stub) -> None:
    reader, answers = stub("iam")
    answers.add_client_error("get_role", "AccessDenied", "User is not authorized")

    with pytest.raises(UnreadError, match=r"^needs iam:GetRole$"):
        reader.ask("iam", "GetRole", RoleName="Architects")


@pytest.mark.parametrize(
    ("service", "operation", "code", "reason"),
    [
        ("s3", "HeadBucket", "403", "needs s3:ListBucket"),
        ("service-quotas", "GetServiceQuota", "AccessDeniedException", "needs servicequotas:GetServiceQuota"),
        ("budgets", "DescribeBudgets", "AccessDeniedException", "needs budgets:ViewBudget"),
        ("ec2", "DescribeVpcs", "UnauthorizedOperation", "needs ec2:DescribeVpcs"),
        ("sts", "GetCallerIdentity", "InvalidClientTokenId", "AWS does not know your credentials"),
        ("iam", "GetRole", "ExpiredToken", "your AWS credentials have expired: log in again"),
        (
            "ce",
            "ListCostAllocationTags",
            "ValidationException",
            "AWS refuses ListCostAllocationTags: ValidationException: no",
        ),
    ],
)
def test_every_reason_is_one_sentence(service: str, operation: str, code: str, reason: str) -> None:
    assert reason_of(service, operation, code, "no") == reason


def test_a_refusal_of_lake_formation_is_not_taken_for_one_of_iam() -> None:
    message = "Insufficient Lake Formation permission(s): Required Describe on acme_dev"

    reason = reason_of("glue", "GetDatabase", "AccessDeniedException", message)

    assert reason == f"needs a grant of Lake Formation for glue:GetDatabase: {message}"


def test_what_is_not_there_is_an_answer(stub: Stub) -> None:
    reader, answers = stub("iam")
    answers.add_client_error("get_role", "NoSuchEntity")

    assert reader.ask("iam", "GetRole", absent=("NoSuchEntity",), RoleName="Architects") is None


def test_a_call_is_made_once_however_many_checks_need_it(stub: Stub) -> None:
    reader, answers = stub("sts")
    answers.add_response("get_caller_identity", {"Account": ACCOUNT})

    assert [reader.ask("sts", "GetCallerIdentity")["Account"] for _ in range(3)] == [ACCOUNT] * 3
    answers.assert_no_pending_responses()


def test_all_pages_of_a_list_are_read(stub: Stub) -> None:
    reader, answers = stub("iam")
    for number, more in ((1, {"IsTruncated": True, "Marker": "next"}), (2, {"IsTruncated": False})):
        policy = {"PolicyName": f"policy-{number}", "PolicyArn": f"arn:aws:iam::aws:policy/policy-{number}"}
        answers.add_response("list_attached_role_policies", {"AttachedPolicies": [policy], **more})

    found = reader.ask_all("iam", "ListAttachedRolePolicies", "AttachedPolicies", RoleName="Architects")

    assert [policy["PolicyName"] for policy in found] == ["policy-1", "policy-2"]


def test_no_call_is_made_once_the_time_is_over(stub: Stub) -> None:
    reader, _ = stub("sts", seconds=0)
    time.sleep(0.01)

    with pytest.raises(UnreadError, match="no answer within 0 seconds"):
        reader.ask("sts", "GetCallerIdentity")


def test_a_service_that_does_not_answer_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"endpoint_url": "http://127.0.0.1:1", "region_name": "eu-west-1"}
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    reader = Reader(lambda service, **how: boto3.client(service, **nowhere, **keys, **how))

    with pytest.raises(UnreadError, match=r"^sts does not answer from here$"):
        reader.ask("sts", "GetCallerIdentity")


@pytest.mark.parametrize(("code", "owner"), [("404", None), ("403", ELSEWHERE)])
def test_a_bucket_that_is_not_ours_is_free_or_of_another_account(code: str, owner: str | None, stub: Stub) -> None:
    reader, answers = stub("s3")
    answers.add_response("list_buckets", {"Buckets": []})
    answers.add_client_error("head_bucket", code)

    assert bucket("acme-dev-input", reader) == owner


def test_a_session_is_simulated_as_its_role_with_the_path_of_the_role(stub: Stub) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    reader, answers = stub("iam")
    role = {"Path": "/", "RoleName": "AWSReservedSSO_Admin_0123456789abcdef", "RoleId": "AROAEXAMPLEROLE00000"}
    answers.add_response("get_role", {"Role": role | {"Arn": arn, "CreateDate": "2026-01-01"}})

    assert source_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me", reader) == arn


def refused(needs: Needs, reader: Reader) -> Any:
    raise UnreadError("needs iam:GetRole")


def test_a_check_that_cannot_read_says_so_and_the_others_go_on(dev: Needs) -> None:
    checks = [
        Check("people", refused, lambda *_: []),
        Check("region", lambda *_: None, lambda *_: [fine("enabled")]),
        Check("topics", refused, lambda *_: [], concerns=lambda needs: False),
    ]

    found = examine(checks, dev, reader=None)  # type: ignore[arg-type]

    assert [(finding.subject, finding.state) for finding in found] == [
        ("people", State.UNREAD),
        ("region", State.FINE),
    ]


def test_the_same_reason_for_many_things_is_one_row() -> None:
    def read(name: str) -> str:
        if name == "third":
            return "there"
        raise UnreadError("needs s3:ListBucket")

    answers = read_each(["first", "second", "third"], read)

    assert only(reasons_in(answers), State.UNREAD).says == "needs s3:ListBucket"
    assert dict(known_in(answers)) == {"third": "there"}


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], 0),
        ([fine("a"), look("b", "c"), unread("needs iam:GetRole")], 0),
        ([fine("a"), fails("b", "c")], 1),
    ],
)
def test_only_what_will_fail_makes_the_exit_code_one(findings: list[Finding], code: int) -> None:
    assert exit_code(findings) == code


def table(width: int, *findings: Finding) -> str:
    console = Console(width=width, record=True, highlight=False, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    print_findings(list(findings), console)
    return console.export_text()


FOUND = [
    Finding(State.FINE, "eu-west-1 is enabled", "", "region"),
    Finding(State.UNREAD, "needs budgets:ViewBudget", "", "budget"),
    Finding(
        State.FAILS,
        "There is no role Architects in account 111111111111.",
        "Make the role.",
        "approvers, developers, readers",
    ),
]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_and_begins_with_what_will_fail(width: int) -> None:
    lines = table(width, *FOUND).splitlines()

    assert max(map(len, lines)) <= width
    states = [line[:9].strip() for line in lines if line[:9].strip() in {state.value for state in State}]
    assert states == ["will fail", "not read", "fine"]
    assert lines[-1] == "1 will fail, 1 could not be read, 1 fine."


def test_what_to_do_is_on_a_line_of_its_own() -> None:
    assert any(line.strip() == "→ Make the role." for line in table(120, *FOUND).splitlines())


def test_a_wrong_account_is_the_only_finding(dev: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Reader, "ask", lambda *_, **__: {"Account": "999999999999", "Arn": "arn:aws:iam::999999999999:root"}
    )

    assert "Nothing else was asked." in only(diagnosis.diagnose(dev.settings), State.FAILS).says


def test_without_credentials_the_doctor_could_not_start(
    dev: Needs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=botocore.session.get_session()))
    monkeypatch.setattr(doctor.deployment, "settings_of", lambda *_: dev.settings)

    with pytest.raises(SystemExit) as ended:
        doctor.main(["--environment", "dev"])

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("Your AWS identity is unknown: sts cannot be asked: Unable to locate")


def test_an_unknown_environment_could_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_: Any) -> None:
        raise SystemExit('Terraform refuses project.yaml:\nproject.yaml names no environment "prd": add it there')

    monkeypatch.setattr(doctor.deployment, "settings_of", unknown)

    with pytest.raises(SystemExit) as ended:
        doctor.main(["--environment", "prd"])

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("project.yaml names no environment 'prd'")


def test_every_check_has_a_name_and_an_evaluation_that_asks_nobody() -> None:
    assert len(diagnosis.CHECKS) > 20
    assert all(check.subject and check.evaluate.__code__.co_argcount == 2 for check in diagnosis.CHECKS)


def test_a_finding_bears_the_name_of_its_check(dev: Needs) -> None:
    check = Check("region", lambda *_: None, lambda *_: [fine("enabled")])

    assert findings_of(check, dev, reader=None)[0].subject == "region"  # type: ignore[arg-type]
