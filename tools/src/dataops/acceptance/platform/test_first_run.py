"""Tests of the result of the first `make local`: the report page, and a platform that a second run continues with."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from dataops.acceptance.platform.accounting import books_of, unaccounted
from dataops.acceptance.platform.project_copy import Command, run, run_platform
from dataops.acceptance.platform.running_project import RunningProject, orders

# Per file of the samples: its state, then rows in, published, quarantined, duplicates: the expected values.
SAMPLES = {
    "orders/2026-03-01.csv": ["done", "90", "79", "5", "6"],
    "orders/2026-03-02.csv.gz": ["done", "117", "115", "1", "1"],
    "orders/2026-03-03 from Excel.csv": ["done", "70", "70", "0", "0"],
    "orders/2026-03-04.csv": ["done", "40", "38", "2", "0"],
    "orders/2026-03-05 totals.csv": ["quarantined", "0", "0", "0", "0"],
    "customers/customers.json": ["done", "91", "80", "4", "7"],
    "customers/changes.json": ["done", "22", "22", "0", "0"],
}
PLAN = """
import sys
from dataops.project.running import folder_of, running_platform
from dataops.project import PROJECT
from dataops.project.terraform import Terraform

platform = running_platform(sys.argv[1])
folder = folder_of(platform.environment) / "terraform"
terraform = Terraform(PROJECT / platform.environment, folder, platform.process_environment)
sys.exit(0 if terraform.is_settled() else "the plan would change something")
"""


class Page(HTMLParser):
    """The rows of all tables, cell by cell, and the text of the whole page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.is_in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.is_in_cell = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.is_in_cell:
            self.rows[-1][-1] += data.strip()

    def counts_of(self, name: str) -> list[list[str]]:
        """Return the cells after the name, of each row that begins with it."""
        return [row[1:6] for row in self.rows if row and row[0] == name]


@pytest.fixture(scope="module")
def page(first_command: Command, project: RunningProject) -> Page:
    path = project.folder / ".local" / project.environment / "report.html"
    return Page(path.read_text(encoding="utf-8"))


def test_every_sample_is_accounted_for(project: RunningProject) -> None:
    assert len(books_of(project).uploaded) == len(SAMPLES)
    assert unaccounted(books_of(project)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_tells_the_truth_about_each_sample(page: Page, name: str) -> None:
    assert page.counts_of(name) == [SAMPLES[name]]


def test_the_page_sums_up_each_dataset(page: Page) -> None:
    assert [row[1:] for row in page.counts_of("all files")] == [
        ["113", "102", "4", "7"],
        ["317", "302", "8", "7"],
    ]


def test_the_page_says_how_many_rows_there_are_and_that_they_add_up(page: Page) -> None:
    words = " ".join(" ".join(page.text).split())

    assert "430 rows in = 404 published + 12 quarantined + 14 duplicates" in words
    assert "do not add up" not in words


def test_the_page_shows_each_notification_and_to_whom_it_went(page: Page, project: RunningProject) -> None:
    words = " ".join(" ".join(page.text).split())

    for dataset, rows in (("orders", 8), ("customers", 4)):
        assert f"{project.prefix} {dataset}: published, {rows} rows quarantined" in words
    assert "email data-team@example.com" in words


def test_the_page_shows_the_digest_that_aws_would_send_the_next_morning(page: Page, project: RunningProject) -> None:
    (digest,) = project.notifications("rows published, 12 quarantined")

    assert digest["subject"].startswith(f"{project.prefix}: 20")
    assert "orders: 1 run; 317 rows in = 302 published + 8 quarantined + 7 duplicates" in digest["message"]
    assert digest["subject"] in " ".join(page.text)


def test_jobs_and_crawlers_log_into_the_groups_that_terraform_declares(project: RunningProject) -> None:
    groups = project.client("logs").describe_log_groups(logGroupNamePrefix="/aws-glue/")["logGroups"]

    # A group that Glue created itself would be kept for ever.
    assert {group["logGroupName"]: "retentionInDays" in group for group in groups} == dict.fromkeys(
        project.settings["log_groups"].values(), True
    )
    assert "Crawler Succeeded" in project.log(project.settings["log_groups"]["crawler"])
    assert project.log(project.settings["log_groups"]["job_output"])


def test_a_second_plan_changes_nothing(project: RunningProject) -> None:
    done = run(project.folder, "-c", PLAN, project.environment)

    assert done.code == 0, done.said


def test_the_state_lies_in_its_bucket_and_whoever_has_locked_it_has_it_alone(project: RunningProject) -> None:
    backend = (project.folder / project.environment / "backend.tf").read_text(encoding="utf-8")
    bucket, key = (re.findall(rf'^ *{name} += "(.+)"$', backend, re.MULTILINE)[0] for name in ("bucket", "key"))
    lock = {"Bucket": bucket, "Key": f"{key}.tflock"}
    assert json.loads(project.s3.get_object(Bucket=bucket, Key=key)["Body"].read())["resources"]

    project.s3.put_object(**lock, Body=json.dumps({"ID": "1", "Who": "somebody else"}))
    try:
        meanwhile = run(project.folder, "-c", PLAN, project.environment)
    finally:
        project.s3.delete_object(**lock)

    assert meanwhile.code != 0
    assert "Error acquiring the state lock" in meanwhile.said and "somebody else" in meanwhile.said


def test_a_second_run_uploads_only_what_is_new_and_leads_it_to_its_end(project: RunningProject, tmp_path: Path) -> None:
    data = copytree(project.folder / "samples", tmp_path / "data")
    (data / "orders" / "one more.csv").write_bytes(orders(3))
    before = books_of(project).uploaded

    done = run_platform(project.folder, "--data", str(data))

    assert done.code == 0, done.said
    assert "Nothing in the project has changed since it was applied." in done.said
    assert RunningProject(project.folder, project.environment).platform == project.platform
    (new,) = set(books_of(project).uploaded) - set(before)
    assert "/orders/one more.csv@" in new
    assert project.states([new]) == ["DONE"]
    assert project.reported("orders", new)["published"] == 3
    assert unaccounted(books_of(project)) == []
