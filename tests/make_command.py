"""Runs make in a generated project as its team does, and scripts of these tests inside it."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

VENV = Path(sys.prefix)
TEMPLATE = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}"
# The files that a virtual environment of a project is a copy of, by the name that the Makefile gives their sum in it.
STAMPS = {"requirements.lock": "requirements.lock", "buildspecs.lock": "buildspecs/requirements.lock"}


def machine() -> dict[str, str]:
    """The machine's environment, without what these tests tell their own moto and where they find the tools."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MOTO_") and name != "PYTHONPATH"}


def with_tools() -> dict[str, str]:
    """The machine's environment, in which Python finds the sources of the tools."""
    return machine() | {"PYTHONPATH": os.environ["PYTHONPATH"]}


def inside(project: Path) -> dict[str, str]:
    """This environment, in which Python finds the project's modules too."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(project), os.environ["PYTHONPATH"]])}


def answer_of(script: str, project: Path, *words: str, given: object = None, timeout: int = 900) -> Any:
    """Run a script of this folder inside a project, `given` on its standard input; return the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script)), *words],
        cwd=project,
        env=inside(project),
        input=None if given is None else json.dumps(given),
        text=True,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    return json.loads(done.stdout.splitlines()[-1])


def make(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in a project, with the project's tools installed and none of these tests' own settings."""
    return subprocess.run(
        ["make", *words, f"VENV={virtual_environment(project)}"],
        cwd=project,
        env=machine() | environment,
        text=True,
        capture_output=True,
        timeout=3000,
        check=False,
    )


def virtual_environment(project: Path) -> Path:
    """As `make setup` makes it: the packages of the one that runs these tests, and the project's own wheel."""
    (wheel,) = (project / "tools").glob("*.whl")
    made = _with_wheel(wheel.read_bytes())
    pinned = (project / "tools/requirements.lock").read_text(encoding="utf-8")
    for stamp, name in STAMPS.items():
        # Other packages than those of the template are installed by make itself.
        locked = (project / name).read_text(encoding="utf-8")
        if locked == (TEMPLATE / name).read_text(encoding="utf-8"):
            (made / stamp).write_text(locked + pinned, encoding="utf-8")
    return made


@cache
def _with_wheel(content: bytes) -> Path:
    """A virtual environment beside the one that runs these tests, which stays as it is."""
    folder = Path(tempfile.mkdtemp(prefix="dataops-venv-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (own,) = folder.glob("lib/python*/site-packages")
    shared = VENV / own.relative_to(folder)
    (own / "shared.pth").write_text(f"import site; site.addsitedir({str(shared)!r})\n", encoding="utf-8")
    for program in (VENV / "bin").iterdir():
        if not (folder / "bin" / program.name).exists():
            (folder / "bin" / program.name).symlink_to(program)
    wheel = own / "tools.whl"
    wheel.write_bytes(content)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(own)
    wheel.unlink()
    return folder
