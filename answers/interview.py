"""The interview at a terminal: every question that matters, a summary, corrections, and only then answers."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from answers import interview_datasets, interview_project, interview_summary, interview_targets
from answers import interview_questions as ask
from answers.cookiecutter_internals import options, words_of_parent
from answers.project import project_faults, project_from

Answers = dict[str, Any]
Entry = TypeVar("Entry")
WELCOME = "Answer step by step. Nothing is written until you confirm at the end. Ctrl-C stops at any time."
CORRECTIONS = {
    "project name": "project_name",
    "slug": "project_slug",
    "region": "region",
    "environments": "environments",
    "datasets": "datasets",
    "notifications": "notifications",
    "approvers": "approvers",
    "git": "git",
    "network": "network",
    "tags": "tags",
}


def interview() -> Answers:
    """The ten answers, free of faults; KeyboardInterrupt when the person stops."""
    ask.say(WELCOME)
    answers = first_answers()
    while True:
        faults = project_faults(project_from(answers))
        interview_summary.show(answers, faults)
        write = {} if faults else {"Write it": "write"}
        what = "These answers cannot be written yet" if faults else "Are these answers right?"
        chosen = ask.choice(what, {**write, "Correct something": "correct", "Stop, and write nothing": "stop"})
        if chosen == "stop":
            raise KeyboardInterrupt
        if chosen == "write":
            return answers
        answers = corrected(answers)


def first_answers() -> Answers:
    answers: Answers = {"project_name": project_name("")}
    answers["project_slug"] = project_slug(proposed_slug(answers["project_name"]))
    answers["region"] = interview_project.region("Region", "eu-west-1")
    answers["environments"] = interview_project.environments(answers["region"])
    answers["datasets"] = interview_datasets.datasets()
    answers["notifications"] = interview_targets.notifications(names(answers))
    answers["approvers"] = interview_project.approvers([]) if approval_is_asked(answers) else []
    answers["git"] = interview_project.git({})
    answers["network"] = interview_project.network({})
    answers["tags"] = interview_project.tags({})
    return answers


def project_name(now: str) -> str:
    return ask.text("Project", "project_name", now)


def project_slug(now: str) -> str:
    return ask.line("Short name", slug_fault, now, ask.rule_of("project_slug"))


def slug_fault(slug: str) -> str | None:
    """Cookiecutter would refuse a folder that exists only after the interview."""
    told = options(words_of_parent()) or {}
    folder = ask.started_in() / told.get("output_dir", ".") / slug
    if slug and folder.exists() and not told.get("overwrite_if_exists"):
        return "There is a folder of this name already."
    return ask.refusal("project_slug", slug)


def proposed_slug(name: str) -> str:
    """A slug made from a name, empty where none can be made."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24].rstrip("-")
    return "" if ask.refusal("project_slug", slug) else slug


def names(answers: Answers) -> list[str]:
    return [environment["name"] for environment in answers["environments"]]


def approval_is_asked(answers: Answers) -> bool:
    """Whether some environment waits for an approval, so that somebody must give it."""
    return any(environment["approval"] for environment in answers["environments"])


def corrected(answers: Answers) -> Answers:
    """The answers with one part asked again."""
    offered = {title: key for title, key in CORRECTIONS.items() if key != "approvers" or approval_is_asked(answers)}
    part = ask.choice("What do you want to correct?", offered)
    again: dict[str, Callable[[Any], Any]] = {
        "project_name": project_name,
        "project_slug": project_slug,
        "region": lambda now: interview_project.region("Region", now),
        "environments": lambda now: environments_again(now, answers["region"]),
        "datasets": datasets_again,
        "notifications": lambda now: notifications_again(now, names(answers)),
        "approvers": interview_project.approvers,
        "git": interview_project.git,
        "network": interview_project.network,
        "tags": interview_project.tags,
    }
    answers = {**answers, part: again[part](answers[part])}
    if approval_is_asked(answers) and not answers["approvers"]:
        answers["approvers"] = interview_project.approvers([])
    return answers


def entries_again(
    entries: list[Entry],
    title: Callable[[Entry], str],
    one: Callable[[Entry | None, list[Entry]], Entry],
    least: int,
) -> list[Entry]:
    """A list with one entry asked again, added or removed."""
    titles = {title(entry): number for number, entry in enumerate(entries)}
    removals = {f"remove {name}": number for name, number in titles.items()} if len(entries) > least else {}
    choices = {**{name: ("change", n) for name, n in titles.items()}, "add one": ("add", len(entries))}
    how, number = ask.choice("Which one?", {**choices, **{name: ("remove", n) for name, n in removals.items()}})
    others = [entry for place, entry in enumerate(entries) if place != number]
    if how == "remove":
        return others
    return [*others[:number], one(entries[number] if how == "change" else None, others), *others[number:]]


def environments_again(now: list[Answers], region: str) -> list[Answers]:
    return entries_again(
        now,
        lambda each: each["name"],
        lambda each, others: interview_project.environment(each or {}, others, region),
        1,
    )


def notifications_again(now: list[Answers], environments: list[str]) -> list[Answers]:
    return entries_again(
        now,
        interview_summary.target,
        lambda each, others: interview_targets.notification(each or {}, others, environments),
        0,
    )


def datasets_again(now: dict[str, Answers]) -> dict[str, Answers]:
    def one(each: tuple[str, Answers] | None, others: list[tuple[str, Answers]]) -> tuple[str, Answers]:
        taken = [name for name, _ in others]
        return interview_datasets.again(*each, taken) if each else interview_datasets.dataset(taken)

    return dict(entries_again(list(now.items()), lambda each: each[0], one, 1))
