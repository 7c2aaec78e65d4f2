"""Artifacts in a bucket: archives of files without their modes, as CodePipeline and CodeBuild make them."""

import fnmatch
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataops.local_aws.developer_tools.buildspec import Artifacts


@dataclass(frozen=True)
class Artifact:
    """The location of an archive."""

    name: str
    bucket: str
    key: str

    @property
    def arn(self) -> str:
        """The object's ARN."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}"

    @property
    def description(self) -> dict[str, Any]:
        """The location as CodePipeline's answers and events contain it."""
        return {"name": self.name, "s3location": {"bucket": self.bucket, "key": self.key}}


def packed(files: dict[str, Path]) -> bytes:
    """An archive of files, by their names in it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for name, path in sorted(files.items()):
            # AWS loses execute bits too: a buildspec that relies on them must fail here.
            written.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        read.extractall(folder)


def all_files(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def chosen(source: Path, wanted: Artifacts) -> dict[str, Path]:
    """The output files of a buildspec; FileNotFoundError if a pattern matches none."""
    folder = source / wanted.folder
    present = all_files(folder) if folder.is_dir() else {}
    found: dict[str, Path] = {}
    for pattern in wanted.files:
        fitting = {name: path for name, path in present.items() if _fits(name, pattern)}
        if not fitting:
            raise FileNotFoundError(f"no matching artifact paths found: {pattern}")
        found |= fitting
    kept = {name: path for name, path in found.items() if not any(_fits(name, each) for each in wanted.excluded)}
    return {path.name: path for path in kept.values()} if wanted.flat else kept


def _fits(name: str, pattern: str) -> bool:
    """Whether a path matches a pattern: `**/*` matches everything; `*` stays within one folder."""
    pattern = pattern.removeprefix("./")
    if pattern.endswith("**/*"):
        return name.startswith(pattern.removesuffix("**/*"))
    return pattern.count("/") == name.count("/") and fnmatch.fnmatchcase(name, pattern)
