"""The answers given to cookiecutter, and unknown keys among them."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from dataops.validation.text import shown

from answers.cookiecutter_internals import ROOT
from answers.project import QUESTIONS

KEYS_OF_A_CONFIGURATION = {"default_context", "cookiecutters_dir", "replay_dir", "abbreviations"}
WRITTEN_BY_COOKIECUTTER = {"_template", "_output_dir", "_repo_dir", "_checkout"}


def shipped() -> dict[str, Any]:
    """Return cookiecutter.json as the template ships it, or as hooks/pre_prompt.py wrote it into the copy."""
    found: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    return found


def has_answers(call: dict[str, Any]) -> bool:
    """Return whether answers were given, so that cookiecutter must not ask for more."""
    interviewed = call["context"]["cookiecutter"].get("_answers") is not None
    return interviewed or bool(call["extra_context"] or call["replay"] or call["config_file"])


def plain(value: Any) -> Any:
    """Return a value in JSON's types: YAML also has dates, sets and bytes, which no replay file can hold."""
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def has_odd_keys(value: object) -> bool:
    """Return whether a key is not a string, such as YAML's `no:`; JSON would silently turn it into one."""
    if isinstance(value, dict):
        return any(not isinstance(key, str) or has_odd_keys(each) for key, each in value.items())
    return isinstance(value, list) and any(has_odd_keys(each) for each in value)


def take_answers(asked: dict[str, Any], context: dict[str, Any]) -> None:
    """Move public answers to `_answers`, which cookiecutter neither asks, renders nor turns into text.

    `asked` is what cookiecutter is about to ask; at a replay, `context` is the replay file.
    """
    public = {key: asked.pop(key) for key in QUESTIONS if key in asked}
    defaults, kept = asked.get("_answers") or {}, context.get("_answers") or {}
    asked["_answers"] = {**public, **defaults, **kept} if isinstance(kept, dict) else kept


def answers_in(context: dict[str, Any]) -> dict[str, Any]:
    """Return the ten answers of a context, given in any way."""
    kept = context.get("_answers")
    return {
        **(kept if isinstance(kept, dict) else {}),
        **{key: context[key] for key in QUESTIONS if key in context},
    }


def key_faults(call: dict[str, Any]) -> list[str]:
    """Return a sentence for each given key that is not ours."""
    odd = [sentence for source, keys in sources(call) for key in keys for sentence in unknown(key, source)]
    return [*odd, *lost_keys(call)]


def lost_keys(call: dict[str, Any]) -> list[str]:
    """Return answers beside default_context in an answers file: cookiecutter would ignore them silently."""
    file = call["config_file"]
    if not file:
        return []
    found = yaml.safe_load(Path(file).read_text(encoding="utf-8")) or {}
    lost = [key for key in found if key not in KEYS_OF_A_CONFIGURATION] if isinstance(found, dict) else []
    return [f"{shown(key)} is at the top of {file}: answers belong below `default_context:`." for key in lost]


def sources(call: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Return each source of keys, with its keys; a person's own ~/.cookiecutterrc is not checked."""
    yield "the command line or call", list(call["extra_context"] or {})
    if call["config_file"]:
        yield str(call["config_file"]), list(call["config_dict"].get("default_context") or {})
    if call["replay"]:
        yield "the replay file", replayed_keys(call["context_from_replayfile"]["cookiecutter"])
    kept = call["context"]["cookiecutter"].get("_answers")
    yield "_answers", list(kept) if isinstance(kept, dict) else []


def replayed_keys(context: dict[str, Any]) -> list[str]:
    """Return the keys of a replay file that cookiecutter did not write itself, unchanged."""
    unchanged = {key for key, value in shipped().items() if context.get(key) == value and key.startswith("_")}
    return [key for key in context if key not in WRITTEN_BY_COOKIECUTTER | unchanged | {"_answers"}]


def unknown(key: object, source: str) -> Iterator[str]:
    if key in QUESTIONS or key == "_tools":
        return
    if str(key).startswith("_"):
        yield f"{shown(key)}, given in {source}, belongs to the template. Leave it out."
        return
    near = get_close_matches(str(key), QUESTIONS, 1)
    hint = f"Did you mean {near[0]}?" if near else f"The questions are {', '.join(QUESTIONS)}."
    yield f"{shown(key)}, given in {source}, is not a question of this template. {hint}"
