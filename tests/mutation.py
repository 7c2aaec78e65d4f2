"""Breaks a project on purpose, so that a rule can show that it notices."""

import re
from pathlib import Path

# What is changed in which file of the project: the pattern, what replaces it, and the rule that must notice.
Mutation = tuple[str, str, str, str]


def apply_mutation(mutation: Mutation, project: Path) -> None:
    """Change one file of a project as the mutation says."""
    file, pattern, replacement, _ = mutation
    path = project / file
    changed, count = re.subn(pattern, lambda _: replacement, path.read_text())
    assert count, f"the mutation no longer fits {file}: {pattern}"
    path.write_text(changed)


def groups(mutations: dict[str, Mutation]) -> list[list[str]]:
    """The mutations in as few plans as there can be when no two in a plan concern the same rule."""
    found: list[list[str]] = []
    for mutation, (*_, rule) in mutations.items():
        free = (group for group in found if rule not in {mutations[other][3] for other in group})
        group = next(free, None)
        if group is None:
            found.append([mutation])
        else:
            group.append(mutation)
    return found
