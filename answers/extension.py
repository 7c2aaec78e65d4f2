"""Checks the answers while the project's folder gets its name: the last moment at which no folder exists."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

from answers import given, record, temporary_copy
from answers.architecture import architecture_of
from answers.between_fields import state_bucket
from answers.cookiecutter_internals import (
    ROOT,
    Running,
    UnsupportedError,
    class_of,
    cookiecutter_call,
    forget_this_version,
    running,
)
from answers.forms import fits_samples, starters
from answers.project import QUESTIONS, project_faults, project_from
from answers.temporary_copy import FOLDER_IN_COPY
from answers.yaml_text import yaml_text

PROJECT_FOLDER = "{{cookiecutter.project_slug}}"
WITHOUT_HOOKS = "Without the template's hooks only the first environment's folder is written, and no record."
ENVIRONMENT_FOLDER = "{{first_environment()}}"


class CheckedAnswers(Extension):
    """Makes plain cookiecutter refuse wrong answers, ask nothing in vain and evaluate no answer."""

    def __new__(cls, environment: Environment) -> "CheckedAnswers":
        """An extension of the template that is being generated, even if this code is that of an earlier one."""
        try:
            now = running()
        except UnsupportedError as error:
            raise refusal([str(error)]) from None
        own = class_of(now.root, cls)
        return super().__new__(cls) if own is cls else own(environment)

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.own_text = own_text()
        furnish(environment)
        temporary_copy.remove_at_exit()
        prepare(running())

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Let only the template's own text be evaluated, and its folder be named by the check."""
        if name is not None or source in self.own_text:
            return source
        if source == PROJECT_FOLDER:
            return FOLDER_IN_COPY
        own = re.split(f"({re.escape(FOLDER_IN_COPY)}|{re.escape(ENVIRONMENT_FOLDER)})", source)
        return "".join(part if number % 2 else literal(part) for number, part in enumerate(own))


def furnish(environment: Environment) -> None:
    """Give an environment what the template's own text uses."""
    environment.filters["yaml"] = yaml_text
    environment.globals |= {
        "cookiecutter_project_folder": checked_project_folder,
        "first_environment": first_environment,
        "project": project,
        "backend": backend,
        "handover": handover,
    }


def literal(text: str) -> str:
    """A Jinja source that renders to the text itself: answers and output folders are never evaluated."""
    return re.sub(r"\{[{%#]", lambda mark: f"{{{{ '{mark[0]}' }}}}", text)


@cache
def own_text() -> set[str]:
    """The texts with Jinja that the template itself renders from a string: its hooks and its backend.tf."""
    backends = ROOT.glob("{{cookiecutter*}}/{{first_environment()}}/backend.tf")
    return {path.read_text(encoding="utf-8") for path in [*ROOT.glob("hooks/*.py"), *backends]}


def prepare(now: Running) -> None:
    """Before cookiecutter prompts: take what was given, so that it is neither asked again nor cut short."""
    asked, call = now.asked, now.call
    if asked is None:
        return
    for variables in (asked, call["context"]["_cookiecutter"] if call else {}):
        variables |= {key: given.plain(variables[key]) for key in QUESTIONS if key in variables}
    if call is not None and ((given.has_answers(call) and not call["no_input"]) or given.has_odd_keys(asked)):
        given.take_answers(asked, call["context"]["cookiecutter"])
    # Cookiecutter offers a list as a choice, keeps its first entry, and turns the numbers of a map into text.
    for key in asked.keys() & set(QUESTIONS):
        if not isinstance(asked[key], str):
            asked[key] = json.dumps(asked[key], ensure_ascii=False)


class Refusal(click.ClickException):
    """Wrong answers; cookiecutter's command prints the message without a traceback and exits with 2."""

    exit_code = 2


def refusal(faults: list[str]) -> Refusal:
    """All faults in one message."""
    temporary_copy.remove()
    if len(faults) == 1:
        return Refusal(faults[0])
    return Refusal(f"{len(faults)} answers are refused; nothing was written.\n" + "\n".join(f"- {f}" for f in faults))


@pass_context
def checked_project_folder(context: Context) -> str:
    """The name of the project's folder, once every answer is right."""
    call = cookiecutter_call()
    settings = project_from(given.answers_in(context["cookiecutter"]))
    faults = (given.key_faults(call) if call else []) + project_faults(settings)
    faults += record.tools_faults(context["cookiecutter"])
    if faults:
        raise refusal(faults)
    if call and not call["accept_hooks"]:
        click.echo(WITHOUT_HOOKS, err=True)
    slug: str = settings["slug"]
    return slug


@pass_context
def project(context: Context) -> dict[str, Any]:
    """The content of project.yaml."""
    return project_of(json.dumps(given.answers_in(context["cookiecutter"])))


@cache
def project_of(answers: str) -> dict[str, Any]:
    return project_from(json.loads(answers))


@pass_context
def first_environment(context: Context) -> str:
    """The name of the first environment, whose folder the template holds."""
    name: str = project(context)["environments"][0]["name"]
    return name


@pass_context
def backend(context: Context, root: str | None = None) -> dict[str, str]:
    """Where the state of pipeline/ lives, or that of the environment that is being rendered, else of the first."""
    settings = project(context)
    environment = settings["environments"][context.get("environment_number", 0)]
    if root == "pipeline":
        account = settings.get("delivery", {}).get("account", environment["account"])
        environment = {"name": root, "account": account}
    return {
        "bucket": state_bucket(settings, environment),
        "key": f"{settings['slug']}/{environment['name']}/terraform.tfstate",
        "region": environment.get("region", settings["region"]),
    }


@pass_context
def handover(context: Context) -> dict[str, Any]:
    """What hooks/post_gen_project.py needs: further environments' backend.tf, the record, the folders."""
    (path,) = ROOT.glob("{{cookiecutter*}}/{{first_environment()}}/backend.tf")
    template = context.environment.from_string(path.read_text(encoding="utf-8"))
    names = [environment["name"] for environment in project(context)["environments"]]
    datasets = project(context)["datasets"]
    samples = [name for name, dataset in datasets.items() if name in starters() and fits_samples(name, dataset)]
    backends = {
        name: template.render({**context.get_all(), "environment_number": number})
        for number, name in enumerate(names)
        if number
    }
    call = cookiecutter_call()
    folder = Path(call["output_dir"] if call else ".", project(context)["slug"])
    variables = context["cookiecutter"]
    written = record.record_of(variables, given.answers_in(variables))
    forget_this_version()
    return {
        "first": names[0],
        "backends": backends,
        "architecture": architecture_of(project(context)),
        "samples": samples,
        "without_samples": [name for name in datasets if name not in samples],
        "record": written,
        "folder": shlex.quote(str(folder)),
        "tools": str(temporary_copy.ROOT / "tools"),
        "tools_as": record.tools_as(variables),
    }
