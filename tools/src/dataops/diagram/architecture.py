"""Draw docs/architecture.svg from the outputs of modules/project for project.yaml."""

import sys
from pathlib import Path
from typing import Any, TypedDict

import click

from dataops.diagram.architecture_svg import svg
from dataops.project import PROJECT

PICTURE = "docs/architecture.svg"


class Environment(TypedDict):
    """The shown facts of an environment; databases are the addresses of its JDBC connections by name."""

    name: str
    prefix: str
    account: str
    region: str
    approval: bool
    network: str
    databases: dict[str, str]


class Dataset(TypedDict):
    """The shown facts of a dataset; without a schedule each upload starts a run."""

    name: str
    format: str
    prefix: str
    schedule: str
    table_format: str


class Target(TypedDict):
    """A recipient of notifications: a protocol and an address."""

    protocol: str
    who: str


class Facts(TypedDict):
    """All facts of the picture."""

    name: str
    slug: str
    git: dict[str, str]
    approvers: list[str]
    readers: int
    environments: list[Environment]
    datasets: list[Dataset]
    targets: list[Target]


@click.command(help=__doc__)
@click.option("--check", "is_check", is_flag=True, help="change nothing; fail if the picture is out of date")
def main(is_check: bool) -> None:
    """Draw the picture, or with --check fail if it does not match project.yaml."""
    path, picture = PROJECT / PICTURE, drawn(PROJECT)
    if not is_check:
        path.write_text(picture, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != picture:
        sys.exit("docs/architecture.svg does not match project.yaml: run make diagram and commit the picture.")


def drawn(project: Path) -> str:
    """The picture of a project, as project.yaml gives it."""
    from dataops.project.job_settings import settings_of_all

    return svg(facts_of(settings_of_all(project)))


def facts_of(settings: dict[str, dict[str, Any]]) -> Facts:
    """The facts of the picture, from the outputs of modules/project for every environment and the delivery account."""
    order = [entry["name"] for entry in settings["pipeline"]["delivery"]["environments"]]
    project, canary = settings["pipeline"]["project"], settings["pipeline"]["names"]["canary"]
    targets = [target for each in settings.values() for target in each["notifications"].values()]
    return {
        "name": project["name"],
        "slug": project["slug"],
        "git": {key: project["git"][key] for key in ("provider", "repository", "branch")},
        "approvers": project["approvers"],
        "readers": len({role for each in settings.values() for role in roles_of_readers(each)}),
        "environments": [environment_of(settings[name]) for name in order],
        "datasets": [
            dataset_of(name, dataset) for name, dataset in settings["pipeline"]["datasets"].items() if name != canary
        ],
        "targets": distinct([target_of(target) for target in targets]),
    }


def roles_of_readers(settings: dict[str, Any]) -> list[str]:
    """The roles that may query in an environment."""
    return [role for each in settings["queries"]["workgroups"].values() for role in each["roles"]]


def environment_of(settings: dict[str, Any]) -> Environment:
    """One environment of the picture."""
    entry = settings["environment"]
    return {
        "name": entry["name"],
        "prefix": settings["prefix"],
        "account": entry["account"],
        "region": entry["region"],
        "approval": entry["approval"],
        "network": entry["network"]["cidr"] or entry["network"]["vpc"],
        "databases": {name: connection["url"] for name, connection in entry["jdbc"].items()},
    }


def dataset_of(name: str, dataset: dict[str, Any]) -> Dataset:
    """One dataset of the picture."""
    shown = {key: dataset[key] for key in ("format", "prefix", "schedule", "table_format")}
    return Dataset(name=name, **shown)  # type: ignore[typeddict-item]


def target_of(target: dict[str, Any]) -> Target:
    """One target of the picture: a chat has the name of its channel."""
    who = next(target[key] for key in ("endpoint", "arn", "channel") if target.get(key))
    return {"protocol": target["protocol"], "who": who}


def distinct(targets: list[Target]) -> list[Target]:
    """Each target once, in an order that is independent of project.yaml's."""
    named = {(target["protocol"], target["who"]): target for target in targets}
    return [named[key] for key in sorted(named)]
