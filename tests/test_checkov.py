"""checkov finds nothing in a rendered project, and really looked."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCAN = Path(os.environ.get("SCAN_VENV", Path(__file__).parents[1] / ".venv-scan"))
CONFIGURATION = Path(__file__).with_name("checkov.yaml")
ALLOWED_SKIPS = {"CKV_AWS_18", "CKV_AWS_111", "CKV_AWS_117", "CKV_AWS_144", "CKV_AWS_145", "CKV_AWS_272"} | {
    "CKV_AWS_356",
    "CKV_AWS_394",
}
# So that a scan which read nothing does not pass; taken from what a default project has.
FEWEST_RESOURCES, FEWEST_PASSED, FEWEST_CHECKS = 80, 250, 70


def scan(project: Path) -> dict[str, Any]:
    """checkov's own report on a project's Terraform."""
    command = [
        str(SCAN / "bin" / "checkov"),
        "--directory",
        str(project),
        "--config-file",
        str(CONFIGURATION),
        "--output",
        "json",
    ]
    done = subprocess.run(command, cwd=project, text=True, capture_output=True, timeout=600, check=False)
    assert done.stdout.startswith("{"), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def report(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One scan of the default project, with one environment: the folders of the others are the same."""
    copy = shutil.copytree(project, tmp_path_factory.mktemp("scanned") / "project")
    shutil.rmtree(copy / "prod")
    return scan(copy)


def test_no_check_fails(report: dict[str, Any]) -> None:
    failed = [f"{check['check_id']} {check['resource']}" for check in report["results"]["failed_checks"]]

    assert failed == []


def test_the_scan_looked_at_everything(report: dict[str, Any]) -> None:
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] >= FEWEST_RESOURCES
    assert report["summary"]["passed"] >= FEWEST_PASSED
    assert len({check["check_id"] for check in report["results"]["passed_checks"]}) >= FEWEST_CHECKS
    looked_at = {check["file_path"].split("/")[1] for check in report["results"]["passed_checks"]}
    assert looked_at >= {"bootstrap", "modules", "pipeline"}


def test_only_the_known_checks_are_skipped(report: dict[str, Any]) -> None:
    skipped = report["results"]["skipped_checks"]

    assert {check["check_id"] for check in skipped} == ALLOWED_SKIPS
    # A Lambda outside of the network is one of the delivery account, which has none.
    outside = {check["file_path"] for check in skipped if check["check_id"] == "CKV_AWS_117"}
    assert outside == {"/pipeline/lambda.tf"}


def test_each_skip_gives_its_reason(project: Path) -> None:
    skips = [line for path in project.rglob("*.tf") for line in path.read_text().splitlines() if "checkov:skip" in line]

    assert skips
    assert [line for line in skips if not re.search(r"checkov:skip=CKV_AWS_\d+:.{30,}", line)] == []


def test_a_bucket_that_anybody_may_read_is_noticed(project: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(project / "modules/storage", tmp_path / "storage")
    path = copy / "bucket.tf"
    path.write_text(path.read_text().replace("block_public_policy     = true", "block_public_policy     = false"))

    failed = {check["check_id"] for check in scan(copy)["results"]["failed_checks"]}

    assert "CKV_AWS_54" in failed
