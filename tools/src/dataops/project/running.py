"""Which local AWS runs for an environment, for every command that talks to it."""

from http.client import HTTPException
from pathlib import Path

from dataops.local_platform import FOLDERS, Platform, noted
from dataops.project import PROJECT
from dataops.project.control import ask


def folder_of(environment: str) -> Path:
    """Everything that the platform of an environment leaves on this machine: `.local/<environment>`."""
    return PROJECT / FOLDERS / environment


def running_platform(environment: str) -> Platform | None:
    """The platform that runs for an environment, or None."""
    folder = folder_of(environment)
    platform = noted(folder)
    try:
        # Whatever else listens there by now, another platform or another program, is not ours.
        is_ours = platform and ask(platform, "status")["folder"] == str(folder.resolve())
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    return platform if is_ours else None
