"""Reads a buildspec of version 0.2; what a local build cannot do as CodeBuild does is refused, not passed over."""

from dataclasses import dataclass, field
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
KNOWN = {
    "the buildspec": {"version", "env", "phases", "artifacts", "cache", "reports"},
    "env": {"shell", "variables", "exported-variables", "git-credential-helper"},
    "a phase": {"commands", "finally", "on-failure", "runtime-versions"},
    "artifacts": {"files", "base-directory", "discard-paths", "name", "exclude-paths"},
}


class BuildspecError(Exception):
    """What is wrong with a buildspec."""


@dataclass(frozen=True)
class Phase:
    """The commands of one phase; those of `cleanup` run whether or not the others fail."""

    commands: list[str]
    cleanup: list[str]
    goes_on: bool


@dataclass(frozen=True)
class Artifacts:
    """Which files are handed on: patterns below a folder of the source."""

    files: list[str]
    folder: str = "."
    excluded: list[str] = field(default_factory=list)
    flat: bool = False


@dataclass(frozen=True)
class Buildspec:
    """What a build does; artifacts are None where it hands nothing on."""

    shell: str
    variables: dict[str, str]
    exported: list[str]
    has_git_credentials: bool
    phases: dict[str, Phase]
    artifacts: Artifacts | None


def read(text: str) -> Buildspec:
    """The content of a buildspec; a BuildspecError says what CodeBuild, or this machine, would not take."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BuildspecError(f"the buildspec is not YAML: {error}") from error
    if not isinstance(given, dict) or str(given.get("version")) != "0.2":
        raise BuildspecError("the buildspec does not say `version: 0.2`")
    _refuse_unknown("the buildspec", given)
    env, phases = given.get("env") or {}, given.get("phases") or {}
    _refuse_unknown("env", env)
    if not phases or set(phases) - set(PHASES):
        raise BuildspecError(f"phases are {', '.join(PHASES)}; the buildspec has {', '.join(phases) or 'none'}")
    return Buildspec(
        shell=env.get("shell", "sh"),
        variables={name: str(value) for name, value in (env.get("variables") or {}).items()},
        exported=list(env.get("exported-variables") or []),
        # YAML reads `yes` as true.
        has_git_credentials=env.get("git-credential-helper") in (True, "yes"),
        phases={name: _phase(phases[name] or {}) for name in PHASES if name in phases},
        artifacts=_artifacts(given["artifacts"]) if given.get("artifacts") else None,
    )


def _phase(given: dict[str, Any]) -> Phase:
    _refuse_unknown("a phase", given)
    commands, cleanup = given.get("commands") or [], given.get("finally") or []
    if not all(isinstance(command, str) for command in (*commands, *cleanup)):
        raise BuildspecError("a command is not a text: YAML takes `a: b` for a mapping, so quote it")
    return Phase(commands, cleanup, str(given.get("on-failure", "")).upper() == "CONTINUE")


def _artifacts(given: dict[str, Any]) -> Artifacts:
    _refuse_unknown("artifacts", given)
    if not given.get("files"):
        raise BuildspecError("artifacts name no files")
    folder = str(given.get("base-directory", "."))
    flat = str(given.get("discard-paths", "no")).lower() in ("yes", "true")
    return Artifacts(list(given["files"]), folder, list(given.get("exclude-paths") or []), flat)


def _refuse_unknown(where: str, given: dict[str, Any]) -> None:
    unknown = sorted(set(given) - KNOWN[where])
    if unknown:
        raise BuildspecError(f"{where} says {', '.join(map(str, unknown))}, which no local build knows")
