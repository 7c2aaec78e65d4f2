"""The budgets of this house, counted on the unrendered template."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
FUNCTIONS = PROJECT / "lambda"
# Each may use those after it.
ROOMS_OF_LAMBDA = ("uploads", "runs", "crawls", "notifications", "ledger", "runtime")
WITH_JINJA = {"project.yaml", "README.md", "AGENTS.md", "backend.tf", "pyproject.toml"}
BINARY = {".gz", ".parquet", ".orc", ".zip", ".whl"}


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks or would track, below the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def project_texts() -> list[Path]:
    return [path for path in tracked(PROJECT.name) if path.suffix not in BINARY]


def statements(path: Path) -> list[str]:
    return re.findall(r"\{%-?\s", path.read_text(encoding="utf-8", errors="replace"))


def test_jinja_stands_in_five_kinds_of_file_only() -> None:
    # Python's f-strings and Terraform have braces of their own: only what cookiecutter would render counts.
    found = {
        path.name
        for path in project_texts()
        if statements(path) or re.search(r"\{\{\s*(cookiecutter|project|backend)\b", path.read_text("utf-8", "replace"))
    }

    assert found <= WITH_JINJA


def test_every_other_file_is_copied_without_rendering() -> None:
    import fnmatch
    import json

    patterns = json.loads((ROOT / "cookiecutter.json").read_text())["_copy_without_render"]
    rendered = [
        path.relative_to(PROJECT).as_posix()
        for path in project_texts()
        if path.name not in WITH_JINJA
        and not any(fnmatch.fnmatch(path.relative_to(PROJECT).as_posix(), pattern) for pattern in patterns)
    ]

    assert rendered == []


def test_no_name_of_a_file_depends_on_a_condition() -> None:
    assert [path for path in tracked() if "{%" in str(path)] == []


@pytest.mark.parametrize("hook", ["pre_prompt.py", "post_gen_project.py"])
def test_a_hook_is_short(hook: str) -> None:
    assert len((ROOT / "hooks" / hook).read_text().splitlines()) <= 60


def test_a_python_function_fits_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in tracked("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno > 30
    ]

    assert long == []


def test_a_terraform_file_fits_on_two_screens() -> None:
    long = [path for path in tracked("*.tf") if len(path.read_text().splitlines()) > 120]

    assert long == []


def test_a_handler_fits_on_a_screen_and_a_half() -> None:
    long = [path.name for path in FUNCTIONS.glob("*.py") if len(path.read_text().splitlines()) > 80]

    assert long == []


def imported(path: Path) -> set[str]:
    """The top names of what a module imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names = whole | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def test_a_room_of_lambda_uses_only_rooms_below_it() -> None:
    handlers = {path.stem for path in FUNCTIONS.glob("*.py")}
    forbidden = {room: {*ROOMS_OF_LAMBDA[:at], *handlers} for at, room in enumerate(ROOMS_OF_LAMBDA)}
    forbidden |= {handler: handlers - {handler} for handler in handlers}
    found = [
        f"{path.relative_to(FUNCTIONS)} imports {name}"
        for path in tracked(f"{PROJECT.name}/lambda/*.py")
        for name in imported(path) & forbidden[path.relative_to(FUNCTIONS).parts[0].removesuffix(".py")]
    ]

    assert found == []


def test_a_key_of_the_ledger_is_composed_in_one_module() -> None:
    keys = FUNCTIONS / "ledger/keys.py"
    prefixes = "|".join({*re.findall(r'"(\w+/)["{]', keys.read_text())})
    literal = re.compile(rf"""(f|startswith\(|removeprefix\()["']({prefixes})[{{"']""")
    using = [f"tools/src/dataops/{room}/*.py" for room in ("delivery", "local_run", "operations", "project")]

    assert prefixes.count("|") >= 13
    assert [
        path
        for path in tracked(f"{PROJECT.name}/lambda/*.py", *using)
        if path != keys and literal.search(path.read_text())
    ] == []


def test_no_file_is_named_for_nothing_in_particular() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base"}

    assert [path for path in tracked() if path.stem in nameless] == []


def test_nothing_is_left_for_later() -> None:
    left = re.compile("TO" + r"DO\b|FIX" + r"ME\b|XX" + r"X\b|NotImple" + "mented")

    assert [
        path for path in tracked("*.py", "*.tf", "*.md", "*.yaml") if left.search(path.read_text("utf-8", "replace"))
    ] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    skips = re.compile(r"pytest\.(mark\.)?(sk" + "ip|xf" + "ail)|import" + "orskip")

    assert [path for path in tracked("*.py") if skips.search(path.read_text())] == []


def test_every_question_is_a_sentence_and_there_are_at_most_ten() -> None:
    import json

    questions = json.loads((ROOT / "cookiecutter.json").read_text())
    asked = [key for key in questions if not key.startswith("_")]

    assert len(asked) <= 10
    assert set(questions["__prompts__"]) == set(asked)
    assert all(len(sentence.split()) >= 4 for sentence in questions["__prompts__"].values())


# The glossary of the house: a word on the left became the term on the right, and does not come back.
GLOSSARY = {
    r"maximum_bad_share|bad_share": "maximum_quarantined_share",
    r"deaths?": "injected fault",
    r"mends?|mended|mending": "patch (moto), fix (everything else)",
    r"surroundings": "existing resources",
    r"rehears\w*": "local delivery",
    r"stand[-_]ins?": "local AWS",
    r"anew": "again, recreated",
    r"learnt": "know, implement",
    r"told": "notified, given, shown",
    r"judg(?:e[ds]?|ements?|ing)": "check, evaluate",
    r"hears? of|heard of": "receive, be notified",
    r"delivery_news|run_news": "delivery_notification, run_notifications",
    r"local platform": "local AWS",
}
# Names of version 1.0.0, in what upgrades from it; hostile answers, and sentences that use the words otherwise.
SPEAKS_OF_FORMER_NAMES = {
    "CHANGELOG.md", "last.json", "migrations.json", "project.schema.json", "hostile-answers.json",
    "test_house_rules.py", "test_schema.py", "test_schema_agrees_with_terraform.py",
    "test_upgrade_renamed_settings.py", "test_commands.py", "test_interview_defaults.py", "refusal.tftest.hcl",
}  # fmt: skip
FORMER_PLACES = re.compile(
    r"local/stand_in/|dataset\.maximum_bad_share|maximum_bad_share = optional|'maximum_bad_share' is|"
    r'key != "maximum_bad_share"|'
    # Names that are stored: a row of the ledger and its flag, a statement of a policy, a query of an alarm's metric.
    r'told/\{topic\}|"told", message|Told       = \{ actions|\{ judged = each\.value|id = "judged"'
)


def test_a_word_that_the_glossary_has_replaced_does_not_come_back() -> None:
    words = {
        re.compile(rf"(?<![a-zA-Z])(?:{word})(?![a-zA-Z])", re.IGNORECASE): term for word, term in GLOSSARY.items()
    }
    texts = tracked("*.py", "*.tf", "*.hcl", "*.md", "*.json", "*.yaml", "Makefile", "*/Makefile")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]!r}: write {term}"
        for path in texts
        if path.name not in SPEAKS_OF_FORMER_NAMES
        for word, term in words.items()
        for match in [
            *word.finditer(FORMER_PLACES.sub("", path.read_text("utf-8", "replace"))),
            *word.finditer(path.stem),
        ]
    ]

    assert found == []
