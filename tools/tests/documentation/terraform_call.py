"""Whether `terraform …` would be understood, by what Terraform says of itself and by the outputs that are declared."""

import re
import subprocess
from functools import cache
from pathlib import Path

from dataops.project.terraform import environments

# Folders of environments that the documents take as examples; a project may name its own otherwise.
EXAMPLES = ("dev", "test", "prod")


def faults_of_terraform(words: list[str], project: Path) -> list[str]:
    """What is wrong with a call of Terraform, whose words follow the program's name."""
    chdir = [word.partition("=")[2] for word in words if word.startswith("-chdir=")]
    verb, *rest = [word for word in words if not word.startswith("-chdir=") and word != "…"] or ["-help"]
    if verb in ("version", "-version", "-help"):
        return []
    options = options_of(verb)
    if not options:
        return [f"terraform has no command {verb}"]
    asked = {re.sub(r"=.*", "", word) for word in rest if re.match(r"--?[a-z]", word)}
    unknown = sorted(option for option in asked if f"-{option.lstrip('-')}" not in options)
    return [
        *(f"terraform {verb} has no {option}" for option in unknown),
        *(f"there is no folder {name}" for name in chdir if name not in EXAMPLES and not (project / name).is_dir()),
        *(faults_of_output(rest, project, chdir) if verb == "output" else []),
    ]


@cache
def options_of(verb: str) -> frozenset[str]:
    """The options of a command of Terraform; none where there is no such command."""
    usage = subprocess.run(["terraform", verb, "-help"], text=True, capture_output=True, check=False)
    if usage.returncode:
        return frozenset()
    own = frozenset(re.findall(r"^  (-[a-z-]+)", usage.stdout, flags=re.MULTILINE)) | {"-help"}
    return own | options_of("plan") if verb in ("apply", "destroy") else own


def faults_of_output(words: list[str], project: Path, chdir: list[str]) -> list[str]:
    """An output must be declared in the folder that is asked."""
    folder = project / (chdir[0] if chdir else ".")
    if not folder.is_dir():
        folder = project / environments(project)[0]
    declared = {
        name for path in folder.glob("*.tf") for name in re.findall(r'^output "(\w+)"', path.read_text(), re.MULTILINE)
    }
    return [
        f"{folder.name} has no output {word}" for word in words if not word.startswith("-") and word not in declared
    ]
