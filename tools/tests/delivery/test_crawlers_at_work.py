"""An apply waits for crawlers at work, and finishes what a crawl has interrupted, but nothing that was not approved."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from plan_json import DATASET, planned, shown
from tiny_project import NOTHING_TO_LOSE, TinyProject

from dataops.delivery.apply import apply_between_crawls
from dataops.delivery.change import changes_of
from dataops.delivery.crawlers_at_work import (
    PATIENCE_SECONDS,
    crawlers_changed,
    is_about_crawlers_at_work,
    wait_until_ready,
)
from dataops.delivery.refusal import TerraformRefusal
from dataops.delivery.terraform import Terraform

CRAWLER = f"{DATASET}.aws_glue_crawler.this"
SAID = """Error: updating Glue Crawler (acme-dev-orders): operation error Glue: UpdateCrawler, https response error
StatusCode: 400, InvalidInputException: Cannot update Crawler while running"""


class Glue:
    """A Glue whose crawler is in one state after the other."""

    exceptions = boto3.client("glue", region_name="eu-west-1").exceptions

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def get_crawler(self, Name: str) -> dict[str, Any]:  # noqa: N803 (boto3 calls it so)
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state == "GONE":
            raise self.exceptions.EntityNotFoundException({"Error": {"Code": "EntityNotFoundException"}}, "GetCrawler")
        return {"Crawler": {"Name": Name, "State": state}}


def test_crawlers_that_are_changed_replaced_or_destroyed_are_waited_for_and_new_ones_are_not() -> None:
    plan = shown(
        *(planned(verb, f'{CRAWLER}["{verb}"]', {"name": verb}, {"name": verb}) for verb in ("change", "replace")),
        planned("destroy", f'{CRAWLER}["destroy"]', {"name": "destroy"}),
        planned("add", f'{CRAWLER}["add"]', None, {"name": "add"}),
        planned("change", f"{DATASET}.aws_glue_job.this", {"name": "job"}, {"name": "job"}),
    )

    assert sorted(crawlers_changed(changes_of(plan))) == ["change", "destroy", "replace"]


@pytest.mark.parametrize("end", ["READY", "GONE"])
def test_a_crawler_at_work_is_waited_for(end: str) -> None:
    paused: list[float] = []

    wait_until_ready(Glue("RUNNING", "STOPPING", end), ["orders"], pause=paused.append)

    assert len(paused) == 2


def test_a_crawler_that_never_ends_stops_the_apply_and_says_what_to_do() -> None:
    moments = iter(range(0, 10 * PATIENCE_SECONDS, PATIENCE_SECONDS // 2))

    with pytest.raises(SystemExit, match=r"^The crawler orders is RUNNING for 30 minutes.*stop-crawler --name orders"):
        wait_until_ready(Glue("RUNNING"), ["orders"], clock=lambda: next(moments), pause=lambda _: None)


def test_only_a_refusal_about_a_crawler_at_work_is_one() -> None:
    assert is_about_crawlers_at_work(SAID)
    assert is_about_crawlers_at_work("Error: deleting Glue Crawler (x): CrawlerRunningException: ")
    assert not is_about_crawlers_at_work("Error: updating Glue Crawler (x): AccessDeniedException")
    assert not is_about_crawlers_at_work("Error: creating SQS queue: still running")


class Interrupted(Terraform):
    """Terraform whose first applies are interrupted by a crawl, before or after it did something."""

    def __init__(self, folder: Path, times: int, said: str = SAID) -> None:
        super().__init__(folder, "dev")
        self.times, self.said, self.applied = times, said, 0

    def apply(self, saved: Path) -> None:
        self.applied += 1
        if self.applied <= self.times:
            raise TerraformRefusal("Terraform cannot apply dev", self.said)
        super().apply(saved)


def interrupted(project: TinyProject, times: int, said: str = SAID) -> tuple[Interrupted, Path, Any]:
    """A plan of one resource, whose apply will be interrupted."""
    terraform, saved = Interrupted(project.folder, times, said), project.folder / "tfplan"
    terraform.init()
    terraform.plan(saved)
    return terraform, saved, changes_of(terraform.shown(saved))


def test_what_a_crawl_has_interrupted_is_finished(project: TinyProject) -> None:
    terraform, saved, approved = interrupted(project, times=2)

    apply_between_crawls(terraform, saved, approved, lambda: None)

    assert terraform.applied == 3 and terraform.state().serial > 0


def test_what_was_not_approved_is_not_applied_with_the_rest(project: TinyProject) -> None:
    terraform, saved, approved = interrupted(project, times=1)
    project.write(NOTHING_TO_LOSE % "another value")

    with pytest.raises(SystemExit, match=r"what is left is not what was approved: terraform_data\.version"):
        apply_between_crawls(terraform, saved, approved, lambda: None)

    assert terraform.applied == 1 and terraform.state().serial == 0


def test_another_failure_is_not_tried_again(project: TinyProject) -> None:
    terraform, saved, approved = interrupted(project, times=1, said="Error: AccessDenied")

    with pytest.raises(TerraformRefusal):
        apply_between_crawls(terraform, saved, approved, lambda: None)

    assert terraform.applied == 1
