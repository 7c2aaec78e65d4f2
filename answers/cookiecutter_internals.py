"""Depends on internals of cookiecutter, cruft and questionary, as the only module; refuses unknown versions.

It reads the variables of cookiecutter's running calls, the command line of the process that runs a hook, and
`sys.modules`. `tests/test_cookiecutter_internals.py` runs it with the oldest and the newest version of SUPPORTED.
"""

# Every hook imports this module: rarely needed modules are imported where they are needed.
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

# The oldest and the newest tested version; later patches of the newest are accepted too.
SUPPORTED = {"cookiecutter": ("2.6.0", "2.7.1"), "questionary": ("2.1.0", "2.1.1")}
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = __name__.partition(".")[0]
# What answers share with projects is among the tools.
TOOLS, SHARED = "dataops", ("tools/src/dataops/inference", "tools/src/dataops/validation")
# cookiecutter.utils.create_tmp_repo_dir begins the name of its temporary folder with this.
PREFIX_OF_A_COPY = "cookiecutter"

# sysctl.h of macOS: CTL_KERN, KERN_PROCARGS2; limits.h: ARG_MAX.
PROCESS_ARGUMENTS = (1, 49)
MOST_BYTES_OF_ARGUMENTS = 1_048_576

Variables = dict[str, Any]
CALL = ("cookiecutter.main", "cookiecutter")
PROMPT = ("cookiecutter.prompt", "prompt_for_config")
GENERATION = ("cookiecutter.generate", "generate_files")
PROMPT_OF_CRUFT = ("cruft._commands.utils.cookiecutter", "generate_cookiecutter_context")
# Without these variables of CALL some check would be skipped.
VARIABLES_OF_CALL = (
    "context",
    "extra_context",
    "replay",
    "config_file",
    "config_dict",
    "accept_hooks",
    "no_input",
    "output_dir",
    "repo_dir",
    "directory",
)
OPTIONS = (
    "no_input",
    "extra_context",
    "config_file",
    "replay",
    "replay_file",
    "output_dir",
    "overwrite_if_exists",
)


class UnsupportedError(Exception):
    """The running version of cookiecutter or questionary is not supported; the message says what to do."""


def not_found(what: str, package: str = "cookiecutter") -> UnsupportedError:
    """Return why the generation stops if a package lacks something that a check needs."""
    oldest, newest = SUPPORTED[package]
    return UnsupportedError(
        f"This template supports {package} {oldest} to {newest}, but {package} {version_of(package)} has no {what}, "
        f"without which answers would go unchecked: pip install {package}=={newest}, or uvx with that version."
    )


def version_of(package: str) -> str:
    return str(getattr(importlib.import_module(package), "__version__", "of an unknown version"))


def refuse_unknown_version(package: str) -> None:
    """Refuse a version of a package outside of SUPPORTED."""
    oldest, newest = SUPPORTED[package]
    running = version_of(package)
    number = numbers(running)
    if number is None or not (numbers(oldest) or ()) <= number or number[:2] > (numbers(newest) or ())[:2]:
        raise UnsupportedError(
            f"This template supports {package} {oldest} to {newest}, but this is {package} {running}: "
            f"pip install {package}=={newest}, or uvx with that version."
        )


def numbers(version: str) -> tuple[int, ...] | None:
    """Return the numbers of a version; None if it is not a plain version such as 2.7.1."""
    parts = version.split(".")[:3]
    return tuple(int(part) for part in parts) if len(parts) == 3 and all(p.isdecimal() for p in parts) else None


# The running calls


@dataclass(frozen=True)
class Running:
    """The context of this code: the template's folder, the call of cookiecutter (None: cruft), and the questions."""

    root: Path
    call: Variables | None
    asked: Variables | None


def running() -> Running:
    """Return what cookiecutter does now; raise UnsupportedError if that cannot be determined."""
    refuse_unknown_version("cookiecutter")
    call, prompt, generation = (variables_of(*each) for each in (CALL, PROMPT, GENERATION))
    if prompt is None and generation is None:
        raise not_found(f"running call of {PROMPT[1]} or {GENERATION[1]}")
    if call is not None:
        refuse_lacking(call)
        folder = call["repo_dir"]
    elif is_run_by_cruft():
        folder = (generation or variables_of(*PROMPT_OF_CRUFT) or {}).get(
            "repo_dir" if generation else "cookiecutter_template_dir"
        )
    else:
        raise not_found(f"running call of {'.'.join(CALL)}")
    if folder is None:
        raise not_found("folder of the template")
    if prompt is not None and "cookiecutter" not in prompt.get("context", {}):
        raise not_found(f"variable context of {PROMPT[1]}")
    return Running(Path(folder).resolve(), call, prompt["context"]["cookiecutter"] if prompt else None)


def refuse_lacking(call: Variables) -> None:
    needed = (*VARIABLES_OF_CALL, "context_from_replayfile") if call.get("replay") else VARIABLES_OF_CALL
    lacking = [name for name in needed if name not in call]
    lacking += [f"context['{key}']" for key in ("cookiecutter", "_cookiecutter") if key not in call.get("context", {})]
    if lacking:
        raise not_found(f"variable {lacking[0]} of {'.'.join(CALL)}")


def cookiecutter_call() -> Variables | None:
    """Return the variables of the running cookiecutter.main.cookiecutter, None under cruft.

    Cookiecutter drops unknown keys before any template code runs: only its own call still has them.
    """
    return variables_of(*CALL)


def variables_of(module: str, function: str) -> Variables | None:
    """Return the variables of the innermost running call of a function."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if frame.f_code.co_name == function and frame.f_globals.get("__name__") == module:
            return frame.f_locals
        frame = frame.f_back
    return None


def is_run_by_cruft() -> bool:
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == "cruft":
            return True
        frame = frame.f_back
    return False


def ask_plainly(question: str, proposed: str, prompts: dict[str, str]) -> str:
    """Ask as cookiecutter asks."""
    from cookiecutter.prompt import read_user_variable

    return str(read_user_variable(question, proposed, prompts))


def keep_for_replay(call: Variables) -> None:
    """Write the replay file of the running call again, after answers were corrected."""
    from cookiecutter.replay import dump

    dump(call["config_dict"]["replay_dir"], Path(call["repo_dir"]).name, call["context"])


# The template's own modules, of which one process may need several versions


def state_of(root: Path) -> tuple[object, ...]:
    """Return the identity of a template's code, which also differs between states of one folder."""
    files = [path for folder in (PACKAGE, *SHARED) for path in sorted((root / folder).glob("*.py"))]
    return (root, *((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files))


STATE = state_of(ROOT)
_last_class: dict[tuple[object, ...], type] = {}


def class_of(root: Path, ours: type) -> type:
    """Return a class of the template that is being generated: ours, unless this code is of another template or state.

    Python keeps imported modules. After a generation that failed, or in a program that has a package of this name,
    the next generation would run code of another folder.
    """
    state = state_of(root)
    if state == STATE:
        return ours
    if state not in _last_class:
        _last_class.clear()
        _last_class[state] = imported_apart(root, ours)
    return _last_class[state]


def imported_apart(root: Path, ours: type) -> type:
    """Return a class of that name from another template; imported modules of the process stay unchanged."""
    kept, path = {name: sys.modules.pop(name) for name in names_of_our_modules()}, sys.path[:]
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        found: type = getattr(importlib.import_module(ours.__module__), ours.__name__)
        return found
    finally:
        sys.path[:] = path
        for name in names_of_our_modules():
            del sys.modules[name]
        sys.modules.update(kept)


def names_of_our_modules() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in (PACKAGE, TOOLS)]


def forget_this_version() -> None:
    """Let the next generation in this process import its own version of these modules: cruft renders two."""
    for name in names_of_our_modules():
        if Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(ROOT):
            del sys.modules[name]
    importlib.invalidate_caches()


# The command that runs a hook; cookiecutter itself passes nothing to its first hook


def words_of_parent() -> list[str]:
    """The command line of the process that started this one."""
    if sys.platform == "win32":
        # Nothing there shows it; the answers are then checked when the project's folder gets its name.
        return []
    parent = os.getppid()
    try:
        words = [os.fsdecode(word) for word in Path(f"/proc/{parent}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        words = words_on_macos(parent) or words_by_ps(parent)
    if not words:
        raise UnsupportedError(
            "This template checks the command line that starts it, but neither /proc nor `ps` shows it here: "
            "install ps, or generate on Linux or macOS."
        )
    return words


def words_on_macos(process: int) -> list[str]:
    """The words of the command line on macOS; `ps` would join them with spaces, which paths and answers contain too."""
    import ctypes

    if sys.platform != "darwin":
        return []
    library = ctypes.CDLL(None)
    name = (ctypes.c_int * 3)(*PROCESS_ARGUMENTS, process)
    size = ctypes.c_size_t(MOST_BYTES_OF_ARGUMENTS)
    buffer = ctypes.create_string_buffer(size.value)
    if library.sysctl(name, 3, buffer, ctypes.byref(size), None, ctypes.c_size_t(0)):
        return []
    return words_in_arguments(buffer.raw[: size.value])


def words_in_arguments(content: bytes) -> list[str]:
    """The words in what sysctl's KERN_PROCARGS2 gives: their number, the program's path, zeros, the words."""
    count = int.from_bytes(content[:4], sys.byteorder)
    _, _, rest = content[4:].partition(b"\0")
    return [os.fsdecode(word) for word in rest.lstrip(b"\0").split(b"\0")[:count]]


def words_by_ps(parent: int) -> list[str]:
    import shlex
    import subprocess

    try:
        done = subprocess.run(["ps", "-o", "args=", "-p", str(parent)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    try:
        return shlex.split(done.stdout)
    except ValueError:  # an apostrophe in an answer: ps does not quote
        return done.stdout.split()


def options(words: list[str]) -> dict[str, Any] | None:
    """Return the options of a cookiecutter command line, None if it is none."""
    start = next((n for n, word in enumerate(words[:3]) if Path(word).stem == "cookiecutter"), None)
    if start is None:
        return None
    import click

    try:
        from cookiecutter.cli import main

        known = {parameter.name for parameter in main.params}
        lacking = [name for name in OPTIONS if name not in known]
        if not lacking:
            return main.make_context("cookiecutter", words[start + 1 :], resilient_parsing=True).params
    except (ImportError, AttributeError) as error:
        raise not_found(f"command line that this template can read ({error})") from None
    except click.ClickException:  # click itself reports the error to the person
        return None
    raise not_found(f"option {lacking[0]} in its command")


# Questionary


def with_keys(question: Any, keys: Any) -> None:
    """Let keys of ours work in a question of questionary."""
    from prompt_toolkit.key_binding import merge_key_bindings

    try:
        question.application.key_bindings = merge_key_bindings([question.application.key_bindings, keys])
    except AttributeError:
        raise not_found("question.application.key_bindings", "questionary") from None


def wrap_refusal(question: Any) -> None:
    """Show the whole sentence below a question of questionary; prompt_toolkit cuts it at the width of the screen."""
    from prompt_toolkit.filters import to_filter
    from prompt_toolkit.layout import FormattedTextControl

    try:
        for window in question.application.layout.find_all_windows():
            if isinstance(window.content, FormattedTextControl) and "ValidationToolbar" in shown_by(window.content):
                window.height = None
                window.wrap_lines = window.dont_extend_height = to_filter(True)
    except AttributeError:
        raise not_found("question.application.layout", "questionary") from None


def shown_by(control: Any) -> str:
    """The name of the function that a part of the screen shows the text of."""
    return getattr(control.text, "__qualname__", "")


def buffer_of(question: Any) -> Any:
    """What a person edits in a question of questionary that takes a line."""
    try:
        return question.application.layout.current_buffer
    except AttributeError:
        raise not_found("question.application.layout.current_buffer", "questionary") from None
