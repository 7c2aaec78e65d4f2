"""What a version has renamed: answers in the record, keys in project.yaml."""

import json
import re
from typing import Any

from upgrade.versions import Version

FILE = "upgrade/migrations.json"


def crossed(old: Version, new: Version) -> list[dict[str, Any]]:
    """The migrations that came after the old version, in their order."""
    before = json.loads(old.text(FILE) or "[]")
    return [migration for migration in json.loads(new.text(FILE) or "[]") if migration not in before]


def migrated_answers(answers: dict[str, Any], migrations: list[dict[str, Any]]) -> dict[str, Any]:
    """Recorded answers under the names that the new version gives them."""
    for migration in migrations:
        names = migration.get("answers", {})
        answers = {names.get(name, name): value for name, value in answers.items()}
    return answers


def migrated_settings(text: str, migrations: list[dict[str, Any]]) -> str:
    """project.yaml with its top keys renamed; every other character stays."""
    for migration in migrations:
        for old, new in migration.get("settings", {}).items():
            text = re.sub(rf"^{re.escape(old)}(?=[ \t]*:)", new, text, flags=re.MULTILINE)
    return text
