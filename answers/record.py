"""The record of a generation, .cruft.json: which template, which commit, which answers."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from answers.project import QUESTIONS

# Files that belong to the team once they are there: no upgrade touches them.
OWNED_BY_THE_TEAM = [
    "project.yaml",
    "allowed-destroys.yaml",
    "files/transforms/*",
    "samples/*",
    "docs/architecture.svg",
]
# Of those, the files that are generated from project.yaml alone: an upgrade regenerates them and discards edits.
MADE_FROM_THE_SETTINGS = ["docs/architecture.svg"]
# The forms of the tools; the record names one that is not the usual.
WHEEL, SOURCE = "wheel", "source"
# Cruft, which does not know the form, must not bring the wheel back. dataops/tools_source.py has the same list.
SKIPPED_WITH_SOURCE = ["tools/*.whl", "tools/requirements.lock"]
HOSTS = {
    "gh": "https://github.com/{}.git",
    "gl": "https://gitlab.com/{}.git",
    "bb": "https://bitbucket.org/{}",
}


def as_texts(answers: dict[str, Any]) -> dict[str, str]:
    """The ten answers as texts: as they were given, a structure as compact JSON."""
    given = {key: answers.get(key, "") for key in QUESTIONS}
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(", ", ":"))
        for key, value in given.items()
    }


def without_credentials(url: str) -> str:
    """A git URL without user and token."""
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", url)


def git(repository: str, *words: str) -> str | None:
    """What a git command says in a repository, None when it fails or there is no git."""
    try:
        done = subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def template_url(template: str, repository: str) -> str | None:
    """The address that anybody can fetch the template from; a path on this machine is none."""
    origin = git(repository, "remote", "get-url", "origin") if (Path(repository) / ".git").exists() else None
    prefix, _, rest = template.partition(":")
    named = HOSTS[prefix].format(rest) if prefix in HOSTS else template
    found = origin or (named if re.match(r"[a-z+]+://|\w+@", named) else None)
    return without_credentials(found) if found else None


def tools_as(variables: dict[str, Any]) -> str:
    """In which form the project has its tools: as a wheel, or as source, which make tools-source has chosen."""
    form: str = variables.get("_tools", WHEEL)
    return form


def tools_faults(variables: dict[str, Any]) -> list[str]:
    """What is wrong with the form of the tools that was given."""
    form = tools_as(variables)
    return [] if form in (WHEEL, SOURCE) else [f"_tools: {form!r} is not a form of the tools: {WHEEL} or {SOURCE}."]


def record_of(variables: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any] | None:
    """The record, None under cruft, which writes its own."""
    repository = variables.get("_repo_dir")
    if repository is None:
        return None
    url = template_url(variables["_template"], repository)
    commit = git(repository, "rev-parse", "HEAD") if (Path(repository) / ".git").exists() else None
    context = {**as_texts(answers), "_template": url, "_commit": commit}
    # Cruft rewrites the context on every update and forgets private answers; what stands beside it, cruft keeps.
    chosen = {"tools": SOURCE} if tools_as(variables) == SOURCE else {}
    return chosen | {
        "template": url,
        "commit": commit,
        "checkout": variables.get("_checkout"),
        "context": {"cookiecutter": context},
        "directory": None,
        "skip": OWNED_BY_THE_TEAM + (SKIPPED_WITH_SOURCE if chosen else []),
    }
