"""The rooms of tools/src/dataops: which may import which, and how large a project is that carries them as one file."""

import ast
from pathlib import Path

import pytest

from benches.template import ROOT

SOURCE = ROOT / "tools/src/dataops"
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
MOST_FILES, MOST_LINES = 300, 27_000
# What a room may import beside itself and the modules that need no room. A new room states its own.
WITHOUT_A_ROOM = {"contract", "local_platform"}
MAY_IMPORT: dict[str, set[str]] = {
    "project": set(),
    "validation": set(),
    "local_aws": set(),
    "inference": {"validation"},
    "report": {"project"},
    "diagram": {"report", "project"},
    "cost": {"project"},
    "operations": {"cost", "report", "project", "validation"},
    "delivery": {"operations", "project"},
    "development": {"diagram", "local_aws", "project", "validation"},
    "local_run": {"inference", "local_aws", "delivery", "operations", "report", "project", "validation"},
    "acceptance": {"local_run", "report", "project"},
}


def imports(path: Path) -> list[tuple[str, str]]:
    """Each module of the tools that a file imports, with the name that it takes from there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [(each.name, "") for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: an import begins with dataops"
            found += [(node.module or "", each.name) for each in node.names]
    return [(module, name) for module, name in found if module.partition(".")[0] == "dataops"]


def room_of(module: str, name: str = "") -> str:
    """The room of a module, or of a name that is imported from the package itself."""
    return [*module.split("."), name][1]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_that_it_may(room: str) -> None:
    allowed = MAY_IMPORT[room] | WITHOUT_A_ROOM | {room}

    assert [
        f"{path.relative_to(SOURCE)} imports {module} {name}"
        for path in (SOURCE / room).rglob("*.py")
        for module, name in imports(path)
        if room_of(module, name) not in allowed
    ] == []


def test_no_room_imports_a_private_name_of_another() -> None:
    assert [
        f"{path.relative_to(SOURCE)} imports {module} {name}"
        for path in SOURCE.rglob("*.py")
        for module, name in imports(path)
        if any(part.startswith("_") and part != "__main__" for part in (*module.split("."), name))
        and room_of(module, name) != path.relative_to(SOURCE).parts[0]
    ] == []


def test_a_project_is_small(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in files if path.suffix != ".whl")

    assert len(files) <= MOST_FILES
    assert lines <= MOST_LINES
