"""Builds the archives that Terraform uploads: the same sources give the same bytes anywhere, on any day."""

import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

# Zip has no time before 1980 and no zone: all files get this time.
MOMENT = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644 << 16
UNIX = 3
# The code of files/ that the job and the Lambda functions share.
SHARED = ("column_name.py", "output_layout.py")


def archives(project: Path) -> dict[Path, dict[str, Path]]:
    """Return the content of each archive, by the name in the archive."""
    files = project / "files"
    packages = [path for name in ("steps", "transforms") for path in (files / name).rglob("*.py")]
    members = {
        "lambda": below(project / "lambda", (project / "lambda").rglob("*.py")),
        "transforms": below(files, packages),
    }
    shared = below(files, (path for name in SHARED for path in files.glob(name)))
    return {project / f"build/{name}.zip": found and found | shared for name, found in members.items()}


def below(folder: Path, paths: Iterable[Path]) -> dict[str, Path]:
    """Return paths by their names in a folder."""
    return {path.relative_to(folder).as_posix(): path for path in paths}


def write_archive(archive: Path, members: dict[str, Path]) -> None:
    """Write one archive, sorted by name, without anything that the machine adds."""
    archive.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system, entry.external_attr = UNIX, READABLE_FILE
            # Stored uncompressed: compressed bytes differ between versions of zlib.
            entry.compress_type = zipfile.ZIP_STORED
            zipped.writestr(entry, members[name].read_bytes().replace(b"\r\n", b"\n"))


def main(project: Path) -> int:
    """Build all archives; return 1 if a folder has nothing to build from."""
    for archive, members in archives(project).items():
        if not members:
            print(f"{archive.name} would be empty: is {project} the project's folder?", file=sys.stderr)
            return 1
        write_archive(archive, members)
        print(f"{archive.relative_to(project).as_posix()}: {len(members)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
