"""The sections of docs/runbook.md with the commands that they tell people to type, and a shell to type them into."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

STAGES = {"See": "see", "Fix": "fix", "Prove": "prove"}
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "--- that was it:"


@dataclass
class Section:
    """The commands that show more, fix the fault, and prove that it is fixed."""

    see: list[str] = field(default_factory=list)
    fix: list[str] = field(default_factory=list)
    prove: list[str] = field(default_factory=list)


def sections_of(runbook: Path) -> dict[str, Section]:
    """The sections about alarms, by the words that alarms know them by."""
    about_alarms = runbook.read_text(encoding="utf-8").partition("\n# Without an alarm")[0]
    parts = re.split(r"^## (.+)$", about_alarms, flags=re.MULTILINE)[1:]
    return {
        title.lower().replace(" ", "-"): section_of(text) for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def section_of(text: str) -> Section:
    """A block of commands belongs to the paragraph before it that begins with See, Fix or Prove."""
    section = Section()
    for found in FENCE.finditer(text):
        begun = re.findall(r"^(See|Fix|Prove)\b", text[: found.start()], re.MULTILINE)
        getattr(section, STAGES[begun[-1]]).append(found[1])
    return section


class Shell:
    """One bash for a whole section, as a person has it: what a block sets, the next one knows."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(environment),
            text=True,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def type(self, block: str) -> str:
        """What the commands say; the first that fails ends the test."""
        code, said = self.asked(f"set -eo pipefail\n{block}\nset +e")
        assert code == 0, f"{block}\nended with {code}, and said:\n{said}"
        return said

    def ask(self, block: str) -> tuple[int, str]:
        """The exit code of commands that may fail, and what they say."""
        return self.asked(f"(set -eo pipefail\n{block}\n)")

    def asked(self, script: str) -> tuple[int, str]:
        """The exit code and the words of a script; the shell's own when the script has ended it."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{script}\necho {END} $?\n")
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            before, end, code = line.partition(END)
            lines.append(before)
            if end:
                return int(code), "".join(lines)
        return self.process.wait() or 1, "".join(lines)

    def close(self) -> None:
        """Leave it."""
        self.process.kill()
        self.process.communicate()
