"""`make soak`: a project's whole platform runs in a new account, with the option that such an account needs."""

from pathlib import Path

from test_account_profiles import assert_a_file_is_published, baked  # noqa: F401 (pytest finds fixtures by importing)


def test_a_file_is_published_in_a_new_account(baked: Path, tmp_path: Path) -> None:  # noqa: F811
    assert_a_file_is_published(baked, tmp_path, "new")
