"""The options of the cookiecutter command that runs a hook."""

# Every generation waits for this module: rarely needed modules are imported where they are needed.
import os
import sys
from pathlib import Path
from typing import Any

from answers import temporary_copy
from answers.cookiecutter_internals import options, words_of_parent


def interview_is_due() -> bool:
    """Return whether a person sits at a terminal and gave no answers on the command line."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    given = options(words_of_parent())
    giving = ("no_input", "extra_context", "config_file", "replay", "replay_file")
    return given is not None and not any(given.get(option) for option in giving)


def defaults_of_the_person() -> dict[str, Any]:
    """The person's own defaults: from COOKIECUTTER_CONFIG or ~/.cookiecutterrc, unless the command refuses them."""
    from cookiecutter.config import get_user_config

    from answers.given import plain

    given = options(words_of_parent()) or {}
    config = get_user_config(default_config=bool(given.get("default_config")))
    found: dict[str, Any] = plain(config.get("default_context") or {})
    return found


def replays() -> bool:
    """Return whether the command replays earlier answers."""
    return any(word.startswith("--replay") for word in words_of_parent())


def private_keys_given() -> list[str]:
    """Return a sentence for each private key that the command sets: one of them could disable the check."""
    words = words_of_parent()
    files = ("--config-file", "--replay-file")
    if not any(word.startswith(("_", *files)) for word in words[2:]):
        return []
    from answers.given import replayed_keys, unknown

    given = options(words) or {}
    config = content(given.get("config_file")).get("default_context")
    replayed = content(given.get("replay_file")).get("cookiecutter")
    keys = [(key, "the command line") for key in given.get("extra_context") or []]
    keys += [(key, given["config_file"]) for key in config or []]
    keys += [(key, given["replay_file"]) for key in (replayed_keys(replayed) if replayed else [])]
    return [sentence for key, source in keys if str(key).startswith("_") for sentence in unknown(key, source)]


def content(path: str | None) -> dict[str, Any]:
    """Return the content of a YAML or JSON file; {} if it is missing, which cookiecutter itself reports."""
    import json

    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8") if path else ""
        read = json.loads(text) if str(path).endswith(".json") else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return read if isinstance(read, dict) else {}


def ask_nothing_but(copy: Path, answers: dict[str, object]) -> None:
    """Write answers, and defaults for the rest, into the copy's cookiecutter.json as private keys, never asked."""
    import json

    path = copy / "cookiecutter.json"
    shipped = json.loads(path.read_text(encoding="utf-8"))
    defaults = {key: shipped.pop(key) for key in list(shipped) if not key.startswith("_")}
    shipped["_answers"] = defaults | answers
    path.write_text(json.dumps(shipped), encoding="utf-8")


def stop_when_killed() -> None:
    """Let kill, or a closed terminal, end an interview like Ctrl-C, without leaving a copy of the template."""
    import signal

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def end(*_: object) -> None:
        # Nobody reads any more, and an exception may get lost inside the terminal's library.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        temporary_copy.remove()
        os._exit(1)

    signal.signal(signal.SIGTERM, interrupt)
    # Windows has no such signal.
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, end)
