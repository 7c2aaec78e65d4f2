"""Who wrote and who approved a change is not for its author to write."""

import subprocess
from pathlib import Path

import pytest

from dataops.delivery.change_in_words import change_line, change_lines
from dataops.delivery.delivered_change import Commit, DeliveredChange, PullRequest, delivered_change, named_by_merges

BOB = "bob (Developers)"


def committed(folder: Path, title: str, author: str = "A") -> str:
    """A repository with one commit of this title."""
    identity = ("-c", f"user.name={author}", "-c", "user.email=a@example.com")
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", title]):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return found.stdout.strip()


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e", "\x1f"])
def test_a_title_cannot_forge_another_commit(tmp_path: Path, separator: str) -> None:
    forged = "\x1f".join(["f" * 40, "Ann", "Approved by everybody"])
    commit = committed(tmp_path, f"Late orders{separator}{forged}")

    found = delivered_change(tmp_path, "", commit, "main")

    assert found and [each.id for each in found.commits] == [commit]
    assert found.commits[0].title == f"Late orders {'f' * 40} Ann Approved by everybody"


def test_a_title_of_bytes_that_are_no_text_does_not_stop_the_plan(tmp_path: Path) -> None:
    committed(tmp_path, "x")
    whole = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=tmp_path, check=True, capture_output=True).stdout
    write = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    raw = whole.replace(b"\n\nx", b"\n\ncaf\xe9")
    commit = subprocess.run(write, cwd=tmp_path, input=raw, check=True, capture_output=True).stdout.decode().strip()

    found = delivered_change(tmp_path, "", commit, "main")

    assert found and [each.title for each in found.commits] == ["caf\ufffd"]


def changed(request: PullRequest) -> list[str]:
    """The line of the commit in the summary, and the line of the message."""
    change = DeliveredChange("b" * 40, [Commit("a" * 40, "Bob", "Late")], requests={"a" * 40: request})
    return [next(line for line in change_lines(change) if line.startswith("- ")), change_line(change)]


def test_a_pull_request_that_a_title_names_is_said_to_be_named_by_it() -> None:
    (request,) = named_by_merges(Path(), [Commit("a" * 40, "Bob", "Late orders (#8)")]).values()

    assert all("pull request 8 (named by the commit's own title)" in line for line in changed(request))
    assert not any("own title" in line for line in changed(PullRequest("8", "Late", BOB, ("ann (Architects)",))))


def test_a_commit_without_a_pull_request_and_a_request_that_nobody_approved_are_said_aloud() -> None:
    alone = DeliveredChange("b" * 40, [Commit("a" * 40, "Bob", "Late")])

    assert [line for line in change_lines(alone) if line.endswith(", NO PULL REQUEST FOUND")]
    assert "; NO PULL REQUEST FOUND FOR 1: Late" in change_line(alone)
    assert all("APPROVED BY NOBODY" in line for line in changed(PullRequest("7", "Late", BOB)))
    assert "PULL REQUEST FOUND" not in change_line(DeliveredChange("", [Commit("a" * 40, "Bob", "Late")]))


def test_an_approval_under_the_authors_name_is_said_whatever_the_role() -> None:
    request = PullRequest("7", "Late", BOB, ("Bob (Architects)", "ann (Architects)"))

    assert all("(APPROVED UNDER ITS AUTHOR'S NAME)" in line for line in changed(request))


def test_two_approvals_of_one_name_are_said() -> None:
    twice = PullRequest("7", "Late", BOB, ("ann (Architects)", "ann (Owners)"))

    assert all("(ONE NAME APPROVED TWICE)" in line for line in changed(twice))
    assert all("NAME" not in line for line in changed(PullRequest("7", "Late", BOB, ("ann (A)", "eve (A)"))))
