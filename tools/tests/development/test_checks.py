"""`make check` refuses a key of project.yaml that has another name now, and names the new one."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dataops.development import checks
from dataops.development.renamed_settings import renamed_settings
from dataops.project import PROJECT

SENTENCE = "project.yaml, datasets, orders: 'maximum_bad_share' is now called maximum_quarantined_share."


@pytest.fixture
def with_old_key(tmp_path: Path) -> Path:
    """The schema of a project, and its settings with a key of version 1.0.0."""
    settings = (PROJECT / "project.yaml").read_text(encoding="utf-8")
    old = settings.replace("  orders:\n", "  orders:\n    maximum_bad_share: 0.1\n")
    assert old != settings
    (tmp_path / "project.yaml").write_text(old, encoding="utf-8")
    (tmp_path / "project.schema.json").write_bytes((PROJECT / "project.schema.json").read_bytes())
    return tmp_path


def test_a_renamed_key_is_named_with_its_place_and_its_new_name(with_old_key: Path) -> None:
    assert renamed_settings(with_old_key) == [SENTENCE]


def test_settings_of_today_have_no_renamed_key() -> None:
    assert renamed_settings(PROJECT) == []


def test_make_check_ends_with_the_sentence(with_old_key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PROJECT", with_old_key)
    monkeypatch.setattr(checks, "run", lambda *words: None)

    done = CliRunner().invoke(checks.check)

    assert (done.exit_code, done.output.strip()) == (1, SENTENCE)
