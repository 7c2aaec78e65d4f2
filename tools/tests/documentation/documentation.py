"""Everything that has rotted in a set of documents."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from aws_call import faults_of_aws
from documents import Document
from git_call import faults_of_git
from make_call import faults_of_make
from snippet_shell import Call, calls_in
from terraform_call import EXAMPLES, faults_of_terraform

from dataops.project.terraform import environments

Checks = dict[str, Callable[[list[str]], list[str]]]


def checks_of(project: Path, makefiles: list[Path]) -> Checks:
    """How each program's calls are checked; the others are only parsed by the shell."""
    return {
        "aws": faults_of_aws,
        "git": faults_of_git,
        "make": lambda words: faults_of_make(words, makefiles),
        "python": lambda words: faults_of_python(words, project),
        "terraform": lambda words: faults_of_terraform(words, project),
    }


def faults_of(document: Document, project: Path, checks: Checks) -> list[str]:
    """All that is wrong with a document: its commands, its links, the files that it names."""
    return [*faults_of_commands(document, checks), *faults_of_links(document), *faults_of_files(document, project)]


def faults_of_commands(document: Document, checks: Checks) -> list[str]:
    """Commands that a shell or a program would not understand."""
    snippets = list(document.snippets())
    if not snippets:
        return []
    calls, complaints = calls_in(snippets)
    return complaints + [f"{call.location}: {fault}" for call in calls for fault in faults_of_call(call, checks)]


def faults_of_call(call: Call, checks: Checks) -> list[str]:
    """What its program would say of a call."""
    program, *words = call.words
    return checks[program](words) if program in checks else []


def faults_of_python(words: list[str], project: Path) -> list[str]:
    """A module that is run must be one of the project's."""
    modules = [words[number + 1] for number, word in enumerate(words[:-1]) if word == "-m"]
    return [f"there is no module {module}" for module in modules if not is_a_module(module, project)]


def is_a_module(name: str, project: Path) -> bool:
    """Whether Python can run it: one of the project's, of its tools or of those that it always has."""
    if name.startswith("dataops."):
        return importlib.util.find_spec(name) is not None
    return name in ("venv", "pip") or (project / name.replace(".", "/")).with_suffix(".py").is_file()


def faults_of_links(document: Document) -> list[str]:
    """Links that lead to no file, or to no heading of it."""
    faults = []
    for location, target in document.links():
        name, _, anchor = target.partition("#")
        path = document.path.parent / name if name else document.path
        if not path.exists():
            faults.append(f"{location}: the link leads nowhere: {target}")
        elif anchor and anchor not in Document(path, name).headings():
            faults.append(f"{location}: there is no such heading: {target}")
    return faults


def faults_of_files(document: Document, project: Path) -> list[str]:
    """Files that are named and do not exist, seen from the project's folder or from the document's own."""
    folders = (project, document.path.parent, project / "docs")
    return [
        f"{location}: there is no file {name}"
        for location, name in document.named_files()
        if not any((folder / spelling).is_file() for folder in folders for spelling in spellings(name, project))
    ]


def spellings(name: str, project: Path) -> list[str]:
    """A name as it stands, and where it begins with an environment taken as example, with those that there are."""
    first, _, rest = name.partition("/")
    return [name, *(f"{environment}/{rest}" for environment in environments(project) if first in EXAMPLES)]
