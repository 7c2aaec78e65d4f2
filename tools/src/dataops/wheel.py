"""Writes the tools as a wheel: the same bytes on every machine, with the standard library alone.

A wheel is a zip archive (PEP 427). Files are stored and not compressed, because zlib's output depends on its version.
"""

import base64
import hashlib
import io
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

TAG = "py3-none-any"
# The earliest time of a zip archive.
TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16
BESIDE_THE_SOURCES = ("README.md", "pyproject.toml")
# Files that Python, editors and file managers leave in a folder of sources.
LEFT_OUT = r"__pycache__$|\.|.*\.(pyc|egg-info|orig|rej)$|.*~$"


def build(tools: Path) -> tuple[str, bytes]:
    """Return the name and the content of the wheel of a folder with pyproject.toml and src/."""
    about = tomllib.loads((tools / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    distribution = about["name"].replace("-", "_")
    information = f"{distribution}-{about['version']}.dist-info"
    files = _sources(tools / "src") | {
        f"{information}/METADATA": _metadata(about).encode(),
        f"{information}/WHEEL": f"Wheel-Version: 1.0\nGenerator: dataops\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode(),
        f"{information}/entry_points.txt": _scripts(about).encode(),
        **{f"{information}/{name}": content for name, content in _beside(tools).items()},
    }
    files[f"{information}/RECORD"] = _record(files, f"{information}/RECORD").encode()
    return f"{distribution}-{about['version']}-{TAG}.whl", _archive(files)


def _sources(source: Path) -> dict[str, bytes]:
    """Return every file of the packages by its name in the wheel, with the line endings of git's own objects."""
    names = sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    kept = [name for name in names if not any(re.match(LEFT_OUT, part) for part in name.split("/"))]
    return {name: _content(source / name) for name in kept}


def _content(path: Path) -> bytes:
    """Return the content of git's own objects, whatever line endings the machine has; samples stay unchanged."""
    content = path.read_bytes()
    return content if "samples" in path.parts else content.replace(b"\r\n", b"\n")


def _beside(tools: Path) -> dict[str, bytes]:
    """Return the files beside src/ that belong to the sources: with them the wheel can be unpacked whole."""
    return {
        name: (tools / name).read_bytes().replace(b"\r\n", b"\n")
        for name in BESIDE_THE_SOURCES
        if (tools / name).is_file()
    }


def sources(tools: Path) -> dict[str, bytes]:
    """Return the sources of a wheel to build, by their names below tools/."""
    return _beside(tools) | {f"src/{name}": content for name, content in _sources(tools / "src").items()}


def sources_in(wheel: bytes) -> dict[str, bytes]:
    """Return the sources in a wheel, by their names below tools/."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        for name in archive.namelist():
            folder, _, last = name.partition("/")
            if not folder.endswith(".dist-info"):
                found[f"src/{name}"] = archive.read(name)
            elif last in BESIDE_THE_SOURCES:
                found[last] = archive.read(name)
    return found


def unpack(files: dict[str, bytes], folder: Path) -> None:
    """Write sources below tools/."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _metadata(about: dict[str, Any]) -> str:
    needs = "".join(f"Requires-Dist: {each}\n" for each in about["dependencies"])
    return (
        f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\nSummary: {about['description']}\n"
        f"Requires-Python: {about['requires-python']}\n{needs}"
    )


def _scripts(about: dict[str, Any]) -> str:
    return "[console_scripts]\n" + "".join(f"{name} = {target}\n" for name, target in about["scripts"].items())


def _record(files: dict[str, bytes], itself: str) -> str:
    """Return the digest and the size of every file, which pip compares when it installs."""
    rows = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join(rows) + f"{itself},,\n"


def _archive(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system, entry.external_attr = 3, READABLE
            archive.writestr(entry, content)
    return written.getvalue()


def write(tools: Path, folder: Path) -> Path:
    """Write the wheel of some tools into a folder of the project, with the line by which pip checks it."""
    name, content = build(tools)
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob("*.whl"):
        earlier.unlink()
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    # pip looks for the file from its working directory: the project's folder.
    path = (folder / name).as_posix() if folder.is_absolute() else f"./{(folder / name).as_posix()}"
    (folder / "requirements.lock").write_bytes(f"{path} --hash=sha256:{digest}\n".encode())
    return folder / name


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), Path(sys.argv[2])))
