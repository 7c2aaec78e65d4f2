"""The interview asks what matters, checks each answer as it is given, and can be corrected at the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from answers import (
    interview_columns,
    interview_datasets,
    interview_project,
    interview_questions,
    interview_summary,
    interview_targets,
)
from answers.inference import can_tell_newest
from answers.interview import corrected, interview, proposed_slug
from answers.project import QUESTIONS, project_faults, project_from

ENTER, CLEAR, SPACE, CTRL_C, CTRL_D = "\r", "\x15", " ", "\x03", "\x04"
YES, NO = "y", "n"


def line(text: str) -> str:
    """Type a line in place of the proposed one, or filter a list by it."""
    return CLEAR + text + ENTER


def pick(title: str) -> str:
    """Filter a list by a part of a title and take what is left."""
    return title + ENTER


def typed(ask: Callable[[], Any], *keys: str) -> Any:
    """What questions make of keys; keys that are left over, or lack, fail."""
    with create_pipe_input() as pipe:
        pipe.send_text("".join(keys) + CTRL_C)
        with create_app_session(input=pipe, output=DummyOutput()):
            answer = ask()
            with pytest.raises(KeyboardInterrupt):
                interview_questions.yes("Is nothing left over?", True)
    return answer


def stopped(ask: Callable[[], Any], *keys: str) -> None:
    """Questions that end with the interview, at the last of the keys."""
    with create_pipe_input() as pipe:
        pipe.send_text("".join(keys))
        with create_app_session(input=pipe, output=DummyOutput()), pytest.raises(KeyboardInterrupt):
            ask()


DEV = (line("dev"), line("111111111111"), YES, NO, pick("small"))
PROD = (line("prod"), line("222222222222"), YES, YES, pick("large"))
# Without a sample file: two columns typed, no roles proposed, no rules, 5 % quarantined rows, every day.
COLUMN = (line("order_id"), pick("bigint"))
SECOND_COLUMN = (pick("Add"), line("placed_on"), pick("date"), ENTER)
ROLES = (SPACE, ENTER, pick("placed_on"), pick("placed_on"))
EXPECTATIONS = (ENTER, ENTER)
FILES = (ENTER, pick("CSV"), pick("comma"), *COLUMN, *SECOND_COLUMN, pick("right"), *ROLES)
DATASET = (line("orders"), *FILES, NO, *EXPECTATIONS)
REST = (ENTER, ENTER, pick("create"), ENTER, ENTER)
START = (line("Acme Sales"), ENTER, ENTER)
BEFORE_SUMMARY = (*START, *DEV, YES, *PROD, NO, *DATASET, NO, NO, ENTER, *REST)
WRITE = pick("Write it")


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    found: dict[str, Any] = typed(interview, *BEFORE_SUMMARY, WRITE)
    return found


def test_the_answers_are_the_ten_questions_free_of_faults(answers: dict[str, Any]) -> None:
    assert list(answers) == list(QUESTIONS)
    assert project_faults(project_from(answers)) == []


def test_the_answers_are_what_was_typed(answers: dict[str, Any]) -> None:
    assert answers["project_slug"] == "acme-sales"
    assert answers["environments"] == [
        {"name": "dev", "account": "111111111111", "approval": False, "workers": 2, "worker_type": "G.1X"},
        {"name": "prod", "account": "222222222222", "approval": True, "workers": 10, "worker_type": "G.2X"},
    ]
    assert answers["datasets"]["orders"] == {
        "format": "csv",
        "columns": [{"name": "order_id", "type": "bigint"}, {"name": "placed_on", "type": "date"}],
        "primary_key": ["order_id"],
        "newest_by": "placed_on",
        "partition_by": "placed_on",
        "maximum_quarantined_share": 0.05,
        "expected_every": "24 hours",
    }
    assert answers["approvers"] == ["Architects", "SMEs"]


def test_the_same_keys_give_the_same_answers(answers: dict[str, Any]) -> None:
    assert typed(interview, *BEFORE_SUMMARY, WRITE) == answers


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme Sales", "acme-sales"),
        ("  Ünïon & Co. 7 ", "n-on-co-7"),
        ("Kwartaalrapportage Verkoop BV", "kwartaalrapportage-verko"),
    ],
)
def test_a_short_name_is_proposed_from_the_name(name: str, slug: str) -> None:
    assert proposed_slug(name) == slug


@pytest.mark.parametrize("name", ["数据", "AWS", "Test", "7"])
def test_no_short_name_is_proposed_that_would_be_refused(name: str) -> None:
    assert proposed_slug(name) == ""


@pytest.mark.parametrize(
    ("kind", "wrong", "reason", "right"),
    [
        ("aws_account_id", "12345", "fewer than 12", "123456789012"),
        ("project_slug", "Acme", "has not the right form", "acme"),
        ("dataset_name", "select", "is a reserved word", "selections"),
        ("notification_email", "team@", "fewer than 6", "team@example.com"),
        ("https_endpoint", "https://hooks.slack.com/services/T/B/x", "a secret", "https://example.com/x"),
        ("vpc_cidr", "10.20.0.1/16", "host bits", "10.20.0.0/16"),
        ("value_pattern", "[a-", "no regular expression", "[a-z]"),
        ("project_name", "{{ 7*7 }}", "never evaluated", "49"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason_and_asked_again(
    kind: str, wrong: str, reason: str, right: str
) -> None:
    assert reason in str(interview_questions.refusal(kind, wrong))
    assert typed(lambda: interview_questions.text("Answer", kind), line(wrong), line(right)) == right


def test_a_name_that_is_taken_is_refused() -> None:
    others = [{"name": "dev", "account": "111111111111"}]
    found = typed(
        lambda: interview_project.environment({"name": "dev"}, others, "eu-west-1"),
        ENTER, line("test"), line("333333333333"), YES, YES, ENTER,
    )  # fmt: skip

    assert found["name"] == "test"


def test_a_region_of_its_own_is_asked_only_when_wanted() -> None:
    keys = (line("dev"), line("111111111111"), NO, pick("us-gov-west-1"), YES, ENTER)
    found = typed(lambda: interview_project.environment({}, [], "eu-west-1"), *keys)

    assert found["region"] == "us-gov-west-1"


def test_approvers_are_asked_only_when_somebody_must_approve() -> None:
    found = typed(interview, *START, *DEV, NO, *DATASET, NO, NO, *REST, WRITE)

    assert found["approvers"] == []


@pytest.mark.parametrize(
    ("title", "lines", "expected"),
    [
        ("e-mail", ["team@example.com"], {"protocol": "email", "endpoint": "team@example.com"}),
        ("SMS", ["+32470123456"], {"protocol": "sms", "endpoint": "+32470123456"}),
        (
            "HTTPS",
            ["https://example.com/runs"],
            {"protocol": "https", "endpoint": "https://example.com/runs"},
        ),
        (
            "Slack",
            ["T0123ABCD", "C0123ABCD"],
            {"protocol": "slack", "workspace": "T0123ABCD", "channel": "C0123ABCD"},
        ),
        (
            "Teams",
            [
                "12345678-1234-1234-1234-123456789012",
                "12345678-1234-1234-1234-123456789013",
                "19:a@thread.tacv2",
            ],
            {
                "protocol": "teams",
                "tenant": "12345678-1234-1234-1234-123456789012",
                "team": "12345678-1234-1234-1234-123456789013",
                "channel": "19:a@thread.tacv2",
            },
        ),
        (
            "topic",
            ["arn:aws:sns:eu-west-1:123456789012:alerts"],
            {"protocol": "topic", "arn": "arn:aws:sns:eu-west-1:123456789012:alerts"},
        ),
    ],
)
def test_a_target_is_asked_the_fields_of_its_kind_only(title: str, lines: list[str], expected: dict[str, str]) -> None:
    assert typed(lambda: interview_targets.notification({}, [], []), pick(title), *map(line, lines)) == expected


MAIL, SMS = {"protocol": "email", "endpoint": "a@example.com"}, {"protocol": "sms", "endpoint": "+32470123456"}
ASKED_OF_SMS = (pick("SMS"), line("+32470123456"))


def second_target(*keys: str) -> dict[str, Any]:
    """What the second target is for keys that answer what it hears of."""
    ask = lambda: interview_targets.notification({}, [MAIL], ["dev", "prod"])  # noqa: E731
    found: dict[str, Any] = typed(ask, *ASKED_OF_SMS, *keys)
    return found


def test_targets_are_asked_one_by_one_and_only_what_the_others_hear_of() -> None:
    keys = (YES, *ASKED_OF_SMS, YES, pick("e-mail"), line("a@example.com"), ENTER, NO)

    assert typed(lambda: interview_targets.notifications(["dev", "prod"]), *keys) == [SMS, MAIL]


def test_a_second_target_hears_of_certain_kinds() -> None:
    assert second_target(pick("kinds only"), "late", SPACE, ENTER) == {**SMS, "kinds": ["data late"]}


def test_a_second_target_hears_of_certain_environments() -> None:
    chosen = second_target(pick("environments only"), "prod", SPACE, ENTER)

    assert chosen == {**SMS, "environments": ["prod"]}


def test_only_kinds_that_happen_there_are_offered() -> None:
    keys = (pick("certain kinds, in"), "pipeline", SPACE, ENTER, "failed", SPACE, ENTER)

    assert second_target(*keys) == {**SMS, "environments": ["pipeline"], "kinds": ["pipeline failed"]}


def test_a_target_for_certain_kinds_names_one_at_least() -> None:
    keys = (pick("kinds only"), ENTER, "budget", SPACE, ENTER)

    assert second_target(*keys)["kinds"] == ["budget"]


def test_what_a_target_hears_of_is_proposed_when_it_is_asked_again() -> None:
    now = {**MAIL, "kinds": ["budget"], "successes": "never"}

    assert typed(lambda: interview_targets.notification(now, [], ["dev"]), ENTER, ENTER, ENTER, ENTER) == now


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((pick("CodeCommit"), ENTER), {"provider": "codecommit", "branch": "main"}),
        (
            (pick("GitHub"), line("acme/sales"), line("trunk")),
            {"provider": "github", "repository": "acme/sales", "branch": "trunk"},
        ),
        (
            (pick("GitLab"), line("acme/team/sales"), ENTER),
            {"provider": "gitlab", "repository": "acme/team/sales", "branch": "main"},
        ),
        (
            (pick("Bitbucket"), line("acme/team/sales"), line("acme/sales"), ENTER),
            {"provider": "bitbucket", "repository": "acme/sales", "branch": "main"},
        ),
    ],
)
def test_a_repository_is_asked_only_outside_codecommit(keys: tuple[str, ...], expected: dict[str, str]) -> None:
    assert typed(lambda: interview_project.git({}), *keys) == expected


def test_an_existing_network_is_asked_its_vpc_and_subnets() -> None:
    subnets = "subnet-0123456789abcdef0, subnet-0123456789abcdef1"
    keys = (pick("existing"), line("vpc-12"), line("vpc-0123456789abcdef0"), line("subnet-1"), line(subnets))

    assert typed(lambda: interview_project.network({}), *keys) == {
        "vpc": "vpc-0123456789abcdef0",
        "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    }


def test_tags_are_checked_one_by_one() -> None:
    keys = (line("owner"), line("Project=x"), line("owner=data-team, cost center=42"))

    assert typed(lambda: interview_project.tags({}), *keys) == {"owner": "data-team", "cost center": "42"}


def test_without_a_key_no_newest_row_is_asked() -> None:
    settings = {
        "format": "json",
        "columns": [{"name": "id", "type": "bigint"}, {"name": "day", "type": "date"}],
    }
    found = typed(lambda: interview_datasets.with_roles(settings, {}, None), ENTER, pick("nothing"))

    assert found == settings


def test_only_dates_and_versions_are_offered_to_tell_the_newest_row() -> None:
    columns = [{"name": name, "type": "bigint"} for name in ("id", "boxes", "row_version")]
    found = typed(
        lambda: interview_datasets.with_roles({"format": "json", "columns": columns}, {}, None),
        SPACE, ENTER, pick("row_version"), pick("nothing"),
    )  # fmt: skip

    assert found["newest_by"] == "row_version"
    assert [can_tell_newest(each["name"], each["type"]) for each in columns] == [False, False, True]


def test_measured_columns_are_not_offered_as_a_key() -> None:
    settings = {"format": "json", "columns": [{"name": "weight", "type": "double"}]}

    assert typed(lambda: interview_datasets.with_roles(settings, {}, None)) == settings


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small awkward file in the folder that the person is in."""
    monkeypatch.setenv("PWD", str(tmp_path))
    rows = [f"00{n},0{1 + n % 3}/02/2026,{n}.50,{'NA' if n % 2 else n}\n" for n in range(1, 8)]
    (tmp_path / "orders.csv").write_text("Order ID,Placed On,Amount,Boxes\n" + "".join(rows))
    return tmp_path / "orders.csv"


FROM_SAMPLE = (line("orders.csv"), YES, pick("dd/MM"), pick("decimal"))


def test_what_a_sample_leaves_open_is_asked_and_the_rest_is_taken(orders: Path) -> None:
    keys = (*FROM_SAMPLE, pick("right"), ENTER, ENTER, ENTER)

    assert typed(lambda: interview_datasets.from_files({}), *keys) == {
        "format": "csv",
        "missing_values": ["NA"],
        "columns": [
            {"name": "order_id", "type": "string"},
            {"name": "placed_on", "type": "date", "format": "dd/MM/yyyy"},
            {"name": "amount", "type": "decimal(12,2)"},
            {"name": "boxes", "type": "bigint"},
        ],
        "primary_key": ["order_id"],
        "newest_by": "placed_on",
        "partition_by": "placed_on",
    }


def test_inferred_columns_can_be_changed_dropped_and_added(orders: Path) -> None:
    change = (pick("Change"), pick("amount"), line("total"), pick("another"), line("decimal(9,3)"))
    drop, add = (pick("Drop"), pick("boxes")), (pick("Add"), line("note"), pick("string"))
    keys = (*FROM_SAMPLE, *change, *drop, *add, pick("right"), ENTER, ENTER, ENTER)
    found = typed(lambda: interview_datasets.from_files({}), *keys)

    assert [(each["name"], each["type"]) for each in found["columns"]] == [
        ("order_id", "string"),
        ("placed_on", "date"),
        ("total", "decimal(9,3)"),
        ("note", "string"),
    ]


def test_the_columns_are_shown_with_what_the_file_holds(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(lambda: interview_datasets.from_files({}), *FROM_SAMPLE, pick("right"), ENTER, ENTER, ENTER)
    shown = capsys.readouterr().out

    (amount,) = (line.split() for line in shown.splitlines() if line.startswith("  amount"))
    assert amount[:5] == ["amount", "decimal(12,2)", "Amount", "1.50,", "2.50"]


@pytest.mark.parametrize("given", ["nowhere.csv", "latin.csv"])
def test_a_sample_that_cannot_be_read_is_refused_and_asked_again(orders: Path, given: str) -> None:
    orders.with_name("latin.csv").write_bytes("id,name\n1,é\n".encode("latin-1"))
    keys = (pick(given), CLEAR, *FROM_SAMPLE, pick("right"), ENTER, ENTER, ENTER)

    assert typed(lambda: interview_datasets.from_files({}), *keys)["format"] == "csv"


def test_a_delimiter_that_the_sample_leaves_open_is_asked(orders: Path) -> None:
    orders.write_text("a;b,c;d\n1;2,3;4\n")
    keys = (line("orders.csv"), pick("comma"), pick("right"), ENTER, pick("nothing"))
    found = typed(lambda: interview_datasets.from_files({}), *keys)

    assert "delimiter" not in found
    assert [each["name"] for each in found["columns"]] == ["a_b", "c_d"]


@pytest.mark.parametrize(
    ("column_type", "keys", "expected"),
    [
        ("string", (pick("required")[:-1] + SPACE, ENTER), {"required": True}),
        ("string", ("pattern" + SPACE, ENTER, line("[a-"), line("[a-z]+")), {"pattern": "[a-z]+"}),
        (
            "string",
            ("certain" + SPACE, ENTER, line("paid, paid"), line("paid, shipped")),
            {"one_of": ["paid", "shipped"]},
        ),
        ("bigint", ("minimum" + SPACE, ENTER, line("x"), line("0")), {"minimum": 0}),
        ("double", ("maximum" + SPACE, ENTER, line("1e999"), line("0.5")), {"maximum": 0.5}),
        ("date", ("minimum" + SPACE, ENTER, line("7"), line("2020-01-31")), {"minimum": "2020-01-31"}),
    ],
)
def test_a_rule_is_asked_in_the_words_of_its_type(
    column_type: str, keys: tuple[str, ...], expected: dict[str, Any]
) -> None:
    column = {"name": "value", "type": column_type}

    assert typed(lambda: interview_columns.ruled(column), *keys) == column | expected


def test_rules_that_a_type_cannot_have_are_not_offered() -> None:
    assert [rule for rule in interview_columns.RULES.values() if interview_columns.fits(rule, "boolean")] == [
        "required"
    ]
    assert not interview_columns.fits("pattern", "bigint")
    assert not interview_columns.fits("minimum", "string")


def test_a_changed_column_keeps_its_rules() -> None:
    column = {"name": "amount", "type": "bigint", "minimum": 0}

    assert typed(lambda: interview_columns.one_column(column, []), line("total"), ENTER) == column | {"name": "total"}


def test_quarantined_rows_and_freshness_can_be_said_in_other_words() -> None:
    keys = (
        pick("another share"),
        line("5"),
        line("0.1"),
        pick("another time"),
        line("2 weeks"),
        line("36 hours"),
    )
    found = typed(lambda: interview_datasets.with_expectations("orders", {}), *keys)

    assert found == {"maximum_quarantined_share": 0.1, "expected_every": "36 hours"}


def test_a_correction_asks_its_part_again_and_nothing_else(answers: dict[str, Any]) -> None:
    keys = (pick("Correct"), pick("network"), pick("create"), line("10.30.0.0/16"), WRITE)

    assert typed(interview, *BEFORE_SUMMARY, *keys) == answers | {"network": {"cidr": "10.30.0.0/16"}}


CORRECTIONS: list[tuple[tuple[str, ...], Callable[[dict[str, Any]], Any], Any]] = [
    ((pick("project name"), line("Other")), lambda found: found["project_name"], "Other"),
    ((pick("slug"), line("other")), lambda found: found["project_slug"], "other"),
    ((pick("region"), pick("eu-north-1")), lambda found: found["region"], "eu-north-1"),
    ((pick("environments"), pick("remove dev")), lambda found: len(found["environments"]), 1),
    (
        (pick("environments"), pick("add"), line("test"), line("333333333333"), YES, YES, ENTER),
        lambda found: [each["name"] for each in found["environments"]],
        ["dev", "prod", "test"],
    ),
    (
        (pick("environments"), ENTER, ENTER, line("444444444444"), ENTER, ENTER, ENTER),
        lambda found: found["environments"][0]["account"],
        "444444444444",
    ),
    (
        (pick("datasets"), ENTER, pick("name"), line("sales")),
        lambda found: list(found["datasets"]),
        ["sales"],
    ),
    (
        (pick("datasets"), ENTER, pick("quarantined rows"), pick("20"), ENTER),
        lambda found: found["datasets"]["orders"]["maximum_quarantined_share"],
        0.2,
    ),
    (
        (
            pick("datasets"),
            ENTER,
            pick("rules"),
            YES,
            pick("order_id"),
            "twice" + SPACE,
            ENTER,
            pick("no more"),
        ),
        lambda found: found["datasets"]["orders"]["columns"][0].get("unique"),
        True,
    ),
    (
        (pick("notifications"), ENTER, pick("SMS"), line("+32470123456")),
        lambda found: found["notifications"],
        [{"protocol": "sms", "endpoint": "+32470123456"}],
    ),
    ((pick("approvers"), line("Leads")), lambda found: found["approvers"], ["Leads"]),
    ((pick("git"), pick("CodeCommit"), line("trunk")), lambda found: found["git"]["branch"], "trunk"),
    ((pick("tags"), line("owner=me")), lambda found: found["tags"], {"owner": "me"}),
]


@pytest.mark.parametrize(("keys", "part", "expected"), CORRECTIONS, ids=[keys[0].strip() for keys, _, _ in CORRECTIONS])
def test_every_part_can_be_corrected(
    answers: dict[str, Any], keys: tuple[str, ...], part: Callable[[dict[str, Any]], Any], expected: Any
) -> None:
    assert part(typed(lambda: corrected(answers), *keys)) == expected


def test_an_approval_that_is_turned_on_later_asks_who_gives_it(answers: dict[str, Any]) -> None:
    answers = {**answers, "environments": answers["environments"][:1], "approvers": []}
    keys = (pick("environments"), ENTER, ENTER, ENTER, ENTER, YES, ENTER, line("Leads"))

    assert typed(lambda: corrected(answers), *keys)["approvers"] == ["Leads"]


def test_a_fault_between_answers_is_shown_and_must_be_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    second = (YES, line("orders_batches"), *DATASET[1:])
    before = (*START, *DEV, NO, *DATASET, *second, NO, NO, *REST)
    # With a fault there is no "Write it": Enter takes the first choice, which corrects.
    correction = (ENTER, pick("datasets"), pick("orders_batches"), pick("name"), line("refunds"), WRITE)
    found = typed(interview, *before, *correction)

    assert list(found["datasets"]) == ["orders", "refunds"]
    assert "✗ datasets: 'orders_batches' is also the name of a table" in capsys.readouterr().out


def test_the_summary_shows_what_a_target_hears_of() -> None:
    shown = interview_summary.target({**MAIL, "environments": ["prod"], "kinds": ["run failed", "budget"]})

    assert shown == "email a@example.com; kinds: run failed, budget; environments: prod"


def test_stopping_at_the_summary_gives_no_answers() -> None:
    stopped(interview, *BEFORE_SUMMARY, pick("Stop"))


KINDS_OF_QUESTION: dict[str, Callable[[], Any]] = {
    "text": lambda: interview_questions.text("Answer", "project_name"),
    "choice": lambda: interview_questions.choice("Answer", {"one": 1, "two": 2}),
    "several": lambda: interview_questions.several("Answer", {"one": "1"}, [], "Any."),
    "yes": lambda: interview_questions.yes("Answer", True),
    "file": lambda: interview_questions.file("Answer", lambda path: None, "A file."),
}


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("kind", KINDS_OF_QUESTION)
def test_ctrl_c_and_ctrl_d_stop_at_every_kind_of_question(kind: str, key: str) -> None:
    stopped(KINDS_OF_QUESTION[kind], key)


@pytest.mark.parametrize("answered", range(0, len(BEFORE_SUMMARY) + 1, 7))
def test_ctrl_c_stops_anywhere(answered: int) -> None:
    stopped(interview, *BEFORE_SUMMARY[:answered], CTRL_C)
