"""Tests of the layout of the output bucket: the code and Terraform agree, and no other file names a folder."""

import re
from pathlib import Path

import output_layout

PROJECT = Path(__file__).resolve().parents[1]
FOLDERS = {name.lower(): value for name, value in vars(output_layout).items() if name.isupper()}


def test_terraform_has_the_folders_that_the_code_has() -> None:
    text = (PROJECT / "modules/project/name.tf").read_text()
    (declared,) = re.findall(r"output_folders = \{(.*?)\}", text, re.DOTALL)

    assert dict(re.findall(r'(\w+)\s*=\s*"(\w+)"', declared)) == FOLDERS


def test_no_other_file_names_a_folder_of_the_output_bucket() -> None:
    decided = {PROJECT / "modules/project/name.tf", PROJECT / "files/output_layout.py"}
    written = re.compile(rf"[\"'/]({'|'.join(FOLDERS.values())})[\"'/]")
    code = [
        path
        for folder in ("bootstrap", "files", "lambda", "modules", "pipeline")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in {".py", ".tf"} and ".terraform" not in path.parts
    ]

    assert [path for path in code if path not in decided and written.search(path.read_text())] == []
