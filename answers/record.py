"""The record of a generation, .cruft.json: which template, which commit, which answers."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from answers.project import QUESTIONS, with_slug

# Files that belong to the team once they exist: no upgrade touches them.
OWNED_BY_THE_TEAM = [
    "project.yaml",
    "allowed-destroys.yaml",
    "files/transforms/*",
    "samples/*",
    "docs/architecture.svg",
]
# Of those, the files that are generated from project.yaml alone: an upgrade regenerates them and discards edits.
MADE_FROM_THE_SETTINGS = ["docs/architecture.svg"]
# The forms of the tools; the record names one that is not the default.
WHEEL, SOURCE = "wheel", "source"
# Cruft, which does not know the form, must not restore the wheel. dataops/tools_source.py has the same list.
SKIPPED_WITH_SOURCE = ["tools/*.whl", "tools/requirements.lock"]
HOSTS = {
    "gh": "https://github.com/{}.git",
    "gl": "https://gitlab.com/{}.git",
    "bb": "https://bitbucket.org/{}",
}


def as_texts(answers: dict[str, Any]) -> dict[str, str]:
    """The ten answers as texts: as they were given, a structure as compact JSON."""
    given = {key: with_slug(answers).get(key, "") for key in QUESTIONS}
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(", ", ":"))
        for key, value in given.items()
    }


def without_credentials(url: str) -> str:
    """Return a git URL without user and token."""
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", url)


def git(repository: str, *words: str) -> str | None:
    """Return the output of a git command in a repository, None if it fails or there is no git."""
    try:
        done = subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def template_url(template: str, repository: str) -> str | None:
    """Return the public address of the template, if it has one; a path on this machine is none."""
    origin = git(repository, "remote", "get-url", "origin") if (Path(repository) / ".git").exists() else None
    prefix, _, rest = template.partition(":")
    named = HOSTS[prefix].format(rest) if prefix in HOSTS else template
    found = origin or (named if re.match(r"[a-z+]+://|\w+@", named) else None)
    return without_credentials(found) if found else None


def tools_as(variables: dict[str, Any]) -> str:
    """Return the form of the project's tools: a wheel, or source, which make tools-source has chosen."""
    form: str = variables.get("_tools", WHEEL)
    return form


def tools_faults(variables: dict[str, Any]) -> list[str]:
    """Return what is wrong with the given form of the tools."""
    form = tools_as(variables)
    return [] if form in (WHEEL, SOURCE) else [f"_tools: {form!r} is not a form of the tools: {WHEEL} or {SOURCE}."]


def record_of(variables: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record, None under cruft, which writes its own."""
    repository = variables.get("_repo_dir")
    if repository is None:
        return None
    url = template_url(variables["_template"], repository)
    commit = git(repository, "rev-parse", "HEAD") if (Path(repository) / ".git").exists() else None
    context = {**as_texts(answers), "_template": url, "_commit": commit}
    # Cruft rewrites the context on every update and drops private answers; it keeps what is beside it.
    chosen = {"tools": SOURCE} if tools_as(variables) == SOURCE else {}
    return chosen | {
        "template": url,
        "commit": commit,
        "checkout": variables.get("_checkout"),
        "context": {"cookiecutter": context},
        "directory": None,
        "skip": OWNED_BY_THE_TEAM + (SKIPPED_WITH_SOURCE if chosen else []),
    }


def why_no_upgrade(record: dict[str, Any] | None, directory: str | None) -> str | None:
    """Why `make upgrade` and `make dataset` cannot work in a project with this record; None if they can."""
    if record is None or record["commit"]:
        return None
    if directory:
        return (
            "make upgrade and make dataset cannot work in this project: its template is in a folder of a repository "
            "(--directory), but they need a template at the top of a repository of its own."
        )
    return (
        "make upgrade and make dataset cannot work yet: the template came without git history, as from a zip file. "
        "After the first commit: make adopt TEMPLATE=address, with the address of the template's git repository."
    )
