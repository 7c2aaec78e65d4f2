"""What a conflict is about, by the versions of a file that git has kept: before (1), here (2), new (3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from upgrade.record import RECORD

SENTENCES = {
    (1, 2): "the new version has no such file, and you have changed it: git add keeps it, git rm lets it go",
    (1, 2, 3): "you and the new version have changed the same lines: edit, then git add",
    (2, 3): "you and the new version have added it: edit, then git add",
    (2,): "you and the new version have moved it, or put a file and a folder of one name there: keep one, then git add",
    (3,): "you and the new version have moved it, or put a file and a folder of one name there: keep one, then git add",
    (1,): "it was moved: git rm it",
}
REWRITTEN = (
    "you have rewritten it, and the new version has changed the original: git checkout --ours keeps yours, then "
    f"git add; to keep it yours in every upgrade, name it under skip in {RECORD}"
)


@dataclass(frozen=True)
class Conflict:
    """One path that git could not merge alone, with the versions that it has of it and the blob of each."""

    path: str
    versions: tuple[tuple[int, str], ...]
    is_rewritten: bool = False
    advice: str = ""

    @property
    def stages(self) -> tuple[int, ...]:
        return tuple(stage for stage, _ in self.versions)

    @property
    def stays_deleted(self) -> bool:
        """Whether the team has deleted what the new version changes: their decision stands."""
        return self.stages == (1, 3)

    @property
    def sentence(self) -> str:
        return self.advice or (REWRITTEN if self.is_rewritten else SENTENCES[self.stages])


def conflicts_in(entries: Iterable[str]) -> list[Conflict]:
    """The conflicts of entries such as "100644 <blob> 2<tab>docs/page.md", as ls-files and merge-tree write them."""
    versions: dict[str, list[tuple[int, str]]] = {}
    for entry in entries:
        facts, _, path = entry.partition("\t")
        _, blob, stage = facts.split()
        versions.setdefault(path, []).append((int(stage), blob))
    return [Conflict(path, tuple(sorted(found))) for path, found in sorted(versions.items())]
