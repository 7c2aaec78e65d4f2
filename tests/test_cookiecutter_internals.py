"""The one module that depends on the insides of cookiecutter and questionary, with every version that it supports."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pexpect
import pytest
from conftest import settings_of
from cookiecutter.exceptions import OutputDirExistsException

from answers.cookiecutter_internals import SUPPORTED

ROOT = Path(__file__).parents[1]
GENERATE_IN_ONE_PROCESS = """
import json, sys
from cookiecutter.main import cookiecutter
template, output, home = sys.argv[1:4]
own = {"replay_dir": home + "/replay", "cookiecutters_dir": home + "/templates"}
for answers in json.loads(sys.argv[4]):
    try:
        cookiecutter(template, no_input=True, extra_context=answers, output_dir=output, default_config=own)
        print("GENERATED", answers)
    except Exception as error:
        print("REFUSED", type(error).__name__, error)
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def installed(folder: Path, *requirements: str) -> Path:
    """A folder with these packages only; their dependencies come from the environment of the tests."""
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *requirements]
    subprocess.run(words, check=True, capture_output=True, text=True)
    return folder


@pytest.fixture(scope="session")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The oldest versions that are supported."""
    return installed(tmp_path_factory.mktemp("oldest"), *(f"{name}=={SUPPORTED[name][0]}" for name in SUPPORTED))


@pytest.fixture(params=["oldest", "newest"])
def packages(request: pytest.FixtureRequest, oldest: Path, tmp_path: Path) -> Path:
    """What Python imports first: the oldest versions, or nothing before the newest, which the tests run with."""
    return oldest if request.param == "oldest" else tmp_path


@pytest.fixture
def environment(home: Path, temporary_folder: Path) -> Callable[[Path], dict[str, str]]:
    def with_packages(packages: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        own = {"HOME": str(home), "TMPDIR": str(temporary_folder), "PYTHONPATH": str(packages)}
        return {**kept, **own, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}

    return with_packages


@pytest.fixture
def run(template: Path, tmp_path: Path, environment: Callable[[Path], dict[str, str]]) -> Run:
    """Run the cookiecutter command of some packages: run(packages, "--no-input", …)."""

    def command(packages: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "cookiecutter", str(template), *words, "--output-dir", str(tmp_path / "output")],
            env=environment(packages), cwd=tmp_path, text=True, capture_output=True, timeout=600,
        )  # fmt: skip

    return command


def test_the_newest_supported_version_is_the_one_that_this_repository_pins() -> None:
    pins = (ROOT / "requirements.txt").read_text() + (
        ROOT / "{{cookiecutter.project_slug}}/requirements.txt"
    ).read_text()

    assert {name: re.findall(rf"^{name}==(.+)$", pins, re.M) for name in SUPPORTED} == {
        name: [newest] for name, (_, newest) in SUPPORTED.items()
    }


def test_the_questions_page_names_the_supported_versions() -> None:
    page = (ROOT / "docs/questions.md").read_text()

    assert all(f"{name} {oldest} to {newest}" in page for name, (oldest, newest) in SUPPORTED.items())


def test_no_other_module_reads_frames_the_parents_command_line_or_the_imported_modules() -> None:
    inside = re.compile(
        r"_getframe|f_locals|f_back|sys\.modules|/proc/\{\w+\}/cmdline|getppid\(\)\n|cookiecutter\.cli|application\.key_bindings"
    )
    files = [*ROOT.glob("hooks/*.py"), *ROOT.glob("answers/*.py")]

    assert [path.name for path in files if inside.search(path.read_text())] == ["cookiecutter_internals.py"]


class TestContract:
    """What the module promises, with the oldest and the newest version."""

    def test_a_command_generates_and_a_replay_repeats_it(self, packages: Path, run: Run, tmp_path: Path) -> None:
        (tmp_path / "answers.yaml").write_text("default_context: {region: eu-central-1, datasets: 'visits:json'}\n")

        first = run(packages, "--config-file", "answers.yaml")
        settings = settings_of(tmp_path / "output/acme-sales")
        shutil.rmtree(tmp_path / "output/acme-sales")
        replayed = run(packages, "--replay")

        assert (first.returncode, replayed.returncode) == (0, 0), first.stderr + replayed.stderr
        assert settings["region"] == "eu-central-1"
        assert settings_of(tmp_path / "output/acme-sales") == settings

    @pytest.mark.parametrize("hooks", ["yes", "no"])
    def test_a_misspelt_answer_is_refused(self, hooks: str, packages: Path, run: Run, tmp_path: Path) -> None:
        done = run(packages, "--no-input", "--accept-hooks", hooks, "regoin=eu-west-1")

        assert done.returncode != 0
        assert "Did you mean region?" in done.stderr
        assert not (tmp_path / "output").exists()

    def test_an_answer_that_would_replace_the_check_is_refused(self, packages: Path, run: Run, tmp_path: Path) -> None:
        done = run(packages, "--no-input", "_extensions=x")

        assert done.returncode != 0
        assert "_extensions" in done.stderr
        assert not (tmp_path / "output").exists()

    def test_a_refused_call_does_not_break_the_next_one_in_the_process(
        self, packages: Path, template: Path, home: Path, tmp_path: Path, environment: Callable[..., dict[str, str]]
    ) -> None:
        answers = json.dumps([{"region": "nowhere"}, {"project_slug": "second"}, {"regoin": "x"}])
        words = [str(template), str(tmp_path / "output"), str(home), answers]

        done = subprocess.run(
            [sys.executable, "-c", GENERATE_IN_ONE_PROCESS, *words],
            env=environment(packages), cwd=tmp_path, text=True, capture_output=True, timeout=600,
        )  # fmt: skip
        ends = re.findall(r"^(?:REFUSED \w+|GENERATED)", done.stdout, re.M)

        assert ends == ["REFUSED Refusal", "GENERATED", "REFUSED Refusal"], done.stdout + done.stderr
        assert [path.name for path in (tmp_path / "output").iterdir()] == ["second"]
        assert (tmp_path / "output/second/.cruft.json").is_file()

    def test_ctrl_d_stops_an_interview(
        self, packages: Path, interview: Callable[..., pexpect.spawn], temporary_folder: Path, tmp_path: Path
    ) -> None:
        asking = interview(packages)
        asking.expect("Project")
        asking.send("\x04")
        asking.expect("Stopped: nothing was written")
        asking.expect(pexpect.EOF)

        assert list(temporary_folder.iterdir()) == []


@pytest.fixture
def interview(
    template: Path, tmp_path: Path, environment: Callable[[Path], dict[str, str]]
) -> Iterator[Callable[..., pexpect.spawn]]:
    """Start an interview at a terminal."""
    started: list[pexpect.spawn] = []

    def start(packages: Path) -> pexpect.spawn:
        words = ["-m", "cookiecutter", str(template)]
        child = pexpect.spawn(
            sys.executable, words, cwd=tmp_path, env=environment(packages), encoding="utf-8", dimensions=(50, 120)
        )
        child.timeout = 120
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


@pytest.mark.parametrize(
    ("file", "name", "what"),
    [
        ("prompt.py", "prompt_for_config", "prompt_for_config"),
        ("main.py", "cookiecutter", "cookiecutter.main.cookiecutter"),
        ("main.py", "config_dict", "variable config_dict"),
        ("cli.py", "config_file", "option config_file"),
    ],
)
def test_a_cookiecutter_that_renamed_something_is_refused_instead_of_dropping_checks(
    file: str, name: str, what: str, oldest: Path, run: Run, tmp_path: Path
) -> None:
    packages = shutil.copytree(oldest, tmp_path / "packages")
    renamed(packages / "cookiecutter" / file, name)

    done = run(packages, "--no-input", "regoin=eu-west-1", "--config-file", "/dev/null")

    assert done.returncode != 0
    assert "This template supports cookiecutter" in done.stderr and what in done.stderr
    assert "Traceback" not in done.stderr.partition("This template")[2]
    assert not (tmp_path / "output").exists()


def renamed(file: Path, name: str) -> None:
    """Rename a function or a variable in a module of cookiecutter, which works as before."""
    text = file.read_text()
    if file.name == "cli.py":
        text = text.replace("'--config-file', ", "'--config-file', 'other_file', ").replace(f"{name}:", "other_file:")
        text = text.replace(f"    {name},\n", "    other_file,\n").replace(f"={name},", "=other_file,")
    elif name == "config_dict":
        text = text.replace(name, "configuration")
    else:
        text = text.replace(f"def {name}(", "def renamed(") + f"\n\n{name} = renamed\n"
    file.write_text(text)


@pytest.mark.parametrize("hooks", ["yes", "no"])
@pytest.mark.parametrize("version", ["2.5.0", "2.8.0", "3.0.0", "3.0.0rc1"])
def test_an_unknown_version_is_refused_in_one_sentence(
    version: str, hooks: str, oldest: Path, run: Run, tmp_path: Path
) -> None:
    packages = shutil.copytree(oldest, tmp_path / "packages")
    (packages / "cookiecutter/VERSION.txt").write_text(version)

    done = run(packages, "--no-input", "--accept-hooks", hooks)

    assert done.returncode != 0
    assert f"this is cookiecutter {version}: pip install cookiecutter==" in done.stderr
    assert not (tmp_path / "output").exists()


def test_an_unknown_questionary_is_refused_before_the_first_question(
    oldest: Path, interview: Callable[..., pexpect.spawn], tmp_path: Path
) -> None:
    packages = shutil.copytree(oldest, tmp_path / "packages")
    (packages / "questionary/version.py").write_text('__version__ = "3.0.0"\n')

    asking = interview(packages)

    asking.expect("this is questionary 3.0.0")
    asking.expect(pexpect.EOF)


def test_a_generation_leaves_the_modules_of_its_process_as_they_were(bake: Callable[..., Path]) -> None:
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in ("answers", "dataops")}

    bake()
    with pytest.raises(click.ClickException):
        bake(region="nowhere")

    assert {name: sys.modules[name] for name in before} == before


def test_a_generation_that_cookiecutter_ends_does_not_break_the_next_one(
    bake: Callable[..., Path], bake_into: Callable[..., Path], tmp_path: Path
) -> None:
    bake()
    with pytest.raises(OutputDirExistsException):
        bake()

    assert (bake_into(tmp_path / "other") / ".cruft.json").is_file()


class TestCopyOfTheTemplate:
    @pytest.mark.parametrize(
        ("file", "folder"),
        [
            (".venv/pyvenv.cfg", ".venv"),
            ("{{cookiecutter.project_slug}}/env/pyvenv.cfg", "env"),
            ("node_modules/a.js", "node_modules"),
            ("demo/acme-sales/README.md", "demo"),
        ],
    )
    def test_what_no_template_needs_is_named_and_does_not_come_into_the_project(
        self, file: str, folder: str, template: Path, run_cookiecutter: Run, tmp_path: Path, temporary_folder: Path
    ) -> None:
        own = shutil.copytree(template, tmp_path / "clone")
        (own / file).parent.mkdir(parents=True)
        (own / file).write_text("")

        done = run_cookiecutter("--no-input", template=own)

        assert done.returncode == 0
        assert f"{folder}: cookiecutter copied that too" in " ".join(done.stderr.split())
        assert not (tmp_path / "output/acme-sales" / Path(file).parent.name / Path(file).name).exists()
        assert copies(temporary_folder) == []
        assert (own / file).is_file()

    def test_caches_in_the_templates_folder_do_not_come_into_the_project(
        self, template: Path, run_cookiecutter: Run, tmp_path: Path
    ) -> None:
        own = shutil.copytree(template, tmp_path / "clone")
        (own / "{{cookiecutter.project_slug}}/lambda/__pycache__").mkdir()

        assert run_cookiecutter("--no-input", template=own).returncode == 0
        assert not (tmp_path / "output/acme-sales/lambda/__pycache__").exists()

    def test_the_copy_of_a_killed_interview_goes_with_the_next_generation(
        self, interview: Callable[..., pexpect.spawn], run_cookiecutter: Run, temporary_folder: Path, tmp_path: Path
    ) -> None:
        somebodys = temporary_folder / "cookiecutter_of_mine/dataops-template/{{cookiecutter_project_folder()}}"
        somebodys.mkdir(parents=True)
        asking = interview(tmp_path)
        asking.expect("Project")
        left = set(copies(temporary_folder))
        run_cookiecutter("--no-input", "project_slug=first")
        while_it_runs = set(copies(temporary_folder))
        os.killpg(asking.pid, signal.SIGKILL)
        asking.wait()
        after = set(copies(temporary_folder))
        run_cookiecutter("--no-input", "project_slug=second")

        assert len(left) == 1 and left == while_it_runs == after
        assert copies(temporary_folder) == []
        assert somebodys.is_dir()

    def test_a_terminal_that_is_closed_leaves_no_copy(
        self, interview: Callable[..., pexpect.spawn], temporary_folder: Path, tmp_path: Path
    ) -> None:
        asking = interview(tmp_path)
        asking.expect("Project")
        os.killpg(asking.pid, signal.SIGHUP)
        asking.wait()
        end = time.monotonic() + 120
        while copies(temporary_folder) and time.monotonic() < end:
            time.sleep(0.1)

        assert copies(temporary_folder) == []


def copies(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("cookiecutter*") if path.name != "cookiecutter_of_mine")
