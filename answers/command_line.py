"""What the cookiecutter command that runs a hook was told; cookiecutter itself tells its hooks nothing."""

# Every generation waits for this module: what few generations need is imported where it is needed.
import os
import sys
from pathlib import Path
from typing import Any


def words_of_parent() -> list[str]:
    """The command line of the process that started this one; [] where it cannot be read."""
    parent = os.getppid()
    try:
        return [os.fsdecode(word) for word in Path(f"/proc/{parent}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        return words_by_ps(parent)


def words_by_ps(parent: int) -> list[str]:
    import shlex
    import subprocess

    try:
        done = subprocess.run(["ps", "-o", "args=", "-p", str(parent)], capture_output=True, text=True, check=True)
        return shlex.split(done.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return []


def options(words: list[str]) -> dict[str, Any] | None:
    """The options of a cookiecutter command line, None when it is none."""
    start = next((n for n, word in enumerate(words[:3]) if Path(word).stem == "cookiecutter"), None)
    if start is None:
        return None
    from cookiecutter.cli import main

    try:
        return main.make_context("cookiecutter", words[start + 1 :], resilient_parsing=True).params
    except Exception:  # click itself told the person what is wrong with the command
        return None


def interview_is_due() -> bool:
    """Whether a person sits at a terminal and gave no answers on the command line."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    told = options(words_of_parent())
    giving = ("no_input", "extra_context", "config_file", "replay", "replay_file")
    return told is not None and not any(told.get(option) for option in giving)


def replays() -> bool:
    """Whether the command replays earlier answers."""
    return any(word.startswith("--replay") for word in words_of_parent())


def private_keys_given() -> list[str]:
    """A sentence for each private key that the command sets: one of them could switch the check off."""
    words = words_of_parent()
    files = ("--config-file", "--replay-file")
    if not any(word.startswith(("_", *files)) for word in words[2:]):
        return []
    from answers.given import replayed_keys, unknown

    told = options(words) or {}
    config = content(told.get("config_file")).get("default_context")
    replayed = content(told.get("replay_file")).get("cookiecutter")
    keys = [(key, "the command line") for key in told.get("extra_context") or []]
    keys += [(key, told["config_file"]) for key in config or []]
    keys += [(key, told["replay_file"]) for key in (replayed_keys(replayed) if replayed else [])]
    return [sentence for key, source in keys if str(key).startswith("_") for sentence in unknown(key, source)]


def content(path: str | None) -> dict[str, Any]:
    """The content of a YAML or JSON file; {} where there is none, which cookiecutter itself reports."""
    import json

    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8") if path else ""
        read = json.loads(text) if str(path).endswith(".json") else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return read if isinstance(read, dict) else {}
