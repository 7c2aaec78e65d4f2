"""What was approved is what is applied: everything else is refused, in words, and changes nothing."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_project import BUCKETS, NOTHING_TO_LOSE, TinyProject

from dataops.delivery.apply import apply_approved
from dataops.delivery.manifest import MANIFEST, PLAN, manifest_of, sources_digest, written
from dataops.delivery.plan import planned

COMMIT = "a" * 40
NOT_CHANGED = "Nothing was changed. Release the change again: a new plan is made and needs its own approval."


def plan(project: TinyProject, commit: str = COMMIT) -> str:
    """Plan as the plan's build does; the digest that would be approved."""
    planned(project.folder, project.terraform(), commit, project.plan)
    return approved(project, commit)


def approved(project: TinyProject, commit: str = COMMIT) -> str:
    """Approve what lies here as it is; the digest."""
    sources = sources_digest(project.folder, project.environment)
    state = project.terraform().state()
    return written(manifest_of(project.plan, project.environment, commit, state, sources), project.plan)


def apply(project: TinyProject, digest: str, commit: str = COMMIT) -> None:
    """Apply as the apply's build does."""
    apply_approved(project.folder, project.terraform(), project.plan, commit, digest, no_crawlers)


def no_crawlers() -> Any:
    """Glue is asked only when a plan changes a crawler."""
    raise AssertionError("no crawler changes in these plans")


def serial(project: TinyProject) -> int:
    return project.terraform().state().serial


def test_an_approved_plan_is_applied_by_another_build_with_the_archives_of_the_plan(
    project: TinyProject, tmp_path: Path
) -> None:
    digest = plan(project)
    other = project.in_another_build(tmp_path / "apply")
    shutil.copytree(project.plan, other.plan)

    apply(other, digest)

    assert serial(other) > 0
    archive = "build/lambda.zip"
    assert (other.folder / archive).read_bytes() == (project.plan / archive).read_bytes()


def flip(path: Path) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def with_the_digest_of(project: TinyProject) -> str:
    """What somebody would have to give who changes the manifest too."""
    return hashlib.sha256((project.plan / MANIFEST).read_bytes()).hexdigest()


TAMPERED: dict[str, tuple[Callable[[TinyProject], None], str]] = {
    "plan": (lambda project: flip(project.plan / PLAN), "tfplan is not the one that was approved."),
    "archive": (
        lambda project: flip(project.plan / "build/lambda.zip"),
        "build/lambda.zip is not the one that was approved.",
    ),
    "archive-gone": (
        lambda project: (project.plan / "build/lambda.zip").unlink(),
        "build/lambda.zip was approved and is missing.",
    ),
    "archive-more": (
        lambda project: (project.plan / "build/more.zip").write_text("more"),
        "build/more.zip was not part of what was approved.",
    ),
    "lock-file": (
        lambda project: (project.plan / ".terraform.lock.hcl").write_text(""),
        ".terraform.lock.hcl was not part of what was approved.",
    ),
    "summary": (lambda project: flip(project.plan / "summary.md"), "summary.md is not the one that was approved."),
    "sources": (
        lambda project: (project.folder / "files/steps/__init__.py").write_text("import os\n"),
        "The sources that lie here are not those that the plan was made from.",
    ),
}


@pytest.mark.parametrize("thing", TAMPERED)
def test_what_changed_after_approval_is_refused_by_its_name(project: TinyProject, thing: str) -> None:
    digest = plan(project)
    tamper, sentence = TAMPERED[thing]
    tamper(project)

    with pytest.raises(SystemExit) as refused:
        apply(project, digest)

    assert refused.value.code == f"{sentence} {NOT_CHANGED}"
    assert serial(project) == 0


def test_a_manifest_that_changed_with_the_plan_is_refused(project: TinyProject) -> None:
    digest = plan(project)
    flip(project.plan / PLAN)
    manifest = json.loads((project.plan / MANIFEST).read_text())
    manifest["files"][PLAN] = hashlib.sha256((project.plan / PLAN).read_bytes()).hexdigest()
    (project.plan / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(SystemExit) as refused:
        apply(project, digest)

    assert refused.value.code == (
        f"What was handed over is not what was approved: its digest is {with_the_digest_of(project)[:12]}, "
        f"approved was {digest[:12]}. {NOT_CHANGED}"
    )
    assert serial(project) == 0


def test_another_commit_is_refused(project: TinyProject) -> None:
    digest = plan(project)

    with pytest.raises(SystemExit) as refused:
        apply(project, digest, commit="b" * 40)

    assert refused.value.code == f"The plan was made from commit aaaaaaaaaaaa, and this is bbbbbbbbbbbb. {NOT_CHANGED}"


def test_a_state_that_somebody_moved_is_refused_with_both_serials(project: TinyProject, tmp_path: Path) -> None:
    apply(project, plan(project))
    project.write(NOTHING_TO_LOSE % "2")
    digest = plan(project)
    theirs = project.in_another_build(tmp_path / "theirs")
    theirs.write(NOTHING_TO_LOSE % "3")
    apply(theirs, plan(theirs))
    before = serial(project)

    with pytest.raises(SystemExit) as refused:
        apply(project, digest)

    assert refused.value.code == (
        f"The state of dev has moved from serial 1 to {before}: somebody has applied since the plan was made. "
        f"{NOT_CHANGED}"
    )
    assert serial(project) == before


def test_an_environment_that_was_made_since_is_another_state(project: TinyProject, tmp_path: Path) -> None:
    digest = plan(project)
    theirs = project.in_another_build(tmp_path / "theirs")
    apply(theirs, plan(theirs))

    with pytest.raises(SystemExit, match=r"^The state of dev is another one than the plan was made for\. Nothing"):
        apply(project, digest)


def test_a_bucket_is_destroyed_only_by_name(project: TinyProject) -> None:
    project.write(BUCKETS % "")
    project.has_bucket("output")
    plan(project)

    with pytest.raises(SystemExit) as refused:
        apply(project, approved(project))

    assert refused.value.code == (
        'The output bucket of dev and everything in it would be destroyed (aws_s3_bucket.this["output"]). '
        "allowed-destroys.yaml does not allow it; see docs/delivery.md. Nothing was changed."
    )
    assert "tiny-output" in project.buckets()

    project.allow("""- {environment: dev, address: 'aws_s3_bucket.this["output"]', reason: moved}""")
    apply(project, approved(project))

    assert "tiny-output" not in project.buckets()


def test_an_allowance_that_came_after_the_approval_was_not_approved(project: TinyProject) -> None:
    digest = plan(project)
    project.allow("[]")

    with pytest.raises(SystemExit, match=r"^The sources that lie here are not those that the plan was made from\."):
        apply(project, digest)
