"""Files that must follow others: environment folders, picture and contracts project.yaml, lock files requirements."""

import re
from pathlib import Path
from typing import Any

from dataops.development import data_contract
from dataops.diagram.architecture import PICTURE, drawn

# They have a state as well, and are no environment.
OTHER_ROOTS = {"bootstrap", "pipeline"}
SYNC = "Run make sync."
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
REQUIREMENTS = ("requirements", "buildspecs/requirements", "buildspecs/scan-requirements")


def out_of_date(project: Path, settings: dict[str, Any]) -> list[str]:
    """One sentence for each file that does not match what it follows, with the command that renews it."""
    found = [*folder_faults(project, settings), *lock_faults(project), *data_contract.faults_of(project, settings)]
    # Terraform draws from project.yaml: what it refuses ends the command, so the cheaper sentences come first.
    return found or picture_faults(project)


def folder_faults(project: Path, settings: dict[str, Any]) -> list[str]:
    """Compare the environments' folders, and the places of their states, with project.yaml."""
    declared = {each["name"]: each for each in settings["environments"]}
    folders = {path.parent.name for path in project.glob("*/backend.tf")} - OTHER_ROOTS
    missing = [
        f"project.yaml: the environment {name} has no folder. {SYNC}" for name in declared if name not in folders
    ]
    unknown = [f"{name}/: project.yaml has no environment {name}. {SYNC}" for name in sorted(folders - declared.keys())]
    known = [each for name, each in declared.items() if name in folders]
    return missing + unknown + [fault for each in known for fault in state_faults(project, settings, each)]


def state_faults(project: Path, settings: dict[str, Any], environment: dict[str, Any]) -> list[str]:
    """Compare account and region of an environment's state with project.yaml."""
    name, account = environment["name"], environment["account"]
    backend = (project / name / "backend.tf").read_text(encoding="utf-8")
    expected = {"account": f'-{name}-state-{account}"', "region": f'"{environment.get("region", settings["region"])}"'}
    return [
        f"{name}/backend.tf: it names another {what} than project.yaml. {SYNC}"
        for what, text in expected.items()
        if text not in backend
    ]


def lock_faults(project: Path) -> list[str]:
    """Compare each lock file with its requirements, and the packages of the builds with those of the project."""
    found = [
        f"{name}.lock: it lacks {package}=={version} of {name}.txt. Run make lock."
        for name in REQUIREMENTS
        for package, version in missing_pins(project / f"{name}.txt", project / f"{name}.lock")
    ]
    builds = missing_pins(project / "buildspecs/requirements.lock", project / "requirements.lock")
    return found + [
        f"requirements.lock: it lacks {package}=={version} of buildspecs/requirements.lock. Run make lock."
        for package, version in builds
    ]


def missing_pins(needed: Path, locked: Path) -> list[tuple[str, str]]:
    """The packages, with their versions, that one file names and the other does not."""
    return sorted(pins(needed) - pins(locked))


def pins(path: Path) -> set[tuple[str, str]]:
    """Each package of a file with its version."""
    found = PINNED.findall(path.read_text(encoding="utf-8"))
    return {(re.sub(r"[._]", "-", name.lower()), version) for name, version in found}


def picture_faults(project: Path) -> list[str]:
    """Compare docs/architecture.svg with project.yaml."""
    if is_drawn(project, drawn(project)):
        return []
    return [f"{PICTURE}: it does not match project.yaml. Run make fix, and commit the picture."]


def is_drawn(project: Path, picture: str) -> bool:
    """Return whether the project has this picture."""
    path = project / PICTURE
    return path.exists() and path.read_text(encoding="utf-8") == picture


def renew(project: Path, settings: dict[str, Any]) -> list[str]:
    """Write the picture and the contracts again that do not match project.yaml; return what was written."""
    stale = [name for name in settings["datasets"] if data_contract.is_stale(project, settings, name)]
    written = data_contract.write(project, settings, stale)
    picture = drawn(project)
    if not is_drawn(project, picture):
        (project / PICTURE).write_text(picture, encoding="utf-8")
        written.append(project / PICTURE)
    return [str(path.relative_to(project)) for path in written]
