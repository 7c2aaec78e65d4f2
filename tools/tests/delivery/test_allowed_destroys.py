"""allowed-destroys.yaml is read strictly: a line that says anything else than it should is refused."""

from pathlib import Path

import pytest

from dataops.delivery.allowed_destroys import AllowedDestroy, allowed_destroys
from dataops.project import PROJECT

GOOD = "- {environment: dev, address: aws_s3_bucket.a, reason: it moved}\n"


def entries(folder: Path, text: str) -> list[AllowedDestroy]:
    (folder / "allowed-destroys.yaml").write_text(text)
    return allowed_destroys(folder)


def test_a_line_names_environment_address_and_reason(tmp_path: Path) -> None:
    assert entries(tmp_path, GOOD) == [AllowedDestroy("dev", "aws_s3_bucket.a", "it moved")]


def test_the_projects_own_file_is_read(tmp_path: Path) -> None:
    assert isinstance(allowed_destroys(PROJECT), list)


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n"])
def test_an_empty_file_allows_nothing(tmp_path: Path, text: str) -> None:
    assert entries(tmp_path, text) == []


def test_no_file_allows_nothing(tmp_path: Path) -> None:
    assert allowed_destroys(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- [\n", r"^allowed-destroys\.yaml is no YAML: "),
        ("dev: {}", r"^allowed-destroys\.yaml must be a list of entries, each with environment, address, reason\.$"),
        ("- bucket", r"entry 1: must have the keys environment, address, reason\.$"),
        (
            GOOD + GOOD.replace("reason", "until"),
            r"entry 2: until is no key; there are environment, address, reason\.$",
        ),
        ("- {environment: dev, address: a}", r"entry 1: reason must be a text that is not empty\.$"),
        ("- {environment: dev, address: a, reason: ' '}", r"entry 1: reason must be a text that is not empty\.$"),
        ("- {environment: dev, address: 5, reason: x}", r"entry 1: address must be a text that is not empty\.$"),
        (GOOD + GOOD, r"names aws_s3_bucket\.a twice for one environment: keep one line\.$"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SystemExit, match=sentence):
        entries(tmp_path, text)
