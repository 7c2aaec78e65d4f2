"""The user's folder with one folder of files per dataset."""

from pathlib import Path

import pytest

from dataops.local_run.data_folder import files_in, files_of_datasets, shown, strangers_in


def test_files_are_taken_from_folders_below_too(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "a.csv").touch()

    assert files_in(tmp_path) == [tmp_path / "2026" / "a.csv"]
    assert files_in(tmp_path / "none") == []


def test_a_dataset_without_files_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "a.csv").touch()
    (tmp_path / "customers").mkdir()

    found = files_of_datasets(tmp_path, ["orders", "customers"], "make local")

    assert found == {"orders": [tmp_path / "orders" / "a.csv"]}


def test_no_files_at_all_is_one_sentence_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"or name another folder: make local DATA=folder$"):
        files_of_datasets(tmp_path, ["orders"], "make local")


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()

    for name in ("nowhere", "a.csv"):
        with pytest.raises(
            SystemExit, match=r" is no folder: name one that holds a folder per dataset: make run DATA="
        ):
            files_of_datasets(tmp_path / name, ["orders"], "make run")


def test_what_belongs_to_no_dataset_is_named_and_hidden_files_are_not(tmp_path: Path) -> None:
    for name in ("orders", "Orders"):
        (tmp_path / name).mkdir()
    for name in ("a.csv", ".DS_Store"):
        (tmp_path / name).touch()

    assert strangers_in(tmp_path, ["orders", "customers"]) == ["Orders", "a.csv"]


def test_a_path_is_shown_as_it_can_be_typed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert shown(tmp_path / "a" / "b.csv") == "a/b.csv"
    assert shown(Path("/elsewhere/b.csv")) == "/elsewhere/b.csv"
