"""Refuses to work on a project whose lambda/ belongs to another version: the tools import its modules.

Both sides state the number of the agreement that they keep, here and in lambda/runtime/contract.py.
"""

import re
import zipfile
from pathlib import Path

CONTRACT = 1
STATED = re.compile(r"^CONTRACT = (\d+)$", re.MULTILINE)
SOURCE = "tools/src/dataops/contract.py"


def stated(text: str) -> int:
    """The number that a module states; 0 if it states none, as before there was one."""
    found = STATED.search(text)
    return int(found[1]) if found else 0


def of_lambda(project: Path) -> int | None:
    """The number in lambda/, None where there is no lambda/ at all."""
    module = project / "lambda/runtime/contract.py"
    if not module.parent.is_dir():
        return None
    return stated(module.read_text(encoding="utf-8")) if module.is_file() else 0


def of_the_projects_tools(project: Path) -> int | None:
    """The number in the tools that the project carries, installed or not; None where it carries none."""
    if (project / SOURCE).is_file():
        return stated((project / SOURCE).read_text(encoding="utf-8"))
    for wheel in sorted((project / "tools").glob("*.whl")):
        try:
            with zipfile.ZipFile(wheel) as archive:
                return stated(archive.read("dataops/contract.py").decode("utf-8"))
        except (OSError, KeyError, zipfile.BadZipFile):
            return None
    return None


def misfit(project: Path, ours: int = CONTRACT) -> str | None:
    """What does not fit and what to do, None where all fits."""
    theirs = of_lambda(project)
    if theirs is None or theirs == ours:
        return None
    newer = "the tools are newer than lambda/" if ours > theirs else "lambda/ is newer than the tools"
    numbers = f"(contract {ours} in the tools, {theirs} in lambda/)"
    if of_the_projects_tools(project) == theirs:
        return f"The installed tools are not those of this project: {newer} {numbers}. Run make setup."
    return f"The tools and lambda/ are of different versions: {newer} {numbers}. Run make upgrade, which brings both."
