"""`make try` proposes a dataset for a file, runs the real job over it, and changes nothing in the project."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from dataops.inference.dataset import lines_of, proposed_for
from dataops.local_run import trial
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of

SALES = """Order-Nr;Kunde;Bestellt am;Betrag;Status
1;Anna;01.03.2026 10:00;1.234,50;bezahlt
2;Ben;02.03.2026 11:30;20,00;offen
3;Cem;31.02.2026 10:00;7,25;offen
4;Dora;03.03.2026 12:00;n/a;bezahlt
5;Ed;04.03.2026 12:00;99,00;bezahlt
6;Fay;04.03.2026 13:00;99,10;bezahlt
7;Gil;04.03.2026 14:00;99,10;bezahlt
8;Hal;04.03.2026 15:00;99,10;bezahlt
9;Ida;05.03.2026 15:00;99,10;offen
10;Jo;05.03.2026 16:00;99,10;offen
11;Kai;05.03.2026 16:00;kaputt;offen
"""


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A German export with a day that does not exist and an amount that is none."""
    path = tmp_path / "Sales 2026-03.csv"
    path.write_text(SALES, encoding="utf-8")
    return path


def test_the_report_says_columns_keys_refused_values_and_the_lines(sales: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in PROJECT.rglob("*") if path.is_file()}

    done = CliRunner().invoke(trial.main, [str(sales)], catch_exceptions=False)

    text = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "all 11 rows read. Read with delimiter ';', decimal ',', missing values 'n/a'." in text
    assert "primary key: order_nr" in text
    assert "11 rows = 9 published + 2 quarantined + 0 duplicates" in text
    assert "type:bestellt_am 1 line 4: '31.02.2026 10:00'" in text
    assert "type:betrag 1 line 12: 'kaputt'" in text
    assert "\n".join(lines_of("sales", proposed_for(sales).entry)) in done.output
    assert {path: path.stat().st_mtime_ns for path in PROJECT.rglob("*") if path.is_file()} == before


def test_the_lines_are_the_entry_of_a_dataset_that_the_schema_accepts(sales: Path) -> None:
    entry = proposed_for(sales).entry

    assert yaml.safe_load("\n".join(lines_of("sales", entry))) == {"sales": entry}
    assert entry["columns"][2] == {"name": "bestellt_am", "type": "timestamp", "format": "dd.MM.yyyy HH:mm"}


def test_a_date_with_points_has_its_day_first_if_both_ways_fit(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("id,seen_on\n1,01.02.2026\n2,03.04.2026\n3,05.06.2026\n", encoding="utf-8")

    assert proposed_for(tmp_path / "visits.csv").entry["columns"][1]["format"] == "dd.MM.yyyy"


def test_the_job_gets_the_settings_that_terraform_gives_for_these_lines(sales: Path, tmp_path: Path) -> None:
    entry = proposed_for(sales).entry
    settings = yaml.safe_load((PROJECT / "project.yaml").read_text(encoding="utf-8"))
    project = tmp_path / "project"
    (project / "modules").mkdir(parents=True)
    (project / "modules/project").symlink_to(PROJECT / "modules/project")
    (project / "project.yaml").write_text(yaml.safe_dump({**settings, "datasets": {"sales": entry}}), encoding="utf-8")

    given = settings_of(project, "dev")["job_settings"]["sales"]

    own = {"project", "environment", "database", "input_bucket", "output_bucket", "quarantine_bucket"}
    tried = trial.trial_settings("sales", entry) | {"maximum_quarantined_share": 0.05}
    expected = json.loads(given) if isinstance(given, str) else given
    assert {key: tried[key] for key in tried if key not in own} == {
        key: expected[key] for key in expected if key not in own
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "x.csv cannot be tried. It is empty."), (b"PK\x03\x04", "x.csv cannot be tried. It is a zip archive")],
)
def test_a_file_that_cannot_be_read_ends_with_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)

    with pytest.raises(SystemExit) as ended:
        trial.proposal_of(tmp_path / "x.csv")

    assert str(ended.value.code).startswith(sentence)


def test_a_file_that_is_missing_is_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"There is no file .*\. Say which: make try FILE=sales\.csv"):
        trial.proposal_of(tmp_path / "nothing.csv")


def test_a_name_of_a_dataset_that_there_is_already_is_not_proposed() -> None:
    assert "orders" in trial.taken_names()
    assert trial.names.dataset_for("orders.csv", trial.taken_names(), trial.is_dataset_name) == "orders_data"
