"""An upgrade shows what the changelog says about every version that it crosses."""

import pytest
from upgrade_lab import Project, Template

from upgrade.changelog import notes


def changelog(*versions: str) -> str:
    """A changelog with these versions, the newest first."""
    sections = [
        f"## {each}\n\n### New projects\n\n- New in {each}.\n\n### Upgrading\n\n- Comes with {each}.\n\n"
        f"### By hand\n\n1. Do {each}.\n2. Then rest.\n"
        for each in versions
    ]
    return "\n".join(["# Changelog\n", *sections])


def test_the_notes_of_every_version_between_are_shown_the_earliest_first() -> None:
    found = notes(changelog("1.0.0"), changelog("1.2.0", "1.1.0", "1.0.0"))

    assert found == [
        ("1.1.0", "Upgrading", "- Comes with 1.1.0."),
        ("1.1.0", "By hand", "1. Do 1.1.0.\n2. Then rest."),
        ("1.2.0", "Upgrading", "- Comes with 1.2.0."),
        ("1.2.0", "By hand", "1. Do 1.2.0.\n2. Then rest."),
    ]


@pytest.mark.parametrize("text", ["Nothing.", "- Nothing: this is the first version.", ""])
def test_a_version_that_asks_for_nothing_by_hand_says_nothing(text: str) -> None:
    new = f"# Changelog\n\n## 1.1.0\n\n### Upgrading\n\n{text}\n\n### By hand\n\n{text}\n"

    assert notes("# Changelog\n", new) == []


def test_a_changelog_without_headings_has_no_notes() -> None:
    assert notes("", "# Changelog\n\n## 1.1.0\n\nMany things.\n") == []


def test_an_upgrade_over_two_versions_shows_what_to_do_by_hand_for_both(small: tuple[Template, Project]) -> None:
    template, project = small
    template.write({"CHANGELOG.md": changelog("1.1.0", "1.0.0")})
    template.release("1.1.0", {"docs/new.md": "new\n"})
    template.write({"CHANGELOG.md": changelog("1.2.0", "1.1.0", "1.0.0")})
    template.release("1.2.0", {"docs/newer.md": "newer\n"})

    said = project.upgrade("--preview").stdout

    assert "By hand, version 1.1.0:\n  1. Do 1.1.0.\n  2. Then rest.\n" in said
    assert "Upgrading, version 1.2.0:\n  - Comes with 1.2.0.\n" in said
    assert "New in" not in said
