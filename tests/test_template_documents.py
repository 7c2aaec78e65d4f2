"""The template's own documents by the check that it gives to every project: their commands, links and files exist."""

import re
import sys
from pathlib import Path

import pytest
from cookiecutter.cli import main as cookiecutter_command

from answers.project import QUESTIONS

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
sys.path += [str(ROOT / "tools/tests/documentation")]

from documentation import checks_of, faults_of, faults_of_call  # noqa: E402
from documents import Document  # noqa: E402
from snippet_shell import Call  # noqa: E402

DOCUMENTS = [
    Document(path, path.relative_to(ROOT).as_posix()) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
]


def faults_of_cookiecutter(words: list[str]) -> list[str]:
    """Options that cookiecutter lacks, and answers to what is not asked."""
    options = {option for parameter in cookiecutter_command.params for option in parameter.opts}
    answers = [word.partition("=")[0] for word in words if re.match(r"[a-z_]+=", word)]
    return [
        *(f"cookiecutter has no {word}" for word in words if word.startswith("-") and word not in options),
        *(f"there is no question {answer}" for answer in answers if answer not in QUESTIONS),
    ]


def faults_of_uvx(words: list[str]) -> list[str]:
    """What uvx runs is cookiecutter."""
    return faults_of_cookiecutter(words[words.index("cookiecutter") + 1 :]) if "cookiecutter" in words else []


# A page of the template speaks of its own targets and of those of the projects that it makes.
CHECKS = checks_of(PROJECT, [ROOT / "Makefile", PROJECT / "Makefile"]) | {
    "cookiecutter": faults_of_cookiecutter,
    "uvx": faults_of_uvx,
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_everything_that_a_document_tells_is_there(document: Document) -> None:
    assert faults_of(document, PROJECT, CHECKS) == []


@pytest.mark.parametrize(
    "words, fault",
    [
        (["cookiecutter", "gh:org/template", "--no-inputs"], "cookiecutter has no --no-inputs"),
        (["cookiecutter", "gh:org/template", "regoin=eu-west-1"], "there is no question regoin"),
        (["uvx", "--with", "questionary", "cookiecutter", "a", "--outputdir", "b"], "cookiecutter has no --outputdir"),
    ],
)
def test_a_wrong_call_of_cookiecutter_is_noticed(words: list[str], fault: str) -> None:
    assert faults_of_call(Call("README.md:1", words), CHECKS) == [fault]


def test_the_readme_shows_everything_that_lies_at_the_top_of_a_project(project: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = re.search(r"^acme-sales/\n(.+?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert tree
    shown = {name.rstrip("/") for name in re.findall(r"[\w.-]+", tree[1])}
    kept = [path.name for path in project.iterdir() if path.name != ".git"]
    # What begins with a dot belongs to tools, but the record of the answers is ours.
    there = {name for name in kept if not name.startswith(".") or name == ".cruft.json"}

    assert len(there) > 15
    assert there - shown == set()
    first = {line[4:].split(" ")[0].rstrip("/") for line in tree[1].splitlines()}
    assert first - there == set()


def test_the_documents_are_found() -> None:
    assert {"README.md", "docs/decisions.md"} <= {document.name for document in DOCUMENTS}
