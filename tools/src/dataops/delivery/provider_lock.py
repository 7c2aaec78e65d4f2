"""Records the provider's checksums for every common platform, so that every build and laptop uses the same provider."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from dataops.delivery.bootstrap_root import BootstrapRoot
from dataops.project.terraform import LOCK, PROVIDER, mirror_of, terraform_command

PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64")


def lock_providers(project: Path, root: BootstrapRoot) -> str:
    """Write the same lock file for every Terraform root; return a report.

    Every root needs the same provider, so the checksums are fetched once: those of one platform are in
    a download of more than a hundred megabytes.
    """
    roots = [folder for folder in roots_of(project) if not is_complete(folder / LOCK)]
    if not roots:
        return "The provider is locked for every platform already."
    locked = _locked(root)
    if not locked:
        return (
            "The provider is not locked: Terraform's registry cannot be reached from here. "
            "Run the same command where it can be, before the pipeline is used."
        )
    for folder in roots_of(project):
        shutil.copy(root.folder / LOCK, folder / LOCK)
    advice = f"{LOCK} is now in {', '.join(folder.name for folder in roots_of(project))}: commit it."
    missing = [platform for platform in PLATFORMS if platform not in locked]
    if missing:
        advice += f" It knows {', '.join(locked)} only, because only a mirror can be reached from here."
    return advice


def roots_of(project: Path) -> list[Path]:
    """Return every folder that Terraform runs in: bootstrap/, pipeline/ and the environments'."""
    return sorted(path.parent for path in project.glob("*/provider.tf"))


def is_complete(lock: Path) -> bool:
    """Return whether a lock file has every platform: by the registry's signed list, or by one checksum for each."""
    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    # zh: are the registry's checksums of the zip archives of all platforms; h1: is that of one unpacked archive.
    return '"zh:' in text or len(set(re.findall(r'"h1:[^"]+"', text))) >= len(PLATFORMS)


def _locked(root: BootstrapRoot) -> list[str]:
    """Let Terraform write the lock file of the working copy; return the platforms in it."""
    if _lock(root, PLATFORMS):
        return list(PLATFORMS)
    mirror = mirror_of(None)
    if not mirror:
        return []
    offered = sorted({platform for platform in PLATFORMS if any((mirror / PROVIDER).rglob(f"*{platform}*"))})
    return offered if offered and _lock(root, offered, f"-fs-mirror={mirror}") else []


def _lock(root: BootstrapRoot, platforms: Iterable[str], *source: str) -> bool:
    command = [*terraform_command(), "providers", "lock", "-no-color", *source]
    command += [f"-platform={platform}" for platform in platforms]
    done = subprocess.run(command, cwd=root.folder, env=root.variables, capture_output=True, check=False)
    return done.returncode == 0
