"""An approver is shown what the change is: its commits, its pull request with who approved it, what it sets."""

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest
from local_aws_server import Server
from small_pipeline import Small, small_pipeline, statement

from dataops.delivery.change_in_words import back_line, change_line, change_lines
from dataops.delivery.delivered_change import (
    ChangedFile,
    Commit,
    DeliveredChange,
    delivered_change,
    merged_by,
    named_by_merges,
    pull_requests,
)

numbers = itertools.count(1)
BEFORE = "datasets: {orders: {columns: [{name: id, type: bigint}]}}\n"
AFTER = "datasets: {orders: {columns: [{name: id, type: bigint, minimum: 1}]}}\n"


@pytest.fixture
def small(server: Server, tmp_path: Path) -> Small:
    return small_pipeline(server, tmp_path, f"changed-{next(numbers)}")


def clone(small: Small, commit: str) -> Path:
    """The sources of a build: a full clone."""
    folder = small.folder / f"clone-{next(numbers)}"
    subprocess.run(["git", "clone", "-q", small.bare, folder], check=True)
    subprocess.run(["git", "-C", folder, "checkout", "-q", "--detach", commit], check=True)
    return folder


def in_role(small: Small, role: str, name: str) -> Any:
    small.make_role(f"{small.name}-{role}", "AWS", statement("codecommit:*"))
    return small.in_role(f"{small.name}-{role}", "codecommit", name)


def merged(small: Small, how: str) -> str:
    """A pull request of two commits by bob, approved by ann and merged; the merge."""
    small.push("feature", **{"project__yaml": AFTER})
    small.push("feature", a="3")
    target = {"repositoryName": small.name, "sourceReference": "feature", "destinationReference": "main"}
    bob, ann = in_role(small, "developers", "bob"), in_role(small, "architects", "ann")
    request = bob.create_pull_request(title="Late orders", targets=[target])["pullRequest"]
    which = {"pullRequestId": request["pullRequestId"]}
    ann.update_pull_request_approval_state(**which, revisionId=request["revisionId"], approvalState="APPROVE")
    done = getattr(bob, f"merge_pull_request_by_{how}")(**which, repositoryName=small.name)["pullRequest"]
    return str(done["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"])


def known(small: Small, since: str, commit: str) -> DeliveredChange:
    found = delivered_change(clone(small, commit), since, commit, "main")
    assert found
    return found


@pytest.mark.parametrize("how", ["fast_forward", "squash", "three_way"])
def test_each_commit_is_shown_with_its_pull_request_and_who_approved_it(small: Small, how: str) -> None:
    since = small.push(**{"project__yaml": BEFORE})
    merge = merged(small, how)
    found = known(small, since, merge)

    requests = merged_by(clone(small, merge), small.client("codecommit"), small.name, found.commits)

    assert {commit.id for commit in found.commits} == requests.keys()
    assert {each.title for each in requests.values()} == {"Late orders"}
    assert {each.author for each in requests.values()} == {f"bob ({small.name}-developers)"}
    assert {each.approvers for each in requests.values()} == {(f"ann ({small.name}-architects)",)}


def test_what_project_yaml_changes_is_shown(small: Small) -> None:
    since = small.push(**{"project__yaml": BEFORE})
    commit = small.push(**{"project__yaml": AFTER})

    assert known(small, since, commit).settings == ["dataset orders: column id, minimum none → 1"]


def test_the_files_that_change_are_shown_with_the_lines_they_gain_and_lose(small: Small) -> None:
    since = small.push(a="1\n", **{"project__yaml": BEFORE})
    commit = small.push(a="2\n3\n", **{"b__png": "\0"})

    lines = change_lines(known(small, since, commit))

    assert lines[lines.index("Files:") :] == ["Files:", "", "- a: +2 -1", "- b.png: binary"]


def test_files_beyond_a_hundred_are_counted() -> None:
    changed = [ChangedFile(f"files/{number}.py", "1", "0") for number in range(102)]

    lines = change_lines(DeliveredChange("a" * 40, [], files=changed))

    assert lines[-2:] == ["- files/99.py: +1 -0", "- and 2 more"]


def test_a_commit_that_came_without_a_pull_request_has_none(small: Small) -> None:
    since = small.push(a="1")
    commit = small.push(a="2")
    found = known(small, since, commit)

    requests, note = pull_requests(clone(small, commit), small.client("codecommit"), small.name, found.commits)

    assert (requests, note) == ({}, "")
    assert [each.title for each in found.commits] == ["Change a"] and found.commits[0].author == "A Developer"


def test_pull_requests_that_cannot_be_read_are_said_to_be_unknown(small: Small) -> None:
    small.make_role(f"{small.name}-nobody", "AWS")
    nobody = small.in_role(f"{small.name}-nobody", "codecommit")

    requests, note = pull_requests(Path(), nobody, small.name, [Commit("a", "b", "c")])

    assert requests == {} and note.startswith("The pull requests cannot be read: ") and "ListPullRequests" in note


def test_going_back_is_said_in_capitals(small: Small) -> None:
    older = small.push(a="1")
    newer = small.push(a="2")

    found = known(small, newer, older)

    assert back_line(found) == f"GOES BACK: takes out 1 commit ({newer[:12]}); deployed is {newer[:12]}"
    assert "It is not the newest of main, which has 1 commit more." in "\n".join(change_lines(found))
    assert "- taken back: " in "\n".join(change_lines(found))


def test_a_deployed_commit_that_the_repository_does_not_have_is_said(small: Small) -> None:
    commit = small.push(a="1")

    assert "is not in the repository" in "\n".join(change_lines(known(small, "f" * 40, commit)))


def test_the_first_delivery_and_one_of_the_same_commit_say_so(small: Small) -> None:
    commit = small.push(a="1")

    assert change_line(known(small, "", commit)) == "The first delivery to this environment"
    assert change_line(known(small, commit, commit)).startswith("The commit that is deployed already")


def test_sources_without_a_history_show_no_change(tmp_path: Path) -> None:
    assert delivered_change(tmp_path, "", "a" * 40, "main") is None


def test_a_title_cannot_look_like_a_part_of_the_message_or_a_variable_of_the_pipeline(small: Small) -> None:
    since = small.push(a="1")
    (small.folder / "work" / "a").write_text("2")
    small.git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-aqm", "x | dev: no changes #{plan.X}")
    small.git("push", "-q", str(small.bare), "main")
    commit = small.git("rev-parse", "HEAD").strip()

    assert [each.title for each in known(small, since, commit).commits] == ["x / dev: no changes # {plan.X}"]


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Merge pull request #7 from acme/late", "7"),
        ("Late orders (#8)", "8"),
        ("See merge request acme/sales!9", "9"),
        ("Merged in late (pull request #10)", "10"),
    ],
)
def test_by_a_connection_the_merge_itself_names_its_pull_request(title: str, number: str) -> None:
    found = named_by_merges(Path(), [Commit("a", "Bob", title), Commit("b", "Bob", "Late orders")])

    assert {commit: each.number for commit, each in found.items()} == {"a": number}


def test_a_merge_names_the_pull_request_of_every_commit_that_it_brings(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        identity = ("-c", "user.name=Bob", "-c", "user.email=bob@example.com")
        return subprocess.run(
            ["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "Begin")
    git("switch", "-qc", "late")
    git("commit", "-q", "--allow-empty", "-m", "Late orders")
    brought = git("rev-parse", "HEAD")
    git("switch", "-q", "main")
    git("merge", "-q", "--no-ff", "late", "-m", "Merge pull request #7 from acme/late")
    merge = git("rev-parse", "HEAD")

    found = named_by_merges(tmp_path, [Commit(merge, "Bob", "Merge pull request #7"), Commit(brought, "Bob", "Late")])

    assert {commit: each.number for commit, each in found.items()} == {merge: "7", brought: "7"}
