"""Where the interview cannot be shown it says so, and cookiecutter's plain questions still work."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answers import cookiecutter_internals
from answers.cookiecutter_internals import words_in_arguments, words_of_parent
from answers.terminal_limits import why_plain

ROOT = Path(__file__).parents[1]
PLAIN_TERMINAL = {"TERM": "xterm"}


def test_a_usual_terminal_shows_the_interview() -> None:
    assert why_plain("linux", PLAIN_TERMINAL, "utf-8") is None
    assert why_plain("darwin", PLAIN_TERMINAL, "UTF-8") is None


@pytest.mark.parametrize(
    ("platform", "environment", "encoding", "words"),
    [
        ("win32", {}, "utf-8", "Windows without WSL"),
        ("linux", {"TERM": "dumb"}, "utf-8", "TERM=dumb"),
        ("linux", PLAIN_TERMINAL, "ascii", "This terminal prints ascii"),
        ("linux", PLAIN_TERMINAL, "iso-8859-1", "This terminal prints iso-8859-1"),
        ("linux", PLAIN_TERMINAL, "no such encoding", "no such encoding"),
    ],
)
def test_other_terminals_show_why_they_get_plain_questions(
    platform: str, environment: dict[str, str], encoding: str, words: str
) -> None:
    why = why_plain(platform, environment, encoding)

    assert why and words in why and "plain questions" in why


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, {"TERM": "dumb"}], ids=["ascii", "dumb"])
def test_such_a_terminal_still_ends_in_a_project(
    variables: dict[str, str], terminal: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    person = terminal()
    person.expect("so cookiecutter asks its plain questions")
    person.expect("What is the project called")
    for _ in range(10):
        person.sendline("")
    person.expect("is ready")
    person.wait()

    assert (tmp_path / "output/acme-sales/project.yaml").is_file()


def test_on_windows_no_command_line_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cookiecutter_internals.sys, "platform", "win32")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))

    assert words_of_parent() == []


def test_the_words_that_macos_keeps_may_hold_spaces_and_be_empty() -> None:
    words = [
        b"/Users/a b/venv/bin/python",
        b"/Users/a b/venv/bin/cookiecutter",
        b"gh:o/t",
        b"tags=",
        b"project_name=A B",
    ]
    kept = (
        len(words).to_bytes(4, sys.byteorder) + b"/usr/bin/python3\0\0\0\0" + b"\0".join(words) + b"\0HOME=/Users/a b\0"
    )

    assert words_in_arguments(kept) == [word.decode() for word in words]


def test_a_template_and_an_output_folder_with_spaces_work(
    terminal: Callable[..., Any], tmp_path: Path, template: Path
) -> None:
    folder = tmp_path / "my projects"
    folder.mkdir()
    person = terminal("--output-dir", str(folder))
    person.expect("Project")
    person.send("Acme Sales\r")
    person.expect("Short name")
    (folder / "acme-sales").mkdir()
    person.send("\r")

    person.expect("There is a folder of this name already")


@pytest.mark.parametrize("version", [(3, 8, 1), (3, 10, 9)])
def test_an_older_python_is_refused_in_a_sentence(
    version: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "version_info", version)

    with pytest.raises(SystemExit, match=rf"^This template needs Python 3\.11 or newer, but this is 3\.{version[1]}:"):
        runpy.run_path(str(ROOT / "hooks/pre_prompt.py"))
    assert list(tmp_path.iterdir()) == []


def test_the_hook_can_be_read_by_an_older_python() -> None:
    code = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))"

    subprocess.run([sys.executable, "-c", code, str(ROOT / "hooks/pre_prompt.py")], check=True)


def test_a_folder_that_this_terminal_cannot_print_undoes_no_project(
    run_cookiecutter: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run_cookiecutter("--no-input", "--output-dir", str(tmp_path / "données"))

    assert done.returncode == 0, done.stderr
    assert "donn\\xe9es" in done.stdout
    assert (tmp_path / "données/acme-sales/project.yaml").is_file()


def test_plain_questions_are_in_ascii() -> None:
    assert (ROOT / "cookiecutter.json").read_bytes().isascii()
