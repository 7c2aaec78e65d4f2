"""What exactly an approval is about: one small file whose digest changes when anything in it does."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataops.delivery.allowed_destroys import FILE as ALLOWED_DESTROYS
from dataops.delivery.terraform import State
from dataops.project.terraform import LOCK

PLAN, SUMMARY, MANIFEST = "tfplan", "summary.md", "manifest.json"
ARCHIVES = "build"
# What an apply reads, and what a build with deployment rights executes: the tools, as a wheel or as source, too.
READ = ("project.yaml", ALLOWED_DESTROYS, "modules", "files")
EXECUTED = ("Makefile", "buildspecs", "build_archives.py", "lambda", "tools")


def manifest_of(folder: Path, environment: str, commit: str, state: State, sources: str) -> dict[str, Any]:
    """Everything that an approval covers; `folder` is the plan's, with tfplan, summary, lock file and archives."""
    names = [PLAN, SUMMARY, LOCK, *(f"{ARCHIVES}/{path.name}" for path in (folder / ARCHIVES).glob("*.zip"))]
    return {
        "environment": environment,
        "commit": commit,
        "state": asdict(state),
        "sources": sources,
        "files": {name: _digest((folder / name).read_bytes()) for name in sorted(names) if (folder / name).exists()},
    }


def written(manifest: dict[str, Any], folder: Path) -> str:
    """Write the manifest into the plan's folder; its digest."""
    content = json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n"
    (folder / MANIFEST).write_bytes(content)
    return _digest(content)


def digest_of(folder: Path) -> str:
    """The digest of the manifest that lies in a folder."""
    return _digest((folder / MANIFEST).read_bytes())


def sources_digest(project: Path, environment: str) -> str:
    """One digest over every source file that an apply of the environment reads or executes."""
    hashed = hashlib.sha256()
    for path in sorted(_sources(project, environment)):
        hashed.update(f"{path.relative_to(project).as_posix()}\0{_digest(path.read_bytes())}\n".encode())
    return hashed.hexdigest()


def _sources(project: Path, environment: str) -> list[Path]:
    roots = [project / name for name in (*READ, *EXECUTED, environment)]
    found = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    # The lock file travels with the plan and stands in the manifest by itself.
    return [path for path in found if not _is_made_here(path.relative_to(project)) and path.name != LOCK]


def _is_made_here(path: Path) -> bool:
    """Whether a command writes the file on this machine; `make setup` builds a wheel of tools/src in tools/build."""
    return bool({".terraform", "__pycache__"} & set(path.parts)) or path.parts[:2] == ("tools", "build")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
