"""Converts the ten answers to the content of project.yaml, and finds everything that is wrong with it."""

from typing import Any

from dataops.validation.project_yaml import faults_of

from answers import forms
from answers.schema import schema, typed
from answers.short_name import slug_for

READERS = {
    "environments": forms.environments,
    "datasets": forms.datasets,
    "notifications": forms.notifications,
    "approvers": forms.approvers,
    "git": forms.git,
    "network": forms.network,
    "tags": forms.tags,
}
# The default of project_slug in cookiecutter.json: the slug follows the name, however the answers are given. The filter
# is cookiecutter's own, so that this renders without our extension too; our extension keeps the slug within its limits.
SLUG_OF_NAME = "{{ cookiecutter.project_name | slugify }}"
QUESTIONS = ("project_name", "project_slug", "region", *READERS)
REQUIRED = {"environments", "datasets"}


def project_from(given: dict[str, Any]) -> dict[str, Any]:
    """The content of project.yaml for ten answers; what cannot be read stays as given."""
    given = with_slug(given)
    name_and_slug = {"name": given.get("project_name", ""), **slug_and_prefix(given.get("project_slug", ""))}
    read = {key: READERS[key](given[key]) for key in READERS if key in given}
    read |= approvers_and_delivery(read.get("approvers"))
    answered = {key: value for key, value in read.items() if key in REQUIRED or value not in ("", None, [], {})}
    shaped: dict[str, Any] = typed({**name_and_slug, "region": given.get("region", ""), **answered}, schema())
    return without_empty_schedules(shaped)


def with_slug(given: dict[str, Any]) -> dict[str, Any]:
    """The answers with the slug that their name gives, where none was given."""
    if given.get("project_slug") != SLUG_OF_NAME:
        return given
    return {**given, "project_slug": slug_for(str(given.get("project_name", "")))}


def slug_and_prefix(answer: object) -> dict[str, Any]:
    """Return the slug, and the settings beside it if the answer is {slug: …, bucket_prefix: …}."""
    read = forms.structure(answer)
    return read if isinstance(read, dict) and "slug" in read else {"slug": answer}


def approvers_and_delivery(read: object) -> dict[str, Any]:
    """Return the approvers, and the delivery if the answer is {approvers: […], delivery: {…}}."""
    if isinstance(read, dict) and "delivery" in read and read.keys() <= {"approvers", "delivery"}:
        return {"approvers": forms.approvers(read.get("approvers", [])), "delivery": read["delivery"]}
    return {} if read is None else {"approvers": read}


def answers_from(project: dict[str, Any]) -> dict[str, Any]:
    """Return the ten answers that give a project.yaml; settings without a question are beside the slug."""
    beside = {key: value for key, value in project.items() if key not in ("name", "region", *READERS)}
    slug = beside if len(beside) > 1 else project["slug"]
    asked = {key: project.get(key, "") for key in READERS}
    return {"project_name": project["name"], "project_slug": slug, "region": project["region"], **asked}


def without_empty_schedules(project: dict[str, Any]) -> dict[str, Any]:
    datasets = project.get("datasets")
    for dataset in datasets.values() if isinstance(datasets, dict) else []:
        if isinstance(dataset, dict) and dataset.get("schedule") == "":
            del dataset["schedule"]
    return project


# Right answers, with which each answer is checked in turn.
COMPLETE = {
    "project_name": "Acme Sales",
    "project_slug": "acme-sales",
    "region": "eu-west-1",
    "environments": "dev=111111111111",
    "datasets": "orders:csv",
}


def faults_of_answer(question: str, given: dict[str, Any]) -> list[str]:
    """What is wrong with one answer by itself."""
    slug = {"project_slug": with_slug(given)["project_slug"]} if question == "project_slug" else {}
    return project_faults(project_from({**COMPLETE, question: given[question], **slug}))


def project_faults(draft: dict[str, Any]) -> list[str]:
    """Return all that is wrong with a draft of project.yaml, in a sentence or two for each fault."""
    return faults_of(draft, schema())
