"""An upgrade keeps what Terraform has made: no plan after it destroys or replaces what holds data."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from make_command import inside
from upgrade_lab import FOLDER, PERSON, Project, Template, template_since_its_last_release

STATE = Path(__file__).with_name("state_of_a_project.py")
MODULES = "{{cookiecutter.project_slug}}/modules"
# The environment's folder imports log groups that Glue made first, and names them.
ROOT = "{{cookiecutter.project_slug}}/{{first_environment()}}"
# One resource of every kind that must never go, each with the module that it is in.
KEPT = {
    "aws_s3_bucket.this": "storage",
    "aws_kms_key.this": "environment",
    "aws_dynamodb_table.ledger": "environment",
    "aws_sqs_queue.uploads": "environment",
    "aws_sns_topic.services": "environment",
    "aws_cloudwatch_log_group.this": "environment",
}
# What AWS tells of a function after its code has come.
KNOWN_AFTER_APPLY = {f"aws_lambda_function.{name}" for name in ("last_modified", "qualified_arn", "version")}
MOVED = "moved {{\n  from = {address}\n  to   = {address}_of_old\n}}\n"

# One process makes what these tests look at.


def in_project(project: Project, verb: str) -> str:
    """What a verb of state_of_a_project.py prints last."""
    done = subprocess.run(
        [sys.executable, str(STATE), verb],
        cwd=project.folder,
        env=inside(project.folder) | PERSON,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.strip().rpartition("\n")[2]


def rename_what_is_kept(template: Template) -> None:
    """A version whose modules call a resource of every kind by another name."""
    for address, module in KEPT.items():
        kind, name = address.split(".")
        for path in [*(template.folder / MODULES / module).glob("*.tf"), template.folder / ROOT / "main.tf"]:
            text = path.read_text().replace(f'resource "{kind}" "{name}"', f'resource "{kind}" "{name}_of_old"')
            path.write_text(re.sub(rf"\b{kind}\.{name}\b", f"{kind}.{name}_of_old", text))


def with_other_code(template: Template) -> None:
    """A branch beside the versions that changes the code of all Lambdas, and moves some of it."""
    template.git("checkout", "--quiet", "-b", "other-code", "1.0.0")
    functions = template.folder / FOLDER / "lambda"
    aws, clock = functions / "runtime/aws.py", functions / "ledger/timestamps.py"
    aws.write_text(aws.read_text() + "\n\nfrom runtime.clock import utc_now as utc_now  # noqa: E402\n")
    shutil.copy(clock, functions / "runtime/clock.py")
    template.commit("Other code")
    template.git("checkout", "--quiet", "main")


def move_what_was_renamed(template: Template) -> None:
    """The blocks that tell Terraform about it."""
    for module in set(KEPT.values()):
        blocks = [MOVED.format(address=address) for address, kept_in in KEPT.items() if kept_in == module]
        template.write({f"{MODULES}/{module}/moved.tf": "\n".join(blocks)})


def kinds(addresses: list[str]) -> set[str]:
    """Which of the kept resources are among some addresses of a plan, by type and name."""
    return {address for address in KEPT for each in addresses if f".{address}" in each}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of the last release, or of this version where there is none, applied to a local AWS."""
    folder = tmp_path_factory.mktemp("applied")
    template = template_since_its_last_release(folder / "template.git")
    answers = ("environments=dev=111111111111", "datasets=orders:csv")
    project = template.generate(folder / "output", "--checkout", "1.0.0", *answers)
    with_other_code(template)
    rename_what_is_kept(template)
    template.commit("Renamed")
    template.git("branch", "without-moved")
    move_what_was_renamed(template)
    template.release("3.0.0")
    in_project(project, "apply")
    yield project
    in_project(project, "down")


def test_after_an_upgrade_terraform_destroys_and_replaces_nothing_that_holds_data(applied: Project) -> None:
    assert applied.upgrade().returncode == 0
    planned = json.loads(in_project(applied, "losses"))
    applied.git("reset", "--quiet", "--hard")

    assert planned["lost"] == []
    assert kinds(planned["moved"]) == set(KEPT)


def test_a_bucket_key_table_queue_topic_or_log_group_that_is_renamed_without_a_moved_block_is_noticed(
    applied: Project,
) -> None:
    assert applied.upgrade("--to", "without-moved").returncode == 0
    planned = json.loads(in_project(applied, "losses"))
    applied.git("reset", "--quiet", "--hard")

    assert kinds(planned["lost"]) == set(KEPT)


def test_other_code_of_the_lambdas_changes_their_code_and_nothing_else(applied: Project) -> None:
    assert applied.upgrade("--to", "other-code").returncode == 0
    planned = json.loads(in_project(applied, "losses"))
    applied.git("reset", "--quiet", "--hard")

    assert [name for name in planned["changed"] if name not in KNOWN_AFTER_APPLY] == [
        "aws_lambda_function.s3_key",
        "aws_lambda_function.source_code_hash",
        "create+delete aws_s3_object",
    ]


def test_functions_whose_code_was_uploaded_from_a_local_archive_are_changed_in_place(applied: Project) -> None:
    planned = json.loads(in_project(applied, "uploaded"))

    assert planned["lost"] == []
    assert [name for name in planned["changed"] if name not in KNOWN_AFTER_APPLY] == [
        "aws_lambda_function.filename",
        "aws_lambda_function.s3_bucket",
        "aws_lambda_function.s3_key",
        "create aws_s3_object",
    ]
