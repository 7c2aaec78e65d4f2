"""Whether `make …` would find its target, and the target its variables."""

import re
from pathlib import Path


def faults_of_make(words: list[str], makefiles: list[Path]) -> list[str]:
    """What is wrong with a call of make, whose words follow the program's name; any of the Makefiles may serve it."""
    complaints = [faults_in(words, makefile.read_text(encoding="utf-8")) for makefile in makefiles]
    return min(complaints, key=len)


def faults_in(words: list[str], makefile: str) -> list[str]:
    """What one Makefile lacks."""
    known = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, flags=re.MULTILINE))
    used = set(re.findall(r"\$[({]{1,2}(?:if \$\()?([A-Z]+)\b|\$\$([A-Z]+)\b", makefile))
    targets = [word for word in arguments(words) if "=" not in word]
    variables = [word.partition("=")[0] for word in words if "=" in word and not word.startswith("-")]
    return [
        *(f"make has no target {target}" for target in targets if target not in known),
        *(f"make has no variable {name}" for name in variables if name not in {one or other for one, other in used}),
    ]


def arguments(words: list[str]) -> list[str]:
    """The words that are neither options nor the folder of -C."""
    return [
        word
        for number, word in enumerate(words)
        if word != "…" and not word.startswith("-") and words[number - 1] != "-C"
    ]
