"""`dataops prove`: OK or NOT YET, with the reason, when to look again and whom to call."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from deployed import DEAD_EVENTS, DEAD_UPLOADS, DEPLOYED, QUEUE, SETTINGS, pretend_deployed
from event_chain import EventChain, real

from dataops.operations import proofs, prove
from dataops.operations.aws_command_line import complaint
from dataops.project import PROJECT
from dataops.project.deployment import Deployment
from dataops.project.job_settings import settings_of

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
REASON = (
    "Threshold Crossed: 1 out of the last 1 datapoints [4500.0 (01/03/26 03:00:00)] was greater than the threshold "
)
RINGS: dict[str, Any] = {
    "AlarmName": "acme-dev-files-waiting",
    "StateValue": "ALARM",
    "StateReason": f"{REASON}(3600.0).",
    "EvaluationPeriods": 1,
    "Metrics": [{"MetricStat": {"Period": 1800, "Stat": "Maximum"}}, {"Expression": "a"}],
}


def alarm(name: str, state: str) -> None:
    common = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 0.0, "Period": 60}
    common |= {"MetricName": "m", "Namespace": "n", "Statistic": "Sum"}
    text = f"It says. What to do: https://a/docs/runbook.md#{name}"
    real("cloudwatch").put_metric_alarm(AlarmName=f"acme-dev-{name}", AlarmDescription=text, **common)
    real("cloudwatch").set_alarm_state(AlarmName=f"acme-dev-{name}", StateValue=state, StateReason="by hand")


@pytest.fixture
def platform(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> EventChain:
    """The queues and alarms of the platform, as the shell's names lead to it."""
    for queue in (QUEUE, DEAD_UPLOADS, DEAD_EVENTS):
        chain.sqs.create_queue(QueueName=queue)
    for name in ("dead-letters", "old-messages"):
        alarm(name, "OK")
    pretend_deployed(monkeypatch)
    monkeypatch.setenv("ENV", "dev")
    return chain


def send(chain: EventChain, queue: str) -> None:
    chain.sqs.send_message(QueueUrl=chain.sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody="x")


def proven(about: str) -> int:
    """Run the command; return its exit code."""
    try:
        prove.main([about], standalone_mode=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_what_is_over_is_ok_with_the_alarm_that_says_so(
    platform: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    assert proven("dead-letters") == 0
    assert "\nOK: dead-letters is over (acme-dev-dead-letters).\n" in capsys.readouterr().out


@pytest.mark.parametrize("queue", [DEAD_UPLOADS, DEAD_EVENTS])
def test_what_is_not_over_says_why_when_to_look_again_and_whom_to_call(
    platform: EventChain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    send(platform, queue)
    monkeypatch.setitem(SETTINGS, "on_call", "data team, +32 470 12 34 56")

    assert proven("dead-letters") == 1
    said = capsys.readouterr().out
    assert f"NOT YET: {queue} has 1 message.\n" in said
    assert "look again in 2 minutes, at " in said and said.endswith("On call: data team, +32 470 12 34 56.\n")


def test_an_alarm_that_is_still_active_is_not_over_although_the_fault_is(
    platform: EventChain, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm("old-messages", "ALARM")

    assert proven("old-messages") == 1
    assert "NOT YET: acme-dev-old-messages is in ALARM: by hand\n" in capsys.readouterr().out


def test_an_alarm_is_looked_at_again_when_it_has_forgotten_the_fault() -> None:
    lines = prove.verdict_of("files-waiting", "orders", [], [RINGS], None, NOW)

    assert lines[0] == (
        "NOT YET: acme-dev-files-waiting is in ALARM: The oldest file has waited 75 minutes; the limit is 60 minutes."
    )
    assert lines[1] == (
        "All else is well (DATASET=orders). The alarm ends by itself within 60 minutes, by 04:00 UTC: "
        "make prove ABOUT=files-waiting"
    )
    assert lines[2].endswith("On call: nobody is named in project.yaml (on_call).")


def test_where_only_the_alarm_shows_the_fault_it_may_not_be_over() -> None:
    late = RINGS | {"Metrics": [{"MetricStat": {"Period": 1800, "Stat": "Minimum"}}]}

    assert prove.verdict_of("data-late", "orders", [], [late], None, NOW)[1] == (
        "If you have fixed it, look again in 15 minutes, at 03:15 UTC: make prove ABOUT=data-late"
    )
    assert prove.verdict_of("files-waiting", "orders", ["A file waits."], [RINGS], None, NOW)[2].startswith(
        "If you have fixed"
    )


def test_a_section_that_no_alarm_of_the_environment_watches_says_so() -> None:
    assert prove.verdict_of("connection-unreachable", "orders", [], [], None, NOW) == [
        "OK: connection-unreachable is over (no alarm of this environment watches it)."
    ]


WITH_CANARY = Deployment(
    "dev",
    SETTINGS | {"names": SETTINGS["names"] | {"canary": "canary"}, "datasets": SETTINGS["datasets"] | {"canary": {}}},
    DEPLOYED.access,
)


@pytest.mark.parametrize(("named", "dataset"), [("orders", "orders"), ("", "customers"), ("canary", "canary")])
def test_the_dataset_is_the_one_that_the_shell_names_also_in_an_exercise(
    monkeypatch: pytest.MonkeyPatch, named: str, dataset: str
) -> None:
    monkeypatch.setenv("DATASET", named)

    assert prove.chosen(WITH_CANARY) == dataset


def test_a_dataset_that_there_is_not_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASET", "order")

    with pytest.raises(
        SystemExit, match=r"There is no dataset 'order': export DATASET=\.\.\., one of canary, customers, "
    ):
        prove.chosen(WITH_CANARY)


def test_who_is_on_call_comes_from_project_yaml(tmp_path: Path) -> None:
    settings = yaml.safe_load((PROJECT / "project.yaml").read_text(encoding="utf-8"))
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/project").symlink_to(PROJECT / "modules/project")
    (tmp_path / "project.yaml").write_text(yaml.safe_dump(settings | {"on_call": "data team"}), encoding="utf-8")

    assert settings_of(tmp_path, "dev")["on_call"] == "data team"


def test_files_that_wait_are_named(platform: EventChain) -> None:
    assert proofs.no_file_waits(DEPLOYED, "orders") == []

    platform.deliver(platform.upload("orders/a.csv"))

    assert proofs.no_file_waits(DEPLOYED, "orders") == ["1 of the files of orders are PENDING: orders/a.csv."]


class Answering:
    """A service that gives one answer to every call."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        return lambda **_: self.answers[name]


@pytest.mark.parametrize(
    ("proof", "answers", "said"),
    [
        (proofs.last_run_succeeded, {"get_job_runs": {"JobRuns": [{"JobRunState": "SUCCEEDED"}]}}, []),
        (
            proofs.last_run_succeeded,
            {"get_job_runs": {"JobRuns": [{"JobRunState": "TIMEOUT"}]}},
            ["The newest run of acme-dev-orders is TIMEOUT."],
        ),
        (proofs.last_run_succeeded, {"get_job_runs": {"JobRuns": []}}, ["acme-dev-orders has never run."]),
        (proofs.crawler_is_ready, {"get_crawler": {"Crawler": {"State": "READY"}}}, []),
        (
            proofs.crawler_is_ready,
            {"get_crawler": {"Crawler": {"State": "RUNNING"}}},
            ["The crawler acme-dev-orders is RUNNING."],
        ),
        (
            proofs.last_crawl_succeeded,
            {
                "get_crawler": {
                    "Crawler": {"State": "READY", "LastCrawl": {"Status": "FAILED", "ErrorMessage": "denied"}}
                }
            },
            ["The newest crawl of acme-dev-orders is FAILED: denied."],
        ),
    ],
)
def test_glue_is_asked_for_the_newest_run_and_crawl(
    monkeypatch: pytest.MonkeyPatch, proof: proofs.Proof, answers: dict[str, Any], said: list[str]
) -> None:
    monkeypatch.setattr(Deployment, "client", lambda _, service: Answering(**answers))

    assert proof(DEPLOYED, "orders") == said


@pytest.mark.parametrize(
    ("proof", "answer", "said"),
    [
        (proofs.sweep_answers, {}, []),
        (
            proofs.sweep_answers,
            {"errorType": "KeyError", "errorMessage": "'LEDGER_TABLE'"},
            ["acme-dev-sweep failed: KeyError: 'LEDGER_TABLE'"],
        ),
        (proofs.everything_is_reached, {"unreachable": []}, []),
        (proofs.everything_is_reached, {"unreachable": ["glue", "warehouse"]}, ["Cannot be reached: glue, warehouse."]),
        (proofs.everything_is_reached, {"errorType": "X"}, ["check_connections failed: X: "]),
    ],
)
def test_a_lambda_is_called_and_its_answer_read(
    monkeypatch: pytest.MonkeyPatch, proof: proofs.Proof, answer: dict[str, Any], said: list[str]
) -> None:
    payload = SimpleNamespace(read=lambda: json.dumps(answer).encode())
    answers = {"invoke": {"Payload": payload}, "list_targets_by_rule": {"Targets": [{"Input": "{}"}]}}
    monkeypatch.setattr(Deployment, "client", lambda _, service: Answering(**answers))

    assert proof(DEPLOYED, "orders") == said


def test_a_word_that_is_no_section_and_a_shell_without_the_names_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ENV", raising=False)

    with pytest.raises(SystemExit, match=r"Say about which section .* one of dead-letters, "):
        prove.main(["dead-leters"])
    with pytest.raises(SystemExit, match="The names are not known here"):
        prove.main(["dead-letters"])


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("aws-cli/1.46.2 Python/3.11", "1.46.2"),
        ("aws-cli/2.9.19 Python/3.11", "2.9.19"),
        ("something else", "something else"),
    ],
)
def test_a_command_line_that_ignores_the_local_address_is_refused(version: str, number: str) -> None:
    assert f"Your AWS CLI is version {number}." in str(complaint(version))


def test_a_command_line_that_respects_the_local_address_is_accepted_and_none_is_said_so() -> None:
    assert complaint("aws-cli/2.13.0 Python/3.11") is None and complaint("aws-cli/2.31.4 x") is None
    assert "There is no AWS CLI" in str(complaint(None))
