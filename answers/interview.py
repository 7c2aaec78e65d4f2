"""The interview at a terminal: few questions, a summary, corrections and more settings, and only then answers."""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from answers import (
    interview_datasets,
    interview_defaults,
    interview_draft,
    interview_log,
    interview_network,
    interview_project,
    interview_summary,
    interview_targets,
    short_name,
)
from answers import interview_questions as ask
from answers.cookiecutter_internals import options, words_of_parent
from answers.interview_draft import Draft
from answers.interview_log import Log
from answers.project import project_faults, project_from

Answers = dict[str, Any]
Entry = TypeVar("Entry")
WELCOME = (
    "Enter accepts the proposed answer, typing replaces it, Backspace edits it. Ctrl-Z goes back to the previous "
    "question. Ctrl-C stops and keeps your answers. Nothing is generated until you confirm at the end."
)
LAST_QUESTION = "What do you want to do?"
GENERATE, CORRECT, MORE, STOP = "generate", "correct", "more", "stop"
BESIDE = ("beside_slug", "delivery")


class Outcome(NamedTuple):
    """What an interview ends with: the ten answers, and the sample file of each dataset that is copied."""

    answers: Answers
    samples: dict[str, str]


# The frame: drafts and steps back


def interview(config: Answers) -> Outcome:
    """The answers, free of faults; KeyboardInterrupt when the person stops. `config` are the person's defaults."""
    given = taken_up(interview_draft.left())
    ask.explain(WELCOME)
    proposed, wrong = interview_defaults.proposed(config)
    for sentence in wrong:
        ask.say(f"  Ignored among your defaults: {sentence}")
    if given:
        count = f"{len(given)} answer{'s' if len(given) > 1 else ''}"
        ask.say(f"  Continuing with {count} from the draft; the last one was {given[-1][0]}: {given[-1][1]}")
    return interview_log.run(lambda: conversation(proposed), Log(given, kept))


def kept(given: list[interview_log.Given]) -> None:
    """Write the draft; a folder that cannot be written stops no interview."""
    with contextlib.suppress(OSError):
        interview_draft.write(interview_draft.own_path(), given)


def taken_up(drafts: list[Draft]) -> list[interview_log.Given]:
    """The answers of the draft that the person goes on with; a draft that is refused is removed."""
    if not drafts:
        return []
    choices: dict[str, Draft | None] = {f"Continue it: {draft.title()}": draft for draft in drafts}
    choices["Delete it and start over" if len(drafts) == 1 else "Delete them and start over"] = None
    chosen: Draft | None = ask.choice("An earlier interview was not finished", choices)
    given = without_the_end(list(chosen.given)) if chosen else []
    kept(given)
    # If the answers cannot be kept again, as on a full disk, the draft that has them stays.
    if not given or interview_draft.own_path().exists():
        for draft in [chosen] if chosen else drafts:
            draft.path.unlink(missing_ok=True)
    return given


def without_the_end(given: list[interview_log.Given]) -> list[interview_log.Given]:
    """The answers without that to the last question: the person decides again."""
    return given[:-1] if given and given[-1][0] == LAST_QUESTION else given


# The conversation: a function of the answers in the log


def conversation(proposed: Answers) -> Outcome:
    found = first_answers(proposed)
    while True:
        answers = as_answers(found)
        faults = project_faults(project_from(answers))
        if not ask.is_replaying():
            interview_summary.show(project_from(answers), faults)
        chosen = ask.choice(LAST_QUESTION, ends(bool(faults)))
        if chosen == STOP:
            raise KeyboardInterrupt
        if chosen == GENERATE:
            return Outcome(answers, interview_datasets.copies(found["datasets"]))
        found = corrected(found) if chosen == CORRECT else with_more(found)


def ends(has_faults: bool) -> dict[str, str]:
    """What the last question offers; nothing in it reads like a yes or a no."""
    generate = {} if has_faults else {"Generate the project": GENERATE}
    correct = {"Change an answer, because some are refused" if has_faults else "Change an answer": CORRECT}
    more = {"More settings: size, approval, rules, targets, tags": MORE}
    return {**generate, **correct, **more, "Stop here and keep the answers": STOP}


def first_answers(proposed: Answers) -> Answers:
    """What has to be asked of everybody; all else has a default and is among the corrections and more settings."""
    found: Answers = {**proposed, "project_name": project_name(proposed["project_name"])}
    slug = short_name.slug_for(found["project_name"])
    found["project_slug"] = project_slug(proposed.get("project_slug") or slug)
    found["region"] = interview_project.region("Region", proposed["region"])
    found["environments"] = interview_project.environments(proposed["environments"])
    found["datasets"] = interview_datasets.datasets(proposed["datasets"])
    found["notifications"] = interview_targets.addresses(proposed["notifications"])
    found["approvers"] = interview_project.approvers(proposed["approvers"]) if approval_is_asked(found) else []
    found["git"] = interview_project.git(proposed["git"], found["project_slug"])
    return networks_again(found)


def as_answers(found: Answers) -> Answers:
    """The ten answers, with what no question asks for beside the slug and the approvers."""
    slug, approvers = found["project_slug"], found["approvers"]
    answers = {key: value for key, value in found.items() if key not in BESIDE}
    if found.get("beside_slug"):
        answers["project_slug"] = {"slug": slug, **found["beside_slug"]}
    if found.get("delivery"):
        answers["approvers"] = {"approvers": approvers, "delivery": found["delivery"]}
    order = ("project_name", "project_slug", "region", *interview_defaults.READERS)
    return {key: answers[key] for key in order} | {
        "datasets": interview_datasets.without_memory(found["datasets"]),
    }


def project_name(now: str) -> str:
    return ask.text("Project", "project_name", now)


def project_slug(now: str) -> str:
    return ask.line("Short name", slug_fault, now, ask.rule_of("project_slug"))


def slug_fault(slug: str) -> str | None:
    """Return why the slug is refused: cookiecutter would refuse an existing folder only after the interview."""
    given = options(words_of_parent()) or {}
    folder = ask.started_in() / given.get("output_dir", ".") / slug
    if slug and folder.exists() and not given.get("overwrite_if_exists"):
        return "There is a folder of this name already."
    return ask.refusal("project_slug", slug)


def names(found: Answers) -> list[str]:
    return [environment["name"] for environment in found["environments"]]


def approval_is_asked(found: Answers) -> bool:
    """Whether some environment waits for an approval, so that somebody must give it."""
    return any(environment.get("approval", True) for environment in found["environments"])


# Corrections and more settings: each gets the answers and returns the new ones


def corrected(found: Answers) -> Answers:
    """The answers with one part asked again."""
    parts: dict[str, Callable[[], Answers]] = {
        "project name": lambda: {**found, "project_name": project_name(found["project_name"])},
        "short name": lambda: {**found, "project_slug": project_slug(found["project_slug"])},
        "region": lambda: {**found, "region": interview_project.region("Region", found["region"])},
        "environments": lambda: {**found, "environments": environments_again(found)},
        "datasets": lambda: {**found, "datasets": datasets_again(found["datasets"])},
        "notifications": lambda: {**found, "notifications": notifications_again(found)},
        "approvers": lambda: {**found, "approvers": interview_project.approvers(found["approvers"])},
        "git": lambda: {**found, "git": interview_project.git(found["git"], found["project_slug"])},
        "network": lambda: networks_again(found),
        "tags": lambda: {**found, "tags": interview_project.tags(found["tags"])},
    }
    offered = {part: part for part in parts if part != "approvers" or approval_is_asked(found)}
    return with_approvers(parts[ask.choice("What do you want to change?", offered)]())


def with_more(found: Answers) -> Answers:
    """The answers with one of the settings that few decide on the first day."""
    parts: dict[str, Callable[[], Answers]] = {}
    for number, each in enumerate(found["environments"]):
        parts[f"{each['name']}: region, approval, size"] = partial(environment_settings, found, number)
    for name in found["datasets"]:
        rules, expectations = interview_datasets.with_columns_ruled, partial(interview_datasets.with_expectations, name)
        parts[f"{name}: rules for its values"] = partial(with_dataset, found, name, rules)
        parts[f"{name}: share of quarantined rows, how often data is expected"] = partial(
            with_dataset, found, name, expectations
        )
    parts["notifications by SMS, HTTPS, Slack, Teams or topic"] = partial(more_notifications, found)
    parts["branch that is delivered"] = lambda: {**found, "git": interview_project.branch(found["git"])}
    parts["tags"] = lambda: {**found, "tags": interview_project.tags(found["tags"])}
    return with_approvers(parts[ask.choice("Which setting?", {part: part for part in parts})]())


def more_notifications(found: Answers) -> Answers:
    further = interview_targets.notifications(names(found), found["notifications"])
    return {**found, "notifications": [*found["notifications"], *further]}


def with_approvers(found: Answers) -> Answers:
    """The answers with somebody to approve, where an approval has come in."""
    if approval_is_asked(found) and not found["approvers"]:
        return {**found, "approvers": interview_project.approvers([])}
    return found


def environment_settings(found: Answers, number: int) -> Answers:
    now = found["environments"][number]
    changed = interview_project.environment_settings(now, found["region"])
    return {**found, "environments": replaced(found["environments"], number, changed)}


def with_dataset(found: Answers, name: str, change: Callable[[Answers], Answers]) -> Answers:
    return {**found, "datasets": {**found["datasets"], name: change(found["datasets"][name])}}


def networks_again(found: Answers) -> Answers:
    chosen = interview_network.networks(found["environments"], found["network"])
    environments, network = interview_network.with_networks(found["environments"], chosen)
    return {**found, "environments": environments, "network": network}


def replaced(entries: list[Entry], number: int, entry: Entry) -> list[Entry]:
    return [*entries[:number], entry, *entries[number + 1 :]]


def entries_again(
    entries: list[Entry],
    title: Callable[[Entry], str],
    one: Callable[[Entry | None, list[Entry]], Entry],
    least: int,
) -> list[Entry]:
    """Return a list with one entry asked again, added or removed."""
    titles = {title(entry): number for number, entry in enumerate(entries)}
    removals = {f"remove {name}": number for name, number in titles.items()} if len(entries) > least else {}
    choices = {**{name: ("change", n) for name, n in titles.items()}, "add one": ("add", len(entries))}
    how, number = ask.choice("Which one?", {**choices, **{name: ("remove", n) for name, n in removals.items()}})
    others = [entry for index, entry in enumerate(entries) if index != number]
    if how == "remove":
        return others
    return [*others[:number], one(entries[number] if how == "change" else None, others), *others[number:]]


def environments_again(found: Answers) -> list[Answers]:
    return entries_again(
        found["environments"],
        lambda each: each["name"],
        lambda each, others: interview_project.environment(each or {}, others, found["region"]),
        1,
    )


def notifications_again(found: Answers) -> list[Answers]:
    return entries_again(
        found["notifications"],
        interview_summary.target,
        lambda each, others: interview_targets.notification(each or {}, others, names(found)),
        0,
    )


def datasets_again(now: dict[str, Answers]) -> dict[str, Answers]:
    def one(each: tuple[str, Answers] | None, others: list[tuple[str, Answers]]) -> tuple[str, Answers]:
        taken = [name for name, _ in others]
        return interview_datasets.again(*each, taken) if each else interview_datasets.dataset(taken)

    return dict(entries_again(list(now.items()), lambda each: each[0], one, 1))
