"""Checks the answers when the project's folder gets its name: the last moment before a folder exists."""

import json
import re
import shlex
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import click
from dataops.inference.yaml_text import yaml_text
from dataops.validation.project_rules import state_bucket
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

from answers import code_host, given, interview_handover, left_open, plain_questions, record, temporary_copy
from answers.architecture import architecture_of
from answers.console import names_in_the_console
from answers.cookiecutter_internals import (
    ROOT,
    Running,
    UnsupportedError,
    class_of,
    cookiecutter_call,
    forget_this_version,
    running,
)
from answers.forms import fits_samples
from answers.next_steps import fitted, next_steps
from answers.project import QUESTIONS, SLUG_OF_NAME, project_faults, project_from
from answers.short_name import slug_for
from answers.temporary_copy import FOLDER_IN_COPY
from answers.terminal_limits import screen_width

PROJECT_FOLDER = "{{cookiecutter.project_slug}}"
WITHOUT_HOOKS = (
    "Without the template's hooks, the project lacks the folders of all environments but the first, the tools, the "
    "samples, the picture, the record, and the files that the code host reads."
)
SHORT_NAME = "{{ cookiecutter.project_name | short_name }}"
CHECK = "{{ last_answer_corrected() }}"
# The files of the tools' acceptance tests.
SAMPLES = ROOT / "tools/src/dataops/acceptance/samples"
ENVIRONMENT_FOLDER = "{{first_environment()}}"


class CheckedAnswers(Extension):
    """Makes plain cookiecutter refuse wrong answers, skip useless questions and evaluate no answer."""

    def __new__(cls, environment: Environment) -> "CheckedAnswers":
        """Return an extension of the template that is being generated, even if this code is that of an earlier one."""
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
        now = running()
        prepare(now)
        self.check = CHECK if now.asked is not None and plain_questions.are_asked(now.call) else ""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Let only the template's own text be evaluated, and its folder be named by the check."""
        if name is not None:
            return source
        if source == SLUG_OF_NAME:
            return SHORT_NAME + self.check
        if source in self.own_text:
            return source
        if source == PROJECT_FOLDER:
            return FOLDER_IN_COPY
        own = re.split(f"({re.escape(FOLDER_IN_COPY)}|{re.escape(ENVIRONMENT_FOLDER)})", source)
        return "".join(part if number % 2 else literal(part) for number, part in enumerate(own)) + self.check


def furnish(environment: Environment) -> None:
    """Give an environment what the template's own text uses."""
    environment.filters["yaml"] = yaml_text
    environment.filters["short_name"] = slug_for
    environment.globals |= {
        "cookiecutter_project_folder": checked_project_folder,
        "last_answer_corrected": last_answer_corrected,
        "first_environment": first_environment,
        "project": project,
        "backend": backend,
        "handover": handover,
        "files_of_the_team": files_of_the_team,
        "names_in_the_console": names_in_the_console,
        "section_of_readme": section_of_readme,
    }


def literal(text: str) -> str:
    """Return a Jinja source that renders to the text itself: answers and output folders are never evaluated."""
    return re.sub(r"\{[{%#]", lambda mark: f"{{{{ '{mark[0]}' }}}}", text)


@cache
def own_text() -> set[str]:
    """Return the texts with Jinja that the template itself renders from a string: its hooks and its backend.tf."""
    backends = ROOT.glob("{{cookiecutter*}}/{{first_environment()}}/backend.tf")
    return {path.read_text(encoding="utf-8") for path in [*ROOT.glob("hooks/*.py"), *backends]}


def prepare(now: Running) -> None:
    """Take the given answers before cookiecutter prompts, so that they are neither asked again nor truncated."""
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
    """Return all faults in one message."""
    temporary_copy.remove()
    if len(faults) == 1:
        return Refusal(faults[0])
    return Refusal(f"{len(faults)} answers are refused; nothing was written.\n" + "\n".join(f"- {f}" for f in faults))


@pass_context
def last_answer_corrected(context: Context) -> str:
    """Nothing, once the answer that the person gave last is right; stands after each default that is asked."""
    plain_questions.correct_last(context["cookiecutter"])
    return ""


@pass_context
def checked_project_folder(context: Context) -> str:
    """Return the name of the project's folder, once every answer is valid."""
    call = cookiecutter_call()
    if call and plain_questions.are_asked(call):
        plain_questions.correct_all(context["cookiecutter"], call)
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
    """Return the content of project.yaml."""
    return project_of(json.dumps(given.answers_in(context["cookiecutter"])))


@cache
def project_of(answers: str) -> dict[str, Any]:
    return project_from(json.loads(answers))


@pass_context
def first_environment(context: Context) -> str:
    """Return the name of the first environment, whose folder the template has."""
    name: str = project(context)["environments"][0]["name"]
    return name


@pass_context
def backend(context: Context, root: str | None = None) -> dict[str, str]:
    """Return the state's address for pipeline/, or for the environment that is being rendered, else for the first."""
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


def files_of_the_team() -> str:
    """Return the patterns of the files that no upgrade changes, as Markdown."""
    made = record.MADE_FROM_THE_SETTINGS
    return ", ".join(f"`{pattern}`" for pattern in record.OWNED_BY_THE_TEAM if pattern not in made)


def section_of_readme(heading: str) -> str:
    """Return what a project's README.md has below a heading, so that another page says the same."""
    (path,) = ROOT.glob("{{cookiecutter*}}/README.md")
    return path.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0].strip()


def notes(settings: dict[str, Any], samples: dict[str, str], why_no_upgrade: str | None) -> list[str]:
    """What a person should know about the new project, after the next steps."""
    empty = ", ".join(f"samples/{name}/" for name in settings["datasets"] if name not in samples)
    missing = "; ".join(left_open.left_open(settings))
    found = {
        empty: f"Before make local, put files of your own into {empty}: a dataset without files shows nothing.",
        missing: f"Not decided yet in project.yaml: {missing}. make bootstrap and make pipeline need it.",
    }
    sentences = [*(sentence for what, sentence in found.items() if what), *([why_no_upgrade] if why_no_upgrade else [])]
    return [textwrap.fill(each, width_for_texts()) for each in sentences]


def width_for_texts() -> int:
    """The terminal's width; a program that reads the output gets one line per sentence."""
    return screen_width() if sys.stdout.isatty() else 10_000


def samples_of(datasets: dict[str, Any], of_interview: dict[str, str]) -> dict[str, str]:
    """The folder of each dataset's sample files: rows that the person gave, or the template's."""
    own = {name: str(SAMPLES / name) for name, dataset in datasets.items() if fits_samples(name, dataset)}
    return own | of_interview


@pass_context
def handover(context: Context) -> dict[str, Any]:
    """Return what hooks/post_gen_project.py needs: further environments' backend.tf, the record, the folders."""
    (path,) = ROOT.glob("{{cookiecutter*}}/{{first_environment()}}/backend.tf")
    template = context.environment.from_string(path.read_text(encoding="utf-8"))
    names = [environment["name"] for environment in project(context)["environments"]]
    backends = {
        name: template.render({**context.get_all(), "environment_number": number})
        for number, name in enumerate(names)
        if number
    }
    call = cookiecutter_call()
    folder = Path(call["output_dir"] if call else ".", project(context)["slug"])
    variables = context["cookiecutter"]
    written = record.record_of(variables, given.answers_in(variables))
    samples = samples_of(project(context)["datasets"], interview_handover.samples_in(ROOT))
    forget_this_version()
    return {
        "first": names[0],
        "backends": backends,
        "architecture": architecture_of(project(context)),
        "samples": samples,
        "draft": interview_handover.draft_in(ROOT),
        "record": written,
        "files": code_host.files_for_the_host(project(context)),
        "next_steps": fitted(next_steps(project(context), shlex.quote(str(folder)), samples), width_for_texts()),
        "notes": notes(project(context), samples, record.why_no_upgrade(written, call["directory"] if call else None)),
        "tools": str(ROOT / "tools"),
        "tools_as": record.tools_as(variables),
    }
