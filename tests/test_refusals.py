"""Wrong answers are refused before any folder exists, whichever way they are given."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pexpect
import pytest
import yaml
from cookiecutter.main import cookiecutter
from hostile_answers import COLUMNS, Case, answers_with, cases, some_of_each_field
from jinja2 import Environment
from plain_mode import press_control_c, without_questionary

from answers.project import QUESTIONS, project_faults, project_from
from answers.schema import fault

DEFAULTS = {key: json.loads((Path(__file__).parents[1] / "cookiecutter.json").read_text())[key] for key in QUESTIONS}
CHATS = ("slack.com", "slack-gov.com", "office.com", "logic.azure.com", "powerplatform.com", "discord.com")
REFUSED = [case for case in cases(accepted=False) if case.field != "webhook_url"]
ONE_OF_EACH = some_of_each_field(REFUSED, 1)


def refusals_of(**answers: Any) -> list[str]:
    return project_faults(project_from({**DEFAULTS, **answers}))


def named(case: Case) -> str:
    return f"{case.field}-{ascii(case.value)[:24]}"


def together(found: list[Case]) -> list[list[Case]]:
    """The cases in as few generations as there can be when no two in one answer the same question."""
    groups: list[list[Case]] = []
    for case in found:
        questions = answers_with(case).keys()
        free = (group for group in groups if all(questions.isdisjoint(answers_with(other)) for other in group))
        group = next(free, None)
        if group is None:
            groups.append([case])
        else:
            group.append(case)
    return groups


def answers_of(group: list[Case]) -> dict[str, Any]:
    return {question: answer for case in group for question, answer in answers_with(case).items()}


def assert_each_is_named(group: list[Case], said: str) -> None:
    """Every refusal of a case alone is in what was said of all."""
    lines = " ".join(said.split())
    missed = [
        (case.field, sentence)
        for case in group
        for sentence in refusals_of(**answers_with(case))
        if " ".join(sentence.split()) not in lines
    ]
    assert missed == []


GROUPS = together(ONE_OF_EACH)
OF_GROUP = [" ".join(case.field for case in group) for group in GROUPS]


def listing(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize("field", sorted({case.field for case in REFUSED}))
def test_every_hostile_answer_is_refused_with_a_printable_sentence(field: str) -> None:
    refusals = {case.value: refusals_of(**answers_with(case)) for case in REFUSED if case.field == field}

    assert [value for value, sentences in refusals.items() if not sentences] == []
    assert [value for value, sentences in refusals.items() if not all(line.isprintable() for line in sentences)] == []


@pytest.mark.parametrize("case", [case for case in cases() if case.field == "webhook_url"], ids=named)
def test_a_webhook_is_never_taken(case: Case) -> None:
    # The product asks for no webhook: one that works is a secret; its refusal points to the channel.
    sentence = fault("https_endpoint", case.value)

    if case.accepted and case.value:
        assert sentence is not None
        assert "use a slack or teams target for the channel" in sentence
    elif any(chat in case.value.lower() for chat in CHATS) and case.value.lower().startswith(
        "https://hooks.slack.com/"
    ):
        assert sentence is not None


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_the_api_refuses_before_any_folder_exists(
    case: Case, bake_into: Callable[..., Path], tmp_path: Path, temporary_folder: Path
) -> None:
    output = tmp_path / "outer" / "output"
    output.mkdir(parents=True)

    with pytest.raises(click.ClickException):
        bake_into(output, **answers_with(case))

    assert listing(tmp_path / "outer") == [output]
    assert listing(temporary_folder) == []


def assert_clean_refusal(done: Any, tmp_path: Path, temporary_folder: Path) -> None:
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert listing(tmp_path / "output") == []
    assert listing(temporary_folder) == []


@pytest.mark.parametrize("group", GROUPS, ids=OF_GROUP)
def test_a_config_file_is_refused(
    group: list[Case], run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(yaml.safe_dump({"default_context": answers_of(group)}), encoding="utf-8")

    done = run_cookiecutter("--config-file", str(answers))

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert_each_is_named(group, done.stderr)


@pytest.mark.parametrize("group", GROUPS, ids=OF_GROUP)
def test_a_replay_file_is_refused(
    group: list[Case], run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    replay = tmp_path / "replay.json"
    replay.write_text(json.dumps({"cookiecutter": {**DEFAULTS, **answers_of(group)}}), encoding="utf-8")

    done = run_cookiecutter("--replay-file", str(replay))

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert_each_is_named(group, done.stderr)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("project_name", "{{ 7*7 }}"),
        ("project_name", "a\x1b[31mred"),
        ("project_slug", "../../evil"),
        ("project_slug", "/tmp/evil"),
        ("project_slug", "class"),
        ("region", "Ireland"),
        ("environments", "dev=1111"),
        ("environments", "dev"),
        ("datasets", "orders:xlsx"),
        ("datasets", "orders:csv, orders:json"),
        ("datasets", "[orders"),
        ("notifications", "https://hooks.slack.com/services/T0/B0/x"),
        ("tags", "owner"),
        ("git", "github"),
        ("network", "10.0.0.1/16"),
    ],
)
class TestTypedAnswers:
    def test_key_value_is_refused(
        self,
        question: str,
        answer: str,
        run_cookiecutter: Callable[..., Any],
        tmp_path: Path,
        temporary_folder: Path,
    ) -> None:
        done = run_cookiecutter(f"{question}={answer}")

        assert_clean_refusal(done, tmp_path, temporary_folder)
        assert "\x1b" not in done.stderr

    def test_at_the_prompt_is_refused(
        self,
        question: str,
        answer: str,
        run_cookiecutter: Callable[..., Any],
        tmp_path: Path,
        temporary_folder: Path,
    ) -> None:
        typed = "".join(f"{answer if each == question else ''}\n" for each in QUESTIONS)

        done = run_cookiecutter(typed=typed)

        assert_clean_refusal(done, tmp_path, temporary_folder)


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """A file that exists once a payload was evaluated."""
    return tmp_path / "evaluated"


@pytest.fixture
def payload(proof: Path, tmp_path: Path) -> str:
    """An answer that, evaluated, would run a command; also in an answers file and in a replay file."""
    text = "{{ cycler.__init__.__globals__.os.popen('touch " + str(proof) + "').read() }}"
    answers = {"default_context": {"project_name": text, "tags": {"owner": text}}}
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers))
    (tmp_path / "replay.json").write_text(json.dumps({"cookiecutter": {**DEFAULTS, "project_name": text}}))
    return text


def test_the_payload_would_run_its_command(payload: str, proof: Path) -> None:
    Environment(autoescape=False).from_string(payload).render()

    assert proof.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--no-input", "project_name=PAYLOAD"],
        ["project_name=PAYLOAD"],
        ["--no-input", "--config-file", "../answers.yaml"],
        ["--config-file", "../answers.yaml"],
        ["--replay-file", "../replay.json"],
    ],
    ids=" ".join,
)
def test_an_answer_is_never_evaluated(
    words: list[str], payload: str, proof: Path, run_cookiecutter: Callable[..., Any]
) -> None:
    done = run_cookiecutter(*(word.replace("PAYLOAD", payload) for word in words))

    assert done.returncode != 0
    assert not proof.exists()


def test_a_default_of_a_person_is_not_evaluated_before_it_is_asked(
    payload: str, proof: Path, run_cookiecutter: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    shutil.copy(tmp_path / "answers.yaml", home / ".cookiecutterrc")
    done = run_cookiecutter(typed="\n" * 10)
    (home / ".cookiecutterrc").unlink()

    assert "{{ \ncycler.__init__" in done.stdout
    assert done.returncode != 0
    assert not proof.exists()


@pytest.mark.parametrize("kind", ["extra_context", "replay"])
def test_an_answer_to_the_api_is_never_evaluated(
    kind: str, payload: str, proof: Path, template: Path, tmp_path: Path, temporary_folder: Path
) -> None:
    given = {"project_name": payload} if kind == "extra_context" else str(tmp_path / "replay.json")

    with pytest.raises(click.ClickException):
        cookiecutter(str(template), output_dir=str(tmp_path / "output"), **{kind: given})

    assert not proof.exists()


def test_an_output_folder_with_braces_in_its_name_is_taken_literally(
    run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    done = run_cookiecutter("--no-input", "--output-dir", "{{ 7*7 }}")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output/{{ 7*7 }}/acme-sales/dev/backend.tf").is_file()


@pytest.mark.parametrize(
    "private",
    [
        {"_extensions": []},
        {"_extensions": ["cookiecutter.extensions.SlugifyExtension"]},
        {"_copy_without_render": []},
        {"_answers": {"project_slug": "../../evil"}},
        {"__prompts__": {}},
        {"_template": "x"},
        {"_jinja2_env_vars": {"variable_start_string": "[["}},
        {"__project_slug": "../../evil"},
    ],
    ids=str,
)
class TestPrivateVariables:
    def test_in_a_config_file_is_refused_by_name(
        self,
        private: dict[str, Any],
        run_cookiecutter: Callable[..., Any],
        tmp_path: Path,
        temporary_folder: Path,
    ) -> None:
        answers = tmp_path / "answers.yaml"
        answers.write_text(yaml.safe_dump({"default_context": private}))

        done = run_cookiecutter("--no-input", "--config-file", str(answers))

        assert_clean_refusal(done, tmp_path, temporary_folder)
        assert next(iter(private)) in done.stderr

    def test_on_the_command_line_is_refused_by_name(
        self,
        private: dict[str, Any],
        run_cookiecutter: Callable[..., Any],
        tmp_path: Path,
        temporary_folder: Path,
    ) -> None:
        done = run_cookiecutter("--no-input", f"{next(iter(private))}=x")

        assert_clean_refusal(done, tmp_path, temporary_folder)
        assert next(iter(private)) in done.stderr

    def test_given_to_the_api_makes_no_folder(
        self, private: dict[str, Any], bake_into: Callable[..., Path], tmp_path: Path
    ) -> None:
        (tmp_path / "output").mkdir()

        with pytest.raises(Exception, match=r".+"):
            bake_into(tmp_path / "output", **private)

        assert listing(tmp_path / "output") == []

    def test_in_a_replay_file_makes_no_folder(
        self,
        private: dict[str, Any],
        run_cookiecutter: Callable[..., Any],
        tmp_path: Path,
        temporary_folder: Path,
    ) -> None:
        if next(iter(private)) in ("_template", "_answers"):
            private = {**private, "__anything": "x"}
        replay = tmp_path / "replay.json"
        replay.write_text(json.dumps({"cookiecutter": {**DEFAULTS, **private}}))

        done = run_cookiecutter("--replay-file", str(replay))

        assert_clean_refusal(done, tmp_path, temporary_folder)


def test_answers_inside_a_replay_file_are_checked(
    run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    replay = tmp_path / "replay.json"
    replay.write_text(
        json.dumps({"cookiecutter": {"_answers": {**DEFAULTS, "project_slug": "../../evil", "regoin": "x"}}})
    )

    done = run_cookiecutter("--replay-file", str(replay))

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert "../../evil" in done.stderr
    assert "Did you mean region?" in done.stderr


def test_a_misspelt_question_is_refused_with_the_nearest_one(
    run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("default_context: {enviroments: dev=111111111111}\n")

    by_key = run_cookiecutter("--no-input", "regoin=eu-west-1")
    by_file = run_cookiecutter("--config-file", str(answers))

    assert "'regoin'" in by_key.stderr
    assert "Did you mean region?" in by_key.stderr
    assert "Did you mean environments?" in by_file.stderr


def test_a_misspelt_question_is_refused_by_the_api_and_in_a_replay_file(
    bake_into: Callable[..., Path], run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    replay = tmp_path / "replay.json"
    replay.write_text(json.dumps({"cookiecutter": {**DEFAULTS, "regoin": "eu-west-1"}}))

    with pytest.raises(click.ClickException, match="regoin"):
        bake_into(tmp_path, regoin="eu-west-1")
    assert "regoin" in run_cookiecutter("--replay-file", str(replay)).stderr


def test_answers_beside_default_context_are_refused_rather_than_passed_over(
    run_cookiecutter: Callable[..., Any], tmp_path: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("region: eu-central-1\n")

    done = run_cookiecutter("--no-input", "--config-file", str(answers))

    assert done.returncode == 2
    assert "'region' is at the top of" in done.stderr
    assert "below `default_context:`" in done.stderr


def test_a_refusal_begins_with_what_is_wrong(run_cookiecutter: Callable[..., Any]) -> None:
    done = run_cookiecutter("--no-input", "region=mars-1")

    assert done.returncode == 2
    assert done.stderr.startswith("Error: region: 'mars-1' is not one of")


def test_keys_of_other_templates_in_a_persons_own_configuration_are_not_checked(
    run_cookiecutter: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    (home / ".cookiecutterrc").write_text("default_context: {full_name: Ada, region: eu-central-1}\n")
    done = run_cookiecutter("--no-input")
    (home / ".cookiecutterrc").unlink()

    assert done.returncode == 0
    assert "region: eu-central-1" in (tmp_path / "output/acme-sales/project.yaml").read_text()


def test_all_faults_are_in_one_message(run_cookiecutter: Callable[..., Any]) -> None:
    done = run_cookiecutter(
        "--no-input", "regoin=x", "region=x", "project_slug=X", "network=10.0.0.0/8", "tags=aws:x=1"
    )

    assert done.stderr.count("\n- ") == 5


def test_an_empty_list_is_refused_and_does_not_crash(
    run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("default_context: {environments: [], datasets: []}\n")

    done = run_cookiecutter("--no-input", "--config-file", str(answers))

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert "environments" in done.stderr


@pytest.mark.parametrize("key", ["name", "columns", "account", "misspelt"])
def test_a_key_that_is_unknown_or_lacking_deeper_down_is_named(key: str) -> None:
    dataset = {"format": "csv", "columns": COLUMNS, "misspelt": 1} if key == "misspelt" else {"format": "csv"}
    environment = {"name": "dev"} if key == "account" else {"account": "111111111111"}
    answers = {"environments": [environment]} if key in ("name", "account") else {"datasets": {"orders": dataset}}

    assert key in " ".join(refusals_of(**answers))


def columns(*entries: dict[str, Any], **dataset: Any) -> dict[str, Any]:
    return {"datasets": {"orders": {"format": "csv", "columns": list(entries), **dataset}}}


MAIL = {"protocol": "email", "endpoint": "data-team@example.com"}
ID, AMOUNT, DAY = (
    {"name": "id", "type": "bigint"},
    {"name": "amount", "type": "double"},
    {"name": "day", "type": "date"},
)
CONNECTION = "arn:aws:codeconnections:eu-west-1:333333333333:connection/01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"environments": "dev=111111111111, dev=222222222222"}, "is listed twice"),
        ({"environments": "tests=111111111111"}, "reserved"),
        ({"datasets": {"a": {**columns(ID)["datasets"]["orders"], "prefix": "raw/"},
                       "b": {**columns(ID)["datasets"]["orders"], "prefix": "raw/b/"}}}, "contain one another"),
        ({"datasets": "orders:csv, orders_batches:csv"}, "is also the name of a table"),
        ({"datasets": "orders:csv, orders_commits:csv"}, "is also the name of a table"),
        ({"datasets": "orders:csv, raw_orders:csv"}, "is also the name of a table"),
        ({"datasets": "orders:csv, quarantine_orders:csv"}, "is also the name of a table"),
        ({"notifications": "a@example.com, a@example.com"}, "is listed twice"),
        ({"notifications": [{**MAIL, "environments": ["dev"]}, {**MAIL, "environments": ["dev", "prod"]}]},
         "is listed twice"),
        ({"notifications": [{**MAIL, "environments": ["uat"]}]}, "this project. It can be dev, prod, pipeline."),
        ({"notifications": [{**MAIL, "kinds": ["budget"], "environments": ["pipeline"]}]}, "would receive nothing"),
        ({"notifications": [{**MAIL, "kinds": ["run succeeded"], "successes": "never"}]}, "would receive nothing"),
        ({"notifications": [{**MAIL, "kinds": ["run faild"]}]}, "near it are run failed"),
        ({"tags": {"Owner": "a", "owner": "b"}}, "is listed twice"),
        ({"tags": {f"tag {number}": "x" for number in range(41)}}, "more than 40"),
        (columns(ID, ID), "is listed twice"),
        (columns(ID, readers=["arn:aws:iam::444444444444:role/Finance"]), "is a role of an account that has no"),
        (columns(ID, primary_key=["key"]), "is not a column"),
        (columns(ID, newest_by="key"), "is not a column"),
        (columns(ID, partition_by="key"), "is not a column"),
        (columns(AMOUNT, primary_key=["amount"]), "do not compare exactly"),
        (columns(ID, primary_key=["id", "id"]), "twice"),
        (columns({"name": "x", "type": "binary"}, newest_by="x"), "has no order"),
        (columns(AMOUNT, partition_by="amount"), "cannot name a folder"),
        (columns({**ID, "format": "yyyy"}), "Use it on dates and timestamps"),
        (columns({**ID, "pattern": "x"}), "Use it on strings"),
        (columns({"name": "x", "type": "string", "minimum": 1}), "Use it on numbers and dates"),
        (columns({**ID, "minimum": "2024-01-01"}), "is not a number"),
        (columns({**DAY, "minimum": 1}), "is not a date"),
        (columns({**ID, "minimum": 2, "maximum": 1}), "more than the maximum"),
        (columns({**DAY, "minimum": "2024-02-01", "maximum": "2024-01-01"}), "more than the maximum"),
        (columns({"name": "x", "type": "string", "one_of": []}), "fewer than 1"),
        (columns({"name": "x", "type": "string", "pattern": "("}), "has a ( without its )"),
        (columns({**ID, "minimum": 2**63}), "outside the range of the type"),
        (columns({"name": "v", "type": "int", "one_of": ["1", "two"]}), "'two' is not a whole number"),
        (columns({**DAY, "one_of": ["2024-02-30"]}), "'2024-02-30' is not a date"),
        (columns({**DAY, "format": "YYYY-MM-dd"}), "has the letter Y, which Spark does not read"),
        (columns({"name": "x", "type": "string", "pattern": "(?P<x>a)"}), "has (?P, which Java and Python do not read"),
        (columns(ID, primary_key=["idd"]), "Did you mean id?"),
        (columns(DAY, {"name": f"{DAY['name']}_day", "type": "int"}, partition_by=DAY["name"]), "is also the column"),
        ({"datasets": {"a": {"format": "json", "columns": [ID], "delimiter": ","}}}, "Use it on csv"),
        ({"datasets": {"a": {"format": "json", "columns": [ID], "header": False}}}, "Use it on csv"),
        ({"datasets": {"a": {"format": "json", "columns": [ID], "decimal": ","}}}, "Use it on csv"),
        ({"datasets": {"a": {"format": "orc", "columns": [ID], "encoding": "utf-8"}}}, "Use it on csv or json"),
        ({"environments": [{"name": "dev", "account": "111111111111", "flex": True, "worker_type": "G.4X"}]},
         "cannot be used with flex"),
        ({"tags": {"deployment": "x"}}, "reserved"),
        ({"git": "github:acme/data/sales"}, "is not owner/repository"),
        ({"approvers": {"delivery": {"connection": CONNECTION}}}, "cannot be used with a CodeCommit repository"),
        ({"git": "github:a/b", "approvers": {"delivery": {"connection": CONNECTION.replace("eu-west", "cn-north")}}},
         "do not belong together"),
        ({"approvers": {"approver": ["Architects"], "delivery": {}}}, "is not a list"),
        ({"approvers": {"delivery": {"aproval_timeout": "3 days"}}}, "Did you mean approval_timeout?"),
        ({"environments": [{"name": "dev", "account": "111111111111", "deploy_window": {"days": "MON-FRI"}}]},
         "lacks hours"),
        ({"environments": [{"name": "pipeline", "account": "111111111111"}]}, "reserved"),
        ({"datasets": "canary"}, "reserved"),
        ({"datasets": {"birds": {**columns(ID)["datasets"]["orders"], "prefix": "canary/"}}}, "contain one another"),
        ({"datasets": "raw_canary"}, "is also the name of a table"),
        ({"network": {"vpc": "vpc-0123456789abcdef0", "subnets": []}}, "fewer than 1"),
        ({"network": {"vpc": "vpc-0123456789abcdef0"}}, "lacks subnets"),
        ({"notifications": "arn:aws-cn:sns:cn-north-1:123456789012:x"}, "do not belong together"),
        ({"notifications": "arn:aws:sns:us-east-1:123456789012:x"}, "an alarm reaches topics of its own region only"),
        ({"region": "eu-central-2"}, "has no CodeCommit"),
        ({"datasets": {"orders": {**columns(ID)["datasets"]["orders"], "schedule": "rate(1 hours)"}}}, "rate(1 hour)"),
        ({"tags": {"owner": "50 €"}}, "does not have the right form"),
        ({"notifications": "arn:aws:sns:cn-north-1:123456789012:x"}, "belongs to aws-cn"),
        ({"datasets": "orders: {format: csv}\norders: {format: json}\n"}, "orders is listed twice"),
        ({"environments": [{"name": "dev", "account": 12345678901}]}, "write it in quotes"),
        ({"environments": "production=111111111111"}, "Write prod: it is part of every name in AWS"),
        ({"environments": "development=111111111111"}, "Write dev: it is part of every name in AWS"),
        ({"project_slug": "sthree"}, "S3 reserves those that begin with sthree-"),
        ({"project_slug": "amzn-s3-demo"}, "S3 reserves those that begin with sthree-"),
        ({"project_slug": {"slug": "acme", "bucket_prefix": "sthree"}}, "S3 reserves those that begin with sthree-"),
        ({"network": "vpc-0123456789abcdef0 subnet-0123456789abcdef0"}, "a VPC belongs to one account"),
    ],
)  # fmt: skip
def test_answers_that_do_not_fit_together_are_refused(answers: dict[str, Any], words: str) -> None:
    assert words in " ".join(refusals_of(**answers))


@pytest.mark.parametrize("name", ["sthrees", "three-d", "amzn-s3-demos"])
def test_a_name_that_only_resembles_what_s3_reserves_is_right(name: str) -> None:
    assert fault("project_slug", name) is None


def test_no_environment_is_named_like_a_file_of_the_project_whatever_the_case() -> None:
    files = (Path(__file__).parent / "generated_files.txt").read_text().splitlines()
    at_the_top = {path.split("/")[0].casefold() for path in files} - {"dev", "prod"}
    right = [name for name in at_the_top if fault("environment", name) is None]

    assert right == []


def test_two_environments_of_one_account_may_share_a_vpc() -> None:
    network = "vpc-0123456789abcdef0 subnet-0123456789abcdef0"

    assert refusals_of(network=network, environments="dev=111111111111, prod=111111111111") == []


def test_the_longest_names_fit_into_the_limits_of_aws() -> None:
    longest = {
        "slug": "a-b-c-d-e-f-g-h-i-j-k-lm",
        "environment": "e1234567",
        "dataset": "d" * 24,
        "prefix": "p" * 20,
        "account": "1" * 12,
    }
    kinds = {
        "slug": "project_slug",
        "dataset": "dataset_name",
        "prefix": "bucket_name_prefix",
        "account": "aws_account_id",
    }
    for part, value in longest.items():
        kind = kinds.get(part, part)
        assert fault(kind, value) is None
        assert fault(kind, value + "1") is not None

    assert len("{slug}-{environment}-{dataset}".format(**longest)) <= 58
    assert len("{prefix}-{environment}-quarantine-{account}".format(**longest)) <= 54


def test_without_questionary_a_person_reads_how_to_get_it_and_is_asked_plainly(
    terminal: Callable[..., Any], tmp_path: Path
) -> None:
    asking = terminal(path=without_questionary(tmp_path))
    asking.expect("uvx --with questionary cookiecutter")
    asking.expect("What is the project called")
    for _ in QUESTIONS:
        asking.sendline("")
    asking.expect("is ready")
    asking.expect(pexpect.EOF)

    assert (tmp_path / "output/acme-sales/prod/backend.tf").is_file()


def test_control_c_at_a_plain_question_leaves_nothing_behind(
    terminal: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    asking = terminal(path=without_questionary(tmp_path))
    asking.expect("What is the project called")
    press_control_c(asking)
    asking.close()

    assert asking.exitstatus != 0
    assert listing(tmp_path / "output") == []
    assert listing(temporary_folder) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--no-input"],
        ["project_name=Other"],
        ["--config-file", "../answers.yaml"],
        ["--replay-file", "../replay.json"],
    ],
)
def test_at_a_terminal_given_answers_are_not_asked_again(
    words: list[str], terminal: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text("default_context: {project_name: Other}\n")
    (tmp_path / "replay.json").write_text(json.dumps({"cookiecutter": {"project_name": "Other"}}))

    generating = terminal(*words)
    generating.expect("is ready")
    generating.expect(pexpect.EOF)

    name = "acme-sales" if words == ["--no-input"] else "other"
    assert (tmp_path / "output" / name / "project.yaml").is_file()


@pytest.mark.parametrize("words", [["--no-input"], []], ids=["no input", "config file alone"])
def test_a_name_that_yaml_reads_as_true_or_false_is_refused_and_not_renamed(
    words: list[str], run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("default_context: {datasets: {no: {format: csv, columns: [{name: id, type: int}]}}}\n")

    done = run_cookiecutter(*words, "--config-file", str(answers))

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert "write it in quotes" in done.stderr


def test_the_names_in_a_refusal_cannot_steer_a_terminal() -> None:
    dataset = {"format": "csv", "columns": [{"name": "id", "type": "int"}] * 2, "\x1b[2J": 1}

    sentences = refusals_of(datasets={"a\x1b[31m": dataset}, environments=[{"name": "\x07", "account": "1"}])

    assert len(sentences) >= 4
    assert all(sentence.isprintable() for sentence in sentences)


def test_a_folder_of_somebody_is_never_taken_for_a_temporary_copy(
    template: Path, run_cookiecutter: Callable[..., Any], temporary_folder: Path
) -> None:
    own = temporary_folder / "cookiecutter_of_mine" / "dataops-template"
    shutil.copytree(template, own)

    run_cookiecutter("--no-input", "--accept-hooks", "no", "region=nowhere", template=own)

    assert (own / "cookiecutter.json").is_file()


def test_refusing_the_hooks_does_not_refuse_the_check(
    run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    done = run_cookiecutter("--no-input", "--accept-hooks", "no", "project_slug=../../evil/x", "regoin=x")

    assert_clean_refusal(done, tmp_path, temporary_folder)
    assert "../../evil/x" in done.stderr
    assert "Did you mean region?" in done.stderr


def test_without_hooks_and_extension_no_project_comes_out(
    run_cookiecutter: Callable[..., Any], tmp_path: Path, temporary_folder: Path
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("default_context: {_extensions: []}\n")

    done = run_cookiecutter("--no-input", "--accept-hooks", "no", "--config-file", str(answers))

    assert_clean_refusal(done, tmp_path, temporary_folder)
