"""Validates project.yaml as the merge leaves it: git merges lines, and knows nothing of settings."""

from upgrade.answering import text_in, validated
from upgrade.git import run
from upgrade.merge import Forecast
from upgrade.project import SETTINGS, Project
from upgrade.refusal import RefusedError


def faults_after(project: Project, coming: Forecast) -> tuple[str, ...]:
    """Return all that is wrong with the merged project.yaml; nothing if it is in conflict, which is shown anyway."""
    if project.prefix + SETTINGS in {conflict.path for conflict in coming.open_conflicts}:
        return ()
    try:
        return tuple(validated(merged_text(project, coming))[1])
    except RefusedError as unreadable:
        return (str(unreadable),)


def merged_text(project: Project, coming: Forecast) -> str:
    """Return project.yaml after the merge; an edit that is not committed stays if the merge leaves the file alone."""
    merged = run(project.top, "cat-file", "blob", f"{coming.tree}:{project.prefix}{SETTINGS}")
    if merged.returncode or merged.stdout == project.committed(SETTINGS):
        return text_in(project)
    return merged.stdout
