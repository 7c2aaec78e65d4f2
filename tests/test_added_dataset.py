"""`make dataset` asks about one file as at the start, and changes nothing in project.yaml but the added lines."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
import yaml
from dataops.inference.dataset import proposed_for
from interview_keys import CTRL_C, ENTER, NO, YES, pick, typed
from upgrade_lab import PERSON, Template
from upgrade_lab import Project as GeneratedProject

from benches.template import ROOT
from upgrade.adding import NO_TERMINAL, add_dataset, write
from upgrade.inserting import IN_ONE_LINE, with_dataset
from upgrade.project import Project
from upgrade.refusal import RefusedError

SETTINGS = """# Everything particular to this project.
name: "Acme Sales"   # on every page
slug: acme-sales
region: eu-west-1
environments:
  - {name: dev, account: "111111111111"}

datasets:
  # The oldest one.
  orders:
    format: csv
    columns:
      - {name: order_id, type: bigint}   # of the shop
      - {name: status, type: string, one_of: [placed, "paid"]}
    primary_key: [order_id]  # never reused

# Who gets notifications.
notifications:
  - {protocol: email, endpoint: data-team@example.com}
"""
ENTRY = {"format": "csv", "delimiter": ";", "columns": [{"name": "sale_id", "type": "bigint"}]}
ADDED = """  sales:
    format: csv
    delimiter: ";"
    columns:
      - {name: sale_id, type: bigint}
"""
SALES = "sale_id;customer;sold_at\n1;Anna;2026-03-01 10:00:00\n2;Ben;2026-03-01 11:00:00\n3;Cem;2026-03-02 09:00:00\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one dataset, and a person at a terminal."""
    (tmp_path / "project.yaml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("upgrade.adding.why_plain", lambda: None)
    return Project(tmp_path, "")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "Sales_2026.csv"
    path.write_text(SALES, encoding="utf-8")
    return path


def settings_of(project: Project) -> str:
    return (project.folder / "project.yaml").read_text(encoding="utf-8")


def test_the_lines_come_after_the_last_dataset_and_all_others_stay() -> None:
    place = "    primary_key: [order_id]  # never reused\n"

    assert with_dataset(SETTINGS, "sales", ENTRY) == SETTINGS.replace(place, place + ADDED)


@pytest.mark.parametrize(
    "text",
    [
        SETTINGS.replace("\n", "\r\n"),
        SETTINGS[: SETTINGS.index("\n# Who")],
        SETTINGS[: SETTINGS.index("  # never reused")],
        SETTINGS.replace("\n  ", "\n      ").replace("datasets:\n      #", "datasets:\n      #"),
        SETTINGS.replace("primary_key: [order_id]  # never reused", "primary_key:\n      - order_id"),
        SETTINGS.replace("primary_key: [order_id]  # never reused", "newest_by: >\n      order_id"),
    ],
    ids=[
        "line ends of Windows",
        "datasets last",
        "no line end at the end",
        "a deeper indent",
        "a list of lines",
        "a folded text",
    ],
)
def test_other_forms_of_the_file_keep_theirs(text: str) -> None:
    changed = with_dataset(text, "sales", ENTRY)

    before, after = yaml.safe_load(text), yaml.safe_load(changed)
    assert after == {**before, "datasets": {**before["datasets"], "sales": ENTRY}}
    assert set(text.splitlines()) <= set(changed.splitlines())
    assert "# Who" not in text or "# Who gets notifications.\nnotifications:" in changed.replace("\r\n", "\n")
    assert ("\r\n" in text) == ("\r\n" in changed) and "\n" not in changed.replace("\r\n", "") * ("\r" in text)


def test_datasets_in_braces_are_refused_in_one_sentence() -> None:
    text = "datasets: {orders: {format: csv, columns: [{name: order_id, type: bigint}]}}\n"

    with pytest.raises(RefusedError) as refused:
        with_dataset(text, "sales", ENTRY)

    assert str(refused.value) == IN_ONE_LINE


SHARED = """datasets:
  orders:
    format: csv
    columns: &columns [{name: order_id, type: bigint}]
    primary_key: [order_id]
  returns:
    format: csv
    columns: *columns
"""


@pytest.mark.parametrize(
    "text",
    [SHARED, "tags: &tags {a: b}\ndatasets:\n  orders: *tags\n"],
    ids=["another meaning", "no YAML"],
)
def test_a_form_into_which_nothing_can_be_inserted_is_refused_with_another_way(text: str) -> None:
    with pytest.raises(RefusedError, match=r"Nothing was changed; make try FILE=name prints the lines to add\.$"):
        with_dataset(text, "sales", ENTRY)


def test_a_dataset_is_asked_about_and_written_with_its_first_rows(
    project: Project, sales: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The proposal is taken, the sample is copied, the lines are written.
    code = typed(lambda: add_dataset(project, sales), pick("Use it"), ENTER, YES)

    assert code == 0
    assert yaml.safe_load(settings_of(project))["datasets"]["sales"] == proposed_for(sales).entry
    assert [line for line in SETTINGS.splitlines() if line not in settings_of(project).splitlines()] == []
    assert (project.folder / "samples/sales/Sales_2026.csv").read_text(encoding="utf-8") == SALES
    assert "samples/sales/Sales_2026.csv has its first rows. Next: make fix, then make run DATASET=sales." in (
        capsys.readouterr().out
    )


def test_who_says_no_at_the_end_changes_nothing(project: Project, sales: Path) -> None:
    def ask() -> str:
        with pytest.raises(RefusedError) as refused:
            add_dataset(project, sales)
        return str(refused.value)

    assert typed(ask, pick("Use it"), ENTER, NO) == "Nothing was changed."
    assert settings_of(project) == SETTINGS
    assert not (project.folder / "samples").exists()


def test_who_stops_in_the_middle_changes_nothing(project: Project, sales: Path) -> None:
    def ask() -> str:
        with pytest.raises(RefusedError) as refused:
            add_dataset(project, sales)
        return str(refused.value)

    assert typed(ask, pick("Use it"), CTRL_C) == "Stopped: nothing was changed."
    assert settings_of(project) == SETTINGS


def test_a_sample_that_is_there_already_stays(
    project: Project, sales: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = project.folder / "samples/sales/Sales_2026.csv"
    own.parent.mkdir(parents=True)
    own.write_text("of the team")

    typed(lambda: add_dataset(project, sales), pick("Use it"), ENTER, YES)

    assert own.read_text() == "of the team"
    assert "samples/sales/Sales_2026.csv was there already, and stays. Next:" in capsys.readouterr().out


def test_an_entry_that_the_project_cannot_have_is_not_written(project: Project) -> None:
    entry = {**ENTRY, "primary_key": ["sold_at"]}

    with pytest.raises(RefusedError, match=r"^Nothing was changed:\n- .*sold_at"):
        write(project, SETTINGS, yaml.safe_load(SETTINGS), "sales", entry)

    assert settings_of(project) == SETTINGS


@pytest.fixture
def few_bytes() -> Iterator[None]:
    """Files of at most 20 bytes: the operating system breaks off what is written beyond, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_be_written_whole_stays_as_it_is(project: Project, few_bytes: None) -> None:
    with pytest.raises(OSError):
        write(project, SETTINGS, yaml.safe_load(SETTINGS), "sales", ENTRY)

    assert settings_of(project) == SETTINGS
    assert [path.name for path in project.folder.iterdir()] == ["project.yaml"]


@pytest.mark.parametrize(
    ("is_terminal", "limit"), [(False, None), (True, "This terminal (TERM=dumb) cannot move its cursor")]
)
def test_without_a_terminal_that_shows_the_interview_the_refusal_names_make_try(
    project: Project, sales: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool, limit: str | None
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setattr("upgrade.adding.why_plain", lambda: limit)

    with pytest.raises(RefusedError) as refused:
        add_dataset(project, sales)

    assert str(refused.value) == NO_TERMINAL


def test_a_file_that_is_no_sample_is_refused_before_any_question(project: Project, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()

    with pytest.raises(RefusedError, match=r"^empty\.csv: It is empty\.$"):
        add_dataset(project, tmp_path / "empty.csv")


def test_the_updater_uses_the_tools_of_its_own_version_whatever_is_installed(tmp_path: Path) -> None:
    (tmp_path / "dataops").mkdir()
    (tmp_path / "dataops/__init__.py").write_text("raise ImportError('the tools of the project')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", "import upgrade.command"]

    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def with_a_newer_version(small: tuple[Template, GeneratedProject]) -> tuple[Template, GeneratedProject]:
    """A project whose template has a version 2.0.0 that cannot add a dataset."""
    template, project = small
    template.write({"upgrade/interview-requirements.txt": None})
    template.release("2.0.0")
    return template, project


def test_the_project_starts_the_interview_of_its_recorded_version_at_a_terminal(
    with_a_newer_version: tuple[Template, GeneratedProject], sales: Path
) -> None:
    template, project = with_a_newer_version
    asking: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        ["upgrade.py", "--template", template.address, "--dataset", str(sales)],
        cwd=project.folder,
        # pexpect does not report the position of the cursor, as a real terminal does.
        env={**os.environ, **PERSON, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        timeout=120,
        encoding="utf-8",
        dimensions=(50, 120),
    )

    for question in ("Dataset sales", "Which samples", "Write the dataset sales"):
        asking.expect(question)
        asking.send(ENTER)
    asking.expect(pexpect.EOF)
    asking.close()

    assert asking.exitstatus == 0, asking.before
    lines = yaml.safe_load(project.read("project.yaml"))["datasets"]["sales"]
    added, removed, _ = project.git("diff", "--numstat", "project.yaml").split()
    assert lines["primary_key"] == ["sale_id"] and (int(added) > 4, removed) == (True, "0")
    assert project.read("samples/sales/Sales_2026.csv") == SALES


def test_without_a_terminal_or_such_an_interview_the_project_stays(
    with_a_newer_version: tuple[Template, GeneratedProject], sales: Path
) -> None:
    _, project = with_a_newer_version

    without_terminal = project.upgrade("--dataset", str(sales))
    without_interview = project.upgrade("--to", "2.0.0", "--dataset", str(sales))

    assert (without_terminal.returncode, without_interview.returncode) == (2, 2)
    assert NO_TERMINAL in without_terminal.stderr
    assert "This version of the template cannot add a dataset" in without_interview.stderr
    assert project.status() == []
