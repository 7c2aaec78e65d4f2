"""The answers for the new version: from project.yaml, and from new questions for what it lacks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from dataops.inference.yaml_text import yaml_text

from answers.forms import content_of
from answers.given import plain
from answers.project import answers_from, project_faults, project_from
from answers.record import as_texts
from upgrade.migrations import migrated_answers, migrated_settings
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError

Ask = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Answered:
    """The new version's answers, their settings, and project.yaml before and after."""

    answers: dict[str, Any]
    settings: dict[str, Any]
    text_before: str
    text: str


def answered(
    project: Project, recorded: dict[str, Any], migrations: list[dict[str, Any]], questions: dict[str, Any], ask: Ask
) -> Answered:
    """Return the answers of the present project.yaml, wherever it is edited."""
    recorded = migrated_answers(recorded, migrations)
    text_before = text_in(project)
    text = migrated_settings(text_before, migrations)
    settings = settings_in(text)
    answers = answers_from(settings)
    unknown = [name for name in questions if not name.startswith("_") and name not in recorded]
    new = [name for name in unknown if answers.get(name) in (None, "")]
    answers |= {name: answer_to(name, questions, answers, ask) for name in new}
    complete = project_from(answers)
    added = "".join(f"\n{key}: {yaml_text(value)}\n" for key, value in complete.items() if key not in settings)
    return Answered(in_recorded_words(as_texts(answers), recorded), complete, text_before, text + added)


def text_in(project: Project) -> str:
    """Return the present project.yaml, committed or not."""
    try:
        return (project.folder / SETTINGS).read_bytes().decode("utf-8")
    except OSError:
        raise RefusedError(f"The project has no {SETTINGS}: bring it back from an earlier commit.") from None
    except UnicodeDecodeError:
        raise RefusedError(f"{SETTINGS} is not written in UTF-8: save it as such.") from None


def settings_in(text: str) -> dict[str, Any]:
    """Return the content of project.yaml, if the new version accepts it."""
    settings, faults = validated(text)
    if faults:
        raise RefusedError(
            f"{SETTINGS} contains what the new version does not accept:\n" + "\n".join(f"- {each}" for each in faults)
        )
    return settings


def validated(text: str) -> tuple[dict[str, Any], list[str]]:
    """Return the content of a project.yaml, and all that is wrong with it by the rules of the new version."""
    try:
        settings = plain(content_of(text))
    except (yaml.YAMLError, ValueError) as error:
        raise RefusedError(f"{SETTINGS} cannot be read: {' '.join(str(error).split())}") from None
    return (settings, project_faults(settings)) if isinstance(settings, dict) else ({}, ["it is no map of keys."])


def answer_to(name: str, questions: dict[str, Any], answers: dict[str, Any], ask: Ask) -> str:
    """Return the answer to a new question, asked until it is valid."""
    default = questions[name] if isinstance(questions[name], str) else json.dumps(questions[name], ensure_ascii=False)
    sentence = questions.get("__prompts__", {}).get(name, name)
    faults: list[str] = []
    while True:
        answer = ask("\n".join([*faults, sentence]), name, default)
        faults = project_faults(project_from({**answers, name: answer}))
        if not faults or answer == default:
            return answer


def environments_of(answers: dict[str, Any]) -> list[str]:
    """Return the names of the environments in some answers; [] if they cannot be read."""
    entries = project_from(answers).get("environments")
    named = [entry.get("name") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [name for name in named if isinstance(name, str)]


def in_recorded_words(answers: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """Return answers in the exact words of the record if those still mean the same: no change shows as none."""
    said = project_from(answers)
    same = {
        name: recorded[name]
        for name in answers
        if name in recorded and project_from({**answers, name: recorded[name]}) == said
    }
    return {**answers, **same}
