"""Adopts a project without a record: the nearest version is the one with the most files in common."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.project import answers_from
from answers.record import OWNED_BY_THE_TEAM, SKIPPED_WITH_SOURCE, SOURCE, as_texts
from upgrade.answering import settings_in, text_in
from upgrade.git import git, literal
from upgrade.project import Project, refuse_unfinished_work
from upgrade.record import RECORD, address, text_of
from upgrade.refusal import RefusedError
from upgrade.versions import Version, files_of, version

RELEASE = r"v?\d+\.\d+\.\d+"
LEAST_LIKENESS = 0.3


@dataclass(frozen=True)
class Likeness:
    """The files of a version that the project has unchanged, at any path."""

    of: Version
    common: int
    all: int

    @property
    def share(self) -> float:
        return self.common / self.all


def adopt(project: Project, clone: Path, template: str, to: str | None) -> int:
    """Write the record of the nearest version, or of the one that the person names, and stage it."""
    if RECORD in project.tracked() and '"commit": null' not in (project.committed(RECORD) or ""):
        raise RefusedError(
            f"The project has a record already: {RECORD}. Delete it and commit that, to have it written again."
        )
    refuse_unfinished_work(project)
    answers = as_texts(answers_from(settings_in(text_in(project))))
    candidates = [version(clone, to)] if to else releases(clone) or [version(clone, "HEAD")]
    found = sorted((likeness(project, each) for each in candidates), key=lambda each: each.share, reverse=True)
    if found[0].share < LEAST_LIKENESS:
        raise RefusedError(
            "No release of this template looks like this project: name the one it was made with, TO=tag."
        )
    record = recorded(found[0].of, answers, address(template, project, None))
    if "tools/pyproject.toml" in project.tracked():
        record |= {"tools": SOURCE, "skip": OWNED_BY_THE_TEAM + SKIPPED_WITH_SOURCE}
    (project.folder / RECORD).write_text(text_of(record), encoding="utf-8")
    git(project.top, "add", "--force", "--", literal(project.prefix + RECORD))
    print(said(found))
    return 0


def recorded(nearest: Version, answers: dict[str, str], template: str | None) -> dict[str, Any]:
    """Return the record of a project of that version."""
    # Answers to later questions are left out, so that they are asked when that version comes.
    known = {name: answer for name, answer in answers.items() if name in nearest.questions()}
    return {
        "template": template,
        "commit": nearest.commit,
        "checkout": None,
        "context": {"cookiecutter": {**known, "_template": template, "_commit": nearest.commit}},
        "directory": None,
        "skip": OWNED_BY_THE_TEAM,
    }


def releases(clone: Path) -> list[Version]:
    """Return every release, earliest first: it wins a tie, and later changes merge as made by both."""
    tags = [tag for tag in git(clone, "tag").split() if re.fullmatch(RELEASE, tag)]
    tags.sort(key=lambda tag: [int(number) for number in re.findall(r"\d+", tag)])
    return [version(clone, tag) for tag in tags]


def likeness(project: Project, of: Version) -> Likeness:
    """Compare contents, not names: most files are the same bytes in every project, and a team may have moved some."""
    files = files_of(of.clone, of.commit)
    rendered = {facts.split()[2] for path, facts in files.items() if path.startswith("{{cookiecutter.")}
    # The tools, as a wheel or as source, come from elsewhere in the template.
    ours = {blob for path, blob in project.tracked().items() if not path.startswith("tools/")}
    return Likeness(of, len(rendered & ours), max(1, len(rendered | ours)))


def said(found: list[Likeness]) -> str:
    """Return which version was chosen, and how near the next ones are."""
    shares = [f"  {each.of.label}: {each.common} files are in the project unchanged" for each in found[:3]]
    return "\n".join(
        [
            f"The nearest version is {found[0].of.label}; {RECORD} has it now, and is staged.",
            *shares,
            f'Go on:   git commit -m "Adopt the template", then make upgrade\nGo back: git rm --force {RECORD}',
            "If it is another version, go back, then make adopt TO=tag.",
        ]
    )
