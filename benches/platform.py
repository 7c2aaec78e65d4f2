"""How long `make local` takes from nothing to its report, what one more file takes, and how much memory both need."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3

from benches.template import copy_of_the_template

ENVIRONMENT = "dev"
LONGEST_SECONDS = 600


def local(project: Path, *options: str) -> None:
    """`make local` without its make: the virtual environment is ready."""
    command = [sys.executable, "-m", "dataops", "local", "--environment", ENVIRONMENT, *options]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=LONGEST_SECONDS)


def seconds_to_published(project: Path) -> float:
    """From the upload of one more file to DONE in the ledger."""
    platform = json.loads((project / ".local" / ENVIRONMENT / "platform.json").read_text())
    access = {"endpoint_url": platform["address"], "region_name": platform["region"]}
    access |= {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    s3, dynamodb = boto3.client("s3", **access), boto3.resource("dynamodb", **access)
    ledger = dynamodb.Table(dynamodb.meta.client.list_tables()["TableNames"][0])
    bucket = next(name["Name"] for name in s3.list_buckets()["Buckets"] if "-input-" in name["Name"])
    body = (project / "samples/orders/2026-03-04.csv").read_bytes()
    began = time.monotonic()
    version = s3.put_object(Bucket=bucket, Key="orders/one-more.csv", Body=body)["VersionId"]
    while time.monotonic() < began + LONGEST_SECONDS:
        row = ledger.get_item(Key={"file": f"{bucket}/orders/one-more.csv@{version}"}).get("Item", {})
        if row.get("state") == "DONE":
            return time.monotonic() - began
        time.sleep(0.1)
    sys.exit(f"The file was not published within {LONGEST_SECONDS} seconds.")


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = copy_of_the_template(folder / "template")
        command = [str(Path(sys.executable).with_name("cookiecutter")), str(template), "--no-input", "-o", name]
        subprocess.run(command, check=True, capture_output=True)
        project = folder / "acme-sales"
        try:
            local(project)
            report = json.loads((project / ".local" / ENVIRONMENT / "report.json").read_text())
            rows = [("from nothing to the report", f"{report['total_seconds']:.1f} s (goal 120)")]
            rows += [(f"  of which: {step['name']}", f"{step['seconds']:.1f} s") for step in report["steps"]]
            rows += [(f"most memory: {who}", f"{size:,.0f} MB") for who, size in sorted(report["memory"].items())]
            time.sleep(10)
            rows += [("one more file, from upload to published", f"{seconds_to_published(project):.1f} s (goal 15)")]
        finally:
            local(project, "--down")
    return rows
