"""Whether `git …` would be understood, by what git says of itself."""

import re
import subprocess
import tempfile
from functools import cache


def faults_of_git(words: list[str]) -> list[str]:
    """What is wrong with a call of git, whose words follow the program's name."""
    verb, *rest = after_global_options(words) or ["help"]
    if verb not in verbs():
        return [f"git has no command {verb}"]
    usage = usage_of(verb)
    asked = {re.sub(r"=.*", "", word) for word in rest if re.match(r"--?[A-Za-z]", word)}
    return [f"git {verb} has no {option}" for option in sorted(asked) if not is_option(option, usage)]


def after_global_options(words: list[str]) -> list[str]:
    """The words from the command on."""
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in ("-C", "-c") else words[1:]
    return [word for word in words if word != "…"]


@cache
def verbs() -> frozenset[str]:
    """Every command of git."""
    listed = subprocess.run(["git", "--list-cmds=main"], text=True, capture_output=True, check=True)
    return frozenset(listed.stdout.split())


@cache
def usage_of(verb: str) -> str:
    """What git tells of one command, inside a repository: outside, some tell less."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        usage = subprocess.run(["git", "-C", folder, verb, "-h"], text=True, capture_output=True, check=False)
    return usage.stdout + usage.stderr


def is_option(option: str, usage: str) -> bool:
    """Whether the usage names an option; one word may hold several letters."""
    if option.startswith("--"):
        name = re.escape(option[2:].removeprefix("no-"))
        return re.search(rf"--(\[no-\]|no-)?{name}\b", usage) is not None
    return all(re.search(rf"(?<![\w-])-{letter}\b", usage) for letter in option[1:])
