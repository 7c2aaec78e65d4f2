"""The record of what exercises of `make provoke` changed in the local AWS, so that UNDO=1 can take it back."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Part of every name and text that an exercise makes, so that a colleague recognises it.
EXERCISE = "exercise"


@dataclass(frozen=True)
class Change:
    """A setting before and after an exercise; `kind` is one of exercise_settings.py."""

    kind: str
    name: str
    before: Any
    after: Any


class ExerciseRecord:
    """A file in the folder of the local AWS: it is lost together with everything that it is about."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "exercises.json"

    @property
    def sections(self) -> dict[str, str]:
        """The exercises that are not taken back, by section, with the time at which each began."""
        return dict(self._read()["sections"])

    @property
    def changes(self) -> list[Change]:
        """The changes, oldest first."""
        return [Change(**each) for each in self._read()["changes"]]

    def begin(self, section: str, moment: str) -> None:
        """Note an exercise; of two about one section, the time of the first stays."""
        known = self._read()
        self._write(known | {"sections": {section: moment} | known["sections"]})

    def note(self, change: Change) -> None:
        """Note a change before it is made."""
        known = self._read()
        self._write(known | {"changes": [*known["changes"], asdict(change)]})

    def clear(self) -> None:
        """Forget everything, because it is taken back."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {"sections": {}, "changes": []}
        known: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return known

    def _write(self, known: dict[str, Any]) -> None:
        # A command that is ended in the middle leaves the whole earlier record.
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(known, indent=2), encoding="utf-8")
        half.replace(self.path)
