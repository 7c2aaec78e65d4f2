"""`make scan` of a generated project: a secret in the repository is found, and nothing else is."""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

SCAN = Path(os.environ.get("SCAN_VENV", Path(__file__).parents[1] / ".venv-scan"))
# Taken apart, so that no scan takes this file for a leak.
KEY = "AKIA" + "Z7QH4MX2N5RTVB3L"
SECRET = "q8Xv" + "T2mLrW9sKdYbN4hJcPzEfUgA7oRiV1xQ5tGw"


@pytest.fixture(scope="module")
def scanned(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    """A project into which somebody has committed a key, scanned."""
    # One root is enough here: tests/test_checkov.py scans them all.
    left_out = shutil.ignore_patterns("prod", "pipeline", "bootstrap", "tests")
    copy = shutil.copytree(project, tmp_path_factory.mktemp("scan") / "project", symlinks=True, ignore=left_out)
    (copy / "files" / "transforms" / "upload.py").write_text(
        f'ACCESS = "{KEY}"\naws_secret_access_key = "{SECRET}"\n', encoding="utf-8"
    )
    done = subprocess.run(
        [str(SCAN / "bin/python"), "-m", "dataops.delivery.scan"], cwd=copy, text=True, capture_output=True, check=False
    )
    return copy, done


def test_a_committed_key_fails_the_scan_and_nothing_else_does(
    scanned: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    project, done = scanned
    failed = ElementTree.parse(project / "reports/checkov.xml").findall(".//testcase[failure]")

    assert done.returncode != 0 and "The scan found the problems above" in done.stderr
    assert failed and {"transforms/upload.py" in str(case.get("file", case.get("classname"))) for case in failed} == {
        True
    }


def test_the_scan_does_not_print_the_secret(scanned: tuple[Path, "subprocess.CompletedProcess[str]"]) -> None:
    assert SECRET not in scanned[1].stdout + scanned[1].stderr


def test_vulnerabilities_that_cannot_be_looked_up_are_not_called_none(
    scanned: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    said = scanned[1].stdout

    assert ("NOT DONE: vulnerabilities cannot be looked up here" in said) != ("requests 2.19.1" in said)


def test_what_pip_audit_finds_is_listed_by_package_and_number(project: Path, tmp_path: Path) -> None:
    found = {"name": "requests", "version": "2.19.1", "vulns": [{"id": "PYSEC-2018-28"}]}
    audit = tmp_path / "bin" / "pip-audit"
    audit.parent.mkdir()
    audit.write_text(f"#!/bin/sh\necho '{json.dumps({'dependencies': [found]})}'\nexit 1\n")
    audit.chmod(0o755)
    code = (
        f"import pathlib, dataops.delivery.scan as scan; scan.BIN = pathlib.Path({str(audit.parent)!r}); "
        f"print(scan.scan_packages(scan.PROJECT))"
    )

    done = subprocess.run(
        [str(SCAN / "bin/python"), "-c", code], cwd=project, text=True, capture_output=True, check=False
    )

    assert done.stdout == "requests 2.19.1: PYSEC-2018-28\nFalse\n"
