"""Rules with a schedule become due as EventBridge has it."""

import calendar
import json
from datetime import UTC, datetime

import pytest
from local_aws_server import Server, eventually, policy_for

from dataops.local_aws.events.schedule import is_due, matches

# A Monday.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def seconds(text: str) -> float:
    return calendar.timegm(datetime.fromisoformat(text).utctimetuple())


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ("0 12 * * ? *", "2026-03-02T12:00"),
        ("* * * * ? *", "2026-03-02T12:34"),
        ("*/15 * * * ? *", "2026-03-02T12:45"),
        ("5/20 * * * ? *", "2026-03-02T12:45"),
        ("0,30 * * * ? *", "2026-03-02T12:30"),
        ("0 8-18 ? * MON-FRI *", "2026-03-02T18:00"),
        ("0 8-18/5 ? * MON-FRI *", "2026-03-02T13:00"),
        ("0 12 ? * 2 *", "2026-03-02T12:00"),
        ("0 12 ? * sun *", "2026-03-01T12:00"),
        ("0 12 ? * 7 *", "2026-03-07T12:00"),
        ("0 12 1-7 MAR,SEP ? *", "2026-03-02T12:00"),
        ("0 12 2 3 ? 2025-2027", "2026-03-02T12:00"),
    ],
)
def test_a_cron_expression_names_its_minutes(fields: str, moment: str) -> None:
    assert matches(fields, datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ("0 12 * * ? *", "2026-03-02T12:01"),
        ("0 12 * * ? *", "2026-03-02T13:00"),
        ("*/15 * * * ? *", "2026-03-02T12:50"),
        ("5/20 * * * ? *", "2026-03-02T12:04"),
        ("0 8-18 ? * MON-FRI *", "2026-03-01T12:00"),
        ("0 8-18/5 ? * MON-FRI *", "2026-03-02T12:00"),
        ("0 12 ? * 2 *", "2026-03-03T12:00"),
        ("0 12 1 * ? *", "2026-03-02T12:00"),
        ("0 12 ? APR * *", "2026-03-02T12:00"),
        ("0 12 * * ? 2027", "2026-03-02T12:00"),
    ],
)
def test_a_cron_expression_names_no_other_minute(fields: str, moment: str) -> None:
    assert not matches(fields, datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    "fields", ["0 12 L * ? *", "0 12 15W * ? *", "0 12 ? * 6#3 *", "75 * * * ? *", "* 5-3 * * ? *"]
)
def test_what_is_not_understood_is_refused_instead_of_never_firing(fields: str) -> None:
    with pytest.raises(ValueError, match=r"invalid literal|is not between"):
        matches(fields, NOON)


@pytest.mark.parametrize(("rate", "wait"), [("rate(1 minute)", 60), ("rate(2 hours)", 7200), ("rate(3 days)", 259200)])
def test_a_rate_is_due_when_its_time_has_passed_and_not_before(rate: str, wait: int) -> None:
    assert not is_due(rate, 1000, 1000 + wait - 1)
    assert is_due(rate, 1000, 1000 + wait)


def test_a_cron_expression_fires_once_within_its_minute() -> None:
    expression = "cron(0 12 * * ? *)"

    assert is_due(expression, seconds("2026-03-02T11:59:30"), seconds("2026-03-02T12:00:10"))
    assert not is_due(expression, seconds("2026-03-02T12:00:10"), seconds("2026-03-02T12:00:40"))


def test_a_rule_can_be_fired_before_it_is_due(server: Server) -> None:
    events = server.client("events")
    arn = events.put_rule(Name="daily", ScheduleExpression="rate(1 day)")["RuleArn"]
    queue = server.queue("daily", policy_for("events.amazonaws.com", "sqs:SendMessage"))
    events.put_targets(Rule="daily", Targets=[{"Id": "queue", "Arn": queue, "Input": '{"dataset": "orders"}'}])

    server.ask("fire", rule="daily")

    (message,) = eventually(lambda: server.messages(queue), "the call of the schedule")
    assert json.loads(message["Body"]) == {"dataset": "orders"}
    assert arn.endswith(":rule/daily")


def test_a_rule_that_cannot_become_due_does_not_stop_the_others(server: Server) -> None:
    server.client("events").put_rule(Name="last-day", ScheduleExpression="cron(0 0 L * ? *)")

    said = eventually(lambda: [line for line in log_of(server) if "last-day never fires here" in line], "the refusal")

    assert "cron(0 0 L * ? *)" in said[0]


def log_of(server: Server) -> list[str]:
    return (server.folder / "platform.log").read_text().splitlines()
