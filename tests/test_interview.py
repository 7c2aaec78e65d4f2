"""The interview asks what matters, checks each answer as it is given, and can be corrected at the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataops.inference.proposal import can_tell_newest
from interview_keys import CTRL_C, CTRL_D, ENTER, NO, SPACE, YES, line, pick, stopped, typed

from answers import (
    interview_columns,
    interview_datasets,
    interview_defaults,
    interview_project,
    interview_questions,
    interview_summary,
    interview_targets,
)
from answers.interview import Outcome, conversation, corrected, first_answers, with_more
from answers.project import QUESTIONS, project_faults, project_from

ENVIRONMENTS = (ENTER, line("111111111111"), line("222222222222"))
# Without a sample file: two columns typed, and what is made of them.
COLUMN = (line("order_id"), pick("bigint"))
SECOND_COLUMN = (pick("Add"), line("placed_on"), pick("date"), ENTER)
ROLES = (SPACE, ENTER, pick("placed_on"), pick("placed_on"))
TYPED_COLUMNS = (pick("CSV"), pick("comma"), *COLUMN, *SECOND_COLUMN, pick("right"), *ROLES)
TYPED = (ENTER, pick("type"), line("orders"), *TYPED_COLUMNS)
REST = (ENTER, ENTER, pick("CodeCommit"), ENTER)
START = (line("Acme Sales"), ENTER, ENTER)
BEFORE_SUMMARY = (*START, *ENVIRONMENTS, *TYPED, *REST)
GENERATE = pick("Generate")
CORRECT, MORE = pick("Change"), pick("More")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person starts in a folder without projects."""
    monkeypatch.setenv("PWD", str(tmp_path))


def interview(config: dict[str, Any] | None = None) -> Outcome:
    """An interview without a draft."""
    return conversation(interview_defaults.proposed(config or {})[0])


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The answers of an interview before the summary; corrections return new ones."""
    given: dict[str, Any] = typed(lambda: first_answers(interview_defaults.proposed({})[0]), *BEFORE_SUMMARY)
    return given


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """What an interview without corrections ends with."""
    ended: Outcome = typed(interview, *BEFORE_SUMMARY, GENERATE)
    return ended


def test_the_answers_are_the_ten_questions_free_of_faults(outcome: Outcome) -> None:
    answers, samples = outcome

    assert list(answers) == list(QUESTIONS)
    assert project_faults(project_from(answers)) == []
    assert samples == {}


def test_the_answers_are_what_was_typed(outcome: Outcome) -> None:
    answers = outcome.answers

    assert answers["project_slug"] == "acme-sales"
    assert answers["environments"] == [
        {"name": "dev", "account": "111111111111"},
        {"name": "prod", "account": "222222222222", "network": {"cidr": "10.21.0.0/16"}},
    ]
    assert answers["network"] == {"cidr": "10.20.0.0/16"}
    assert answers["datasets"]["orders"] == {
        "format": "csv",
        "columns": [{"name": "order_id", "type": "bigint"}, {"name": "placed_on", "type": "date"}],
        "primary_key": ["order_id"],
        "newest_by": "placed_on",
        "partition_by": "placed_on",
    }
    assert answers["approvers"] == ["Architects", "SMEs"]
    assert answers["git"] == {"provider": "codecommit", "branch": "main"}


def test_the_same_keys_give_the_same_answers(outcome: Outcome) -> None:
    assert typed(interview, *BEFORE_SUMMARY, GENERATE) == outcome


@pytest.mark.parametrize(
    ("kind", "wrong", "reason", "right"),
    [
        ("aws_account_id", "12345", "fewer than 12", "123456789012"),
        ("project_slug", "Acme", "does not have the right form", "acme"),
        ("dataset_name", "select", "is a reserved word", "selections"),
        ("notification_email", "team@", "fewer than 6", "team@example.com"),
        ("https_endpoint", "https://hooks.slack.com/services/T/B/x", "a secret", "https://example.com/x"),
        ("vpc_cidr", "10.20.0.1/16", "host bits", "10.20.0.0/16"),
        ("value_pattern", "[a-", "has a range in [ ] without an end", "[a-z]"),
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
    keys = (NO, pick("us-gov-west-1"), YES, ENTER)
    now = {"name": "dev", "account": "111111111111"}
    found = typed(lambda: interview_project.environment_settings(now, "eu-west-1"), *keys)

    assert found["region"] == "us-gov-west-1"


def test_approvers_are_asked_only_when_somebody_must_approve() -> None:
    config = {"environments": [{"name": "dev", "account": "111111111111", "approval": False}]}
    found = typed(lambda: interview(config), *START, ENTER, ENTER, *TYPED, ENTER, *REST[2:], GENERATE)

    assert found.answers["approvers"] == []


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
    """The second target, for keys that answer what it receives."""
    ask = lambda: interview_targets.notification({}, [MAIL], ["dev", "prod"])  # noqa: E731
    found: dict[str, Any] = typed(ask, *ASKED_OF_SMS, *keys)
    return found


def test_further_targets_are_asked_one_by_one_with_what_each_receives() -> None:
    keys = (*ASKED_OF_SMS, YES, pick("e-mail"), line("a@example.com"), ENTER, NO)

    assert typed(lambda: interview_targets.notifications(["dev", "prod"], []), *keys) == [SMS, MAIL]


def test_e_mail_addresses_are_asked_in_one_line_and_other_targets_stay() -> None:
    keys = (line("a@example.com, team@"), line("a@example.com, b@example.com"))

    assert typed(lambda: interview_targets.addresses([SMS]), *keys) == [
        MAIL,
        {"protocol": "email", "endpoint": "b@example.com"},
        SMS,
    ]


def test_a_second_target_receives_certain_kinds() -> None:
    assert second_target(pick("kinds only"), "late", SPACE, ENTER) == {**SMS, "kinds": ["data late"]}


def test_a_second_target_receives_from_certain_environments() -> None:
    chosen = second_target(pick("environments only"), "prod", SPACE, ENTER)

    assert chosen == {**SMS, "environments": ["prod"]}


def test_only_kinds_that_happen_there_are_offered() -> None:
    keys = (pick("certain kinds, in"), "pipeline", SPACE, ENTER, "failed", SPACE, ENTER)

    assert second_target(*keys) == {**SMS, "environments": ["pipeline"], "kinds": ["pipeline failed"]}


def test_a_target_for_certain_kinds_names_one_at_least() -> None:
    keys = (pick("kinds only"), ENTER, "budget", SPACE, ENTER)

    assert second_target(*keys)["kinds"] == ["budget"]


def test_what_a_target_receives_is_proposed_when_it_is_asked_again() -> None:
    now = {**MAIL, "kinds": ["budget"], "successes": "never"}

    assert typed(lambda: interview_targets.notification(now, [], ["dev"]), ENTER, ENTER, ENTER, ENTER) == now


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((pick("CodeCommit"),), {"provider": "codecommit"}),
        ((pick("GitHub"), line("acme/sales")), {"provider": "github", "repository": "acme/sales"}),
        ((pick("GitLab"), line("acme/team/sales")), {"provider": "gitlab", "repository": "acme/team/sales"}),
        (
            (pick("Bitbucket"), line("acme/team/sales"), line("acme/sales")),
            {"provider": "bitbucket", "repository": "acme/sales"},
        ),
    ],
)
def test_a_repository_is_asked_only_outside_codecommit(keys: tuple[str, ...], expected: dict[str, str]) -> None:
    assert typed(lambda: interview_project.git({}, "acme"), *keys) == {**expected, "branch": "main"}


def test_tags_are_checked_one_by_one() -> None:
    keys = (line("owner"), line("Project=x"), line("owner=data-team, cost center=42"))

    assert typed(lambda: interview_project.tags({}), *keys) == {"owner": "data-team", "cost center": "42"}


def test_without_a_key_no_newest_row_is_asked() -> None:
    settings = {
        "format": "json",
        "columns": [{"name": "id", "type": "bigint"}, {"name": "day", "type": "date"}],
    }
    found = typed(lambda: interview_datasets.with_roles(settings, {}), ENTER, pick("nothing"))

    assert found == settings


def test_only_dates_and_versions_are_offered_to_tell_the_newest_row() -> None:
    columns = [{"name": name, "type": "bigint"} for name in ("id", "boxes", "row_version")]
    found = typed(
        lambda: interview_datasets.with_roles({"format": "json", "columns": columns}, {}),
        SPACE, ENTER, pick("row_version"), pick("nothing"),
    )  # fmt: skip

    assert found["newest_by"] == "row_version"
    assert [can_tell_newest(each["name"], each["type"]) for each in columns] == [False, False, True]


def test_measured_columns_are_not_offered_as_a_key() -> None:
    settings = {"format": "json", "columns": [{"name": "weight", "type": "double"}]}

    assert typed(lambda: interview_datasets.with_roles(settings, {})) == settings


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small awkward file in the folder that the person is in."""
    monkeypatch.setenv("PWD", str(tmp_path))
    rows = [f"00{n},0{1 + n % 3}/02/2026,{n}.50,{'NA' if n % 2 else n}\n" for n in range(1, 8)]
    (tmp_path / "orders.csv").write_text("Order ID,Placed On,Amount,Boxes\n" + "".join(rows))
    return tmp_path / "orders.csv"


def from_sample(path: Path, *keys: str) -> tuple[str, dict[str, Any]]:
    """The name and the entry of a dataset that is made from a sample file."""
    name, settings = typed(lambda: interview_datasets.from_sample(path, []), *keys)
    return name, interview_datasets.without_memory({name: settings})[name]


DAY = pick("dd/MM")
ACCEPT = pick("Use it")


def test_of_a_sample_only_what_would_publish_wrong_values_is_asked(orders: Path) -> None:
    assert from_sample(orders, DAY, ACCEPT) == (
        "orders",
        {
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
        },
    )


def test_what_is_taken_from_a_sample_without_asking_is_said(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(interview_questions, "say", lambda text, style="": said.append(text))
    from_sample(orders, DAY, ACCEPT)

    assert any("look like money" in each and "Taken as decimal(12,2)." in each for each in said)
    assert "  read as missing: NA" in said
    assert "  primary key: order_id" in said


def test_what_reads_as_missing_can_be_changed(orders: Path) -> None:
    _, settings = from_sample(orders, DAY, pick("mean a missing"), NO, DAY, ACCEPT)

    assert "missing_values" not in settings
    assert settings["columns"][3] == {"name": "boxes", "type": "string"}


def test_a_sample_dataset_can_get_another_name_and_other_roles(orders: Path) -> None:
    roles = (pick("primary key"), ENTER, ENTER, pick("nothing"))
    name, settings = from_sample(orders, DAY, pick("Change its name"), line("sales"), *roles, ACCEPT)

    assert name == "sales"
    assert "partition_by" not in settings


def test_inferred_columns_can_be_changed_dropped_and_added(orders: Path) -> None:
    change = (pick("Change"), pick("amount"), line("total"), pick("another"), line("decimal(9,3)"))
    drop, add = (pick("Drop"), pick("boxes")), (pick("Add"), line("note"), pick("string"))
    columns = (pick("Change its columns"), *change, *drop, *add, pick("right"))
    _, settings = from_sample(orders, DAY, *columns, ACCEPT)

    assert [(each["name"], each["type"]) for each in settings["columns"]] == [
        ("order_id", "string"),
        ("placed_on", "date"),
        ("total", "decimal(9,3)"),
        ("note", "string"),
    ]


def test_a_dropped_column_loses_its_roles(orders: Path) -> None:
    columns = (pick("Change its columns"), pick("Drop"), pick("placed_on"), pick("right"))
    _, settings = from_sample(orders, DAY, *columns, ACCEPT)

    assert settings["primary_key"] == ["order_id"]
    assert not {"newest_by", "partition_by"} & settings.keys()


def test_the_columns_are_shown_with_what_the_file_holds(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from_sample(orders, DAY, ACCEPT)
    shown = capsys.readouterr().out

    (amount,) = (line.split() for line in shown.splitlines() if line.startswith("  amount"))
    assert amount[:5] == ["amount", "decimal(12,2)", "Amount", "1.50,", "2.50"]


@pytest.mark.parametrize("given", ["nowhere.csv", "binary.csv"])
def test_a_sample_that_cannot_be_read_is_refused_and_asked_again(orders: Path, given: str) -> None:
    orders.with_name("binary.csv").write_bytes(b"id,name\n1,\x00\x01\n")
    keys = (line(given), line("orders.csv"), DAY, ACCEPT, ENTER, ENTER)

    assert list(typed(lambda: interview_datasets.datasets({}), *keys)) == ["orders"]


def test_a_delimiter_that_the_sample_leaves_open_is_asked(orders: Path) -> None:
    orders.write_text("a;b,c;d\n1;2,3;4\n")
    _, settings = from_sample(orders, pick("comma"), ACCEPT)

    assert "delimiter" not in settings
    assert [each["name"] for each in settings["columns"]] == ["a_b", "c_d"]


READ = pick("how its files are read")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the interview says besides its questions."""
    sentences: list[str] = []
    monkeypatch.setattr(interview_questions, "say", lambda text, style="": sentences.append(text.strip()))
    return sentences


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the interview explains before its questions."""
    sentences: list[str] = []
    monkeypatch.setattr(interview_questions, "explain", sentences.append)
    return sentences


def test_encoding_and_decimal_commas_are_proposed_and_said(orders: Path, said: list[str]) -> None:
    orders.write_bytes("nr;Straße;Preis\n1;Königsweg;1,50\n2;Markt;1.250,00\n".encode("windows-1252"))
    _, settings = from_sample(orders, ACCEPT)

    assert {key: settings[key] for key in ("encoding", "delimiter", "decimal")} == {
        "encoding": "windows-1252",
        "delimiter": ";",
        "decimal": ",",
    }
    assert "files: windows-1252, decimal commas" in said
    assert any("in which one word is 'Straße'" in each for each in said)


def test_without_a_header_columns_get_names_and_none_is_dropped(orders: Path, said: list[str]) -> None:
    orders.write_text("1,a,2026-01-01\n2,b,2026-01-01\n")
    named = [(pick("Change"), pick(f"column_{n}"), line(name), ENTER) for n, name in ((1, "id"), (2, "note"))]
    keys = (pick("Change its columns"), *named[0], *named[1], pick("right"), pick("primary key"), ENTER, ENTER, ENTER)
    _, settings = from_sample(orders, *keys, ACCEPT)

    assert settings["header"] is False
    assert [each["name"] for each in settings["columns"]] == ["id", "note", "column_3"]
    assert settings["primary_key"] == ["id"]
    assert "files: no header" in said


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles that the interview lets the person choose from."""
    titles: list[str] = []
    choose = interview_questions.choice

    def recorded(message: str, choices: dict[str, Any], *more: Any) -> Any:
        titles.extend(choices)
        return choose(message, choices, *more)

    monkeypatch.setattr(interview_questions, "choice", recorded)
    return titles


@pytest.mark.parametrize("have_names", [True, False])
def test_a_column_that_is_known_by_its_place_cannot_be_dropped(offered: list[str], have_names: bool) -> None:
    columns = [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]
    typed(lambda: interview_columns.corrected(columns, "csv", {}, have_names), pick("right"))

    assert ("Drop a column" in offered) is have_names


def test_how_files_are_read_can_be_corrected(orders: Path) -> None:
    orders.write_bytes("a;b\n1,5;é\n".encode("latin-1"))
    keys = (READ, pick("semicolon"), pick("ISO"), NO, pick("a point"))
    _, settings = from_sample(orders, *keys, ACCEPT)

    assert settings == {
        "format": "csv",
        "delimiter": ";",
        "encoding": "iso-8859-1",
        "header": False,
        "columns": [{"name": "column_1", "type": "string"}, {"name": "column_2", "type": "string"}],
    } | {key: settings[key] for key in ("primary_key",) if key in settings}


def test_a_way_to_read_that_fails_is_said_and_the_earlier_one_stays(orders: Path, said: list[str]) -> None:
    orders.write_text("a,b\n1,2\n", encoding="utf-16")
    _, settings = from_sample(orders, READ, pick("comma"), pick("UTF-8"), YES, pick("a point"), ACCEPT)

    assert "It cannot be read in this way: It is not utf-8: it is utf-16." in said
    assert settings["encoding"] == "utf-16"


def test_a_chosen_type_is_checked_against_the_sample(orders: Path, explained: list[str]) -> None:
    change = (pick("Change"), pick("amount"), ENTER, pick("date"), ENTER, NO, pick("bigint"), YES)
    _, settings = from_sample(orders, DAY, pick("Change its columns"), *change, pick("right"), ACCEPT)

    assert settings["columns"][2] == {"name": "amount", "type": "bigint"}
    doubts = [each for each in explained if "values fit" in each]
    assert [each.partition(";")[0] for each in doubts] == ["0 of 7 values fit date", "0 of 7 values fit bigint"]
    assert "'1.50'" in doubts[0] and "go to quarantine" in doubts[0]


def test_a_chosen_type_that_every_value_fits_is_not_doubted(orders: Path, explained: list[str]) -> None:
    change = (pick("Change"), pick("amount"), ENTER, pick("double"))
    from_sample(orders, DAY, pick("Change its columns"), *change, pick("right"), ACCEPT)

    assert not any("values fit" in each for each in explained)


def test_a_renamed_column_that_the_sample_lacks_is_said(orders: Path, said: list[str]) -> None:
    from_sample(
        orders,
        DAY,
        pick("Change its columns"),
        pick("Change"),
        pick("amount"),
        line("total"),
        ENTER,
        pick("right"),
        ACCEPT,
    )

    assert any("The sample has no column total" in each for each in said)


def test_digits_that_a_timestamp_does_not_keep_are_asked_about(orders: Path) -> None:
    orders.write_text("id,v\n1,2024-01-01T10:00:00.1234567Z\n2,2024-01-02T10:00:00.1234567Z\n")
    _, settings = from_sample(orders, pick("string"), ACCEPT)

    assert settings["columns"][1] == {"name": "v", "type": "string"}


def large(path: Path, day: str) -> Path:
    """A file of more rows than are read; `day` is the SQL-like number of days, by which rows take turns."""
    rows = [f"{n},2020-{1 + n % int(day) // 28:02}-{1 + n % 28:02}\n" for n in range(12_000)]
    path.write_text("order_id,placed_on\n" + "".join(rows))
    return path


def test_a_key_that_only_the_rows_that_were_read_support_is_proposed_with_that_remark(
    orders: Path, said: list[str]
) -> None:
    _, settings = from_sample(large(orders, "1"), ACCEPT)

    assert settings["primary_key"] == ["order_id"]
    (fact,) = (each for each in said if each.startswith("primary key"))
    assert fact.endswith("(unique in the first 10,000 rows; the rest of the file was not read)")


def test_files_and_rows_per_partition_are_said_in_the_question(
    orders: Path, said: list[str], offered: list[str]
) -> None:
    from_sample(large(orders, "280"), pick("primary key"), ENTER, ENTER, ENTER, ACCEPT)

    assert any(each.startswith("partitioned by: nothing (by placed_on, a file like this would become") for each in said)
    (title,) = (each for each in offered if each.startswith("placed_on (a file like this becomes"))
    assert title.removeprefix("placed_on (a file like this becomes about ")[:3].isdecimal()


def test_without_a_sample_the_examples_come_with_one_key() -> None:
    found = typed(lambda: interview_datasets.datasets({}), ENTER, ENTER)

    assert list(found) == ["orders", "customers"]
    assert found["orders"]["format"] == "csv"


@pytest.mark.parametrize(
    ("column_type", "keys", "expected"),
    [
        ("string", ("required" + SPACE, ENTER), {"required": True}),
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

    assert typed(lambda: interview_columns.ruled(column, "csv"), *keys) == column | expected


@pytest.mark.parametrize(
    ("column", "rule", "given", "refusal"),
    [
        (
            {"type": "int"},
            "minimum",
            "3000000000",
            "It is outside the range of the type int, ",
        ),
        ({"type": "int"}, "minimum", "nan", "It is not a number. The column is of type int."),
        (
            {"type": "int", "minimum": 5},
            "maximum",
            "3",
            "The minimum 5 is more than the maximum 3. No value could pass.",
        ),
        ({"type": "date", "minimum": "2024-02-01"}, "maximum", "2024-01-31", "The minimum 2024-02-01 is more than "),
        (
            {"type": "date", "format": "dd/MM/yyyy"},
            "minimum",
            "31/31/2024",
            "It is not a date. Write it in the column's ",
        ),
        (
            {"type": "double"},
            "maximum",
            "0.30000000000000000001",
            "It has more digits than a number of an answer keeps.",
        ),
    ],
)
def test_a_limit_is_refused_at_its_question_with_the_sentence_of_the_validator(
    column: dict[str, Any], rule: str, given: str, refusal: str
) -> None:
    found = interview_columns.limit_refusal(rule, given, {"name": "value", **column}, "csv")

    assert found is not None
    assert found.startswith(refusal)


@pytest.mark.parametrize(
    ("column", "given", "corrected_to"),
    [
        ({"type": "int"}, "1, two", "1, 2"),
        ({"type": "tinyint"}, "1, 300", "1, 100"),
        ({"type": "decimal(3,1)"}, "1.25", "1.2"),
        ({"type": "date", "format": "dd/MM/yyyy"}, "31/02/2024", "29/02/2024"),
        ({"type": "timestamp"}, "2024-01-31 25:00:00", "2024-01-31 23:00:00"),
    ],
)
def test_an_allowed_value_that_the_type_cannot_hold_is_corrected_at_its_question(
    column: dict[str, Any], given: str, corrected_to: str
) -> None:
    asked = {"name": "value", **column}
    found = typed(
        lambda: interview_columns.ruled(asked, "csv"), "certain" + SPACE, ENTER, line(given), line(corrected_to)
    )

    assert found == asked | {"one_of": corrected_to.split(", ")}
    assert "It " in str(interview_columns.rule_refusal("one_of", given.split(", "), asked, "csv"))


def test_rules_that_a_new_type_cannot_have_are_dropped_with_a_sentence(said: list[str]) -> None:
    column = {"name": "code", "type": "bigint", "required": True, "minimum": 0, "maximum": 300, "one_of": ["1", "250"]}
    changed = typed(lambda: interview_columns.one_column(column, [], "csv"), ENTER, pick("string"))

    assert changed == {"name": "code", "type": "string", "required": True, "one_of": ["1", "250"]}
    assert [each.partition(".")[0] for each in said] == ["minimum of code is dropped", "maximum of code is dropped"]


@pytest.mark.parametrize(("file_format", "keys"), [("csv", (line("dd/MM/yyyy"),)), ("parquet", ())])
def test_how_a_date_is_written_is_asked_only_of_text(file_format: str, keys: tuple[str, ...]) -> None:
    found = typed(lambda: interview_columns.one_column({}, [], file_format), line("day"), pick("date"), *keys)

    assert found == {"name": "day", "type": "date", **({"format": "dd/MM/yyyy"} if keys else {})}


def test_a_role_that_a_new_type_cannot_have_is_dropped_with_a_sentence(said: list[str]) -> None:
    now = {"format": "csv", "columns": [{"name": "id", "type": "double"}, {"name": "day", "type": "date"}]}
    found = interview_datasets.without_lost_roles({**now, "primary_key": ["id"], "partition_by": "day"})

    assert found == {**now, "partition_by": "day"}
    assert said == [
        "id is no longer in primary_key: it is of type double, and floating-point values do not compare exactly."
    ]


def test_rules_that_a_type_cannot_have_are_not_offered() -> None:
    assert [rule for rule in interview_columns.RULES.values() if interview_columns.fits(rule, "boolean")] == [
        "required"
    ]
    assert not interview_columns.fits("pattern", "bigint")
    assert not interview_columns.fits("minimum", "string")


def test_a_changed_column_keeps_its_rules() -> None:
    column = {"name": "amount", "type": "bigint", "minimum": 0}

    assert typed(lambda: interview_columns.one_column(column, [], "csv"), line("total"), ENTER) == column | {
        "name": "total"
    }


def test_quarantined_rows_and_freshness_can_be_said_in_other_words() -> None:
    keys = (
        pick("another share"),
        line("5"),
        line("0.1"),
        pick("another interval"),
        line("2 weeks"),
        line("36 hours"),
    )
    found = typed(lambda: interview_datasets.with_expectations("orders", {}), *keys)

    assert found == {"maximum_quarantined_share": 0.1, "expected_every": "36 hours"}


def test_a_correction_asks_its_part_again_and_nothing_else(outcome: Outcome) -> None:
    keys = (CORRECT, pick("network"), pick("other address"), line("10.30.0.0/16"), line("10.40.0.0/16"), GENERATE)
    answers = outcome.answers
    environments = [answers["environments"][0], {**answers["environments"][1], "network": {"cidr": "10.40.0.0/16"}}]

    assert typed(interview, *BEFORE_SUMMARY, *keys).answers == answers | {
        "network": {"cidr": "10.30.0.0/16"},
        "environments": environments,
    }


CORRECTIONS: list[tuple[tuple[str, ...], Callable[[dict[str, Any]], Any], Any]] = [
    ((pick("project name"), line("Other")), lambda found: found["project_name"], "Other"),
    ((pick("short name"), line("other")), lambda found: found["project_slug"], "other"),
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
        (pick("datasets"), ENTER, pick("rules"), YES, pick("order_id"), "twice" + SPACE, ENTER, pick("no more")),
        lambda found: found["datasets"]["orders"]["columns"][0].get("unique"),
        True,
    ),
    (
        (pick("notifications"), ENTER, pick("SMS"), line("+32470123456")),
        lambda found: found["notifications"],
        [{"protocol": "sms", "endpoint": "+32470123456"}],
    ),
    ((pick("approvers"), line("Leads")), lambda found: found["approvers"], ["Leads"]),
    ((pick("git"), pick("GitHub"), line("a/b")), lambda found: found["git"]["repository"], "a/b"),
    ((pick("tags"), line("owner=me")), lambda found: found["tags"], {"owner": "me"}),
]


@pytest.mark.parametrize(("keys", "part", "expected"), CORRECTIONS, ids=[keys[0].strip() for keys, _, _ in CORRECTIONS])
def test_every_part_can_be_corrected(
    found: dict[str, Any], keys: tuple[str, ...], part: Callable[[dict[str, Any]], Any], expected: Any
) -> None:
    assert part(typed(lambda: corrected(found), *keys)) == expected


SETTINGS: list[tuple[tuple[str, ...], Callable[[dict[str, Any]], Any], Any]] = [
    (
        (pick("prod: region"), YES, NO, pick("large")),
        lambda found: {
            k: v for k, v in found["environments"][1].items() if k in ("approval", "workers", "worker_type")
        },
        {"approval": False, "workers": 10, "worker_type": "G.2X"},
    ),
    (
        (pick("orders: rules"), YES, pick("order_id"), "twice" + SPACE, ENTER, pick("no more")),
        lambda found: found["datasets"]["orders"]["columns"][0],
        {"name": "order_id", "type": "bigint", "unique": True},
    ),
    (
        (pick("orders: share"), pick("1 %"), pick("hour")),
        lambda found: (
            found["datasets"]["orders"]["maximum_quarantined_share"],
            found["datasets"]["orders"]["expected_every"],
        ),
        (0.01, "1 hours"),
    ),
    (
        (pick("SMS"), pick("SMS"), line("+32470123456"), NO),
        lambda found: found["notifications"],
        [{"protocol": "sms", "endpoint": "+32470123456"}],
    ),
    ((pick("branch"), line("trunk")), lambda found: found["git"], {"provider": "codecommit", "branch": "trunk"}),
    ((pick("tags"), line("owner=me")), lambda found: found["tags"], {"owner": "me"}),
]


@pytest.mark.parametrize(("keys", "part", "expected"), SETTINGS, ids=[keys[0].strip() for keys, _, _ in SETTINGS])
def test_what_few_decide_on_the_first_day_is_among_more_settings(
    found: dict[str, Any], keys: tuple[str, ...], part: Callable[[dict[str, Any]], Any], expected: Any
) -> None:
    assert part(typed(lambda: with_more(found), *keys)) == expected


def test_an_approval_that_is_turned_on_later_asks_who_gives_it(found: dict[str, Any]) -> None:
    dev = {**found["environments"][0], "approval": False}
    found = {**found, "environments": [dev], "approvers": []}
    keys = (pick("environments"), ENTER, ENTER, ENTER, ENTER, YES, ENTER, line("Leads"))

    assert typed(lambda: corrected(found), *keys)["approvers"] == ["Leads"]


def test_a_fault_between_answers_is_shown_and_must_be_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    second = (CORRECT, pick("datasets"), pick("add"), ENTER, line("orders_batches"), *TYPED_COLUMNS)
    # With a fault there is nothing to generate: Enter takes the first choice, which corrects.
    correct = (ENTER, pick("datasets"), pick("orders_batches"), pick("name"), line("refunds"), GENERATE)
    found = typed(interview, *BEFORE_SUMMARY, *second, *correct).answers

    assert list(found["datasets"]) == ["orders", "refunds"]
    assert "Refused: datasets: 'orders_batches' is also the name of a table" in capsys.readouterr().out


def test_the_summary_shows_what_a_target_receives() -> None:
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
