"""The command `dataops`: its verbs are those of the Makefile, its help is quick, its exit codes are as promised."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dataops.command_line import BUILDS, ONLY_BY_MAKE, VERBS, LazyGroup, dataops, delivery
from dataops.development import infrastructure, packages, template, tests
from dataops.project import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^([a-z][a-z%-]*):(?!=)[^\n]*\n((?:\t[^\n]*\n)*)", MAKEFILE, re.MULTILINE))
# What `make help` lists; the other targets are parts of them.
TARGETS = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE))
# Everything that the click group says about itself, asked in one process in the project's folder.
ASK = """
import json, click
from click.testing import CliRunner
from dataops.command_line import dataops, delivery
found = {}
for group, words in ((dataops, []), (delivery, ["delivery"])):
    for name in group.verbs():
        done = CliRunner().invoke(dataops, [*words, name, "--help"])
        command = group.get_command(click.Context(group), name)
        options = [option for each in command.params for option in each.opts]
        found[" ".join([*words, name])] = [done.exit_code, done.output, options]
print(json.dumps(found))
"""
# Names of the modules that some imports load from outside the standard library and the project.
LOADED = """
import sys
before = set(sys.modules)
{}
def is_elsewhere(name):
    file = getattr(sys.modules[name], "__file__", None) or ""
    return "." not in name and name not in sys.stdlib_module_names and "site-packages" in file
print(*sorted(name for name in set(sys.modules) - before if is_elsewhere(name)))
"""


def python(*words: str, folder: Path = PROJECT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder."""
    environment = {**os.environ, "COLUMNS": "80", **variables}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


def loaded(statements: str) -> set[str]:
    done = python("-c", LOADED.format(statements))
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("\n\n")[2].splitlines()[-1].split()) if done.stdout.strip() else set()


@pytest.fixture(scope="module")
def commands() -> dict[str, list[Any]]:
    """Exit code and text of the help of every command, and its options."""
    done = python("-c", ASK)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def names_of(sections: dict[str, dict[str, Any]]) -> list[str]:
    return [name for section in sections.values() for name in section]


def test_every_verb_of_the_makefile_is_a_command_and_the_other_way_round() -> None:
    assert TARGETS - {*ONLY_BY_MAKE, "help"} | {"delivery"} == set(names_of(VERBS))
    assert [target for target in ONLY_BY_MAKE if "DATAOPS" in RECIPES.get(target, "")] == []


@pytest.mark.parametrize("verb", [verb for verb in names_of(VERBS) if verb != "delivery"])
def test_a_target_calls_its_command_with_options_that_it_has(verb: str, commands: dict[str, list[Any]]) -> None:
    recipe = RECIPES[verb].replace("$(UPGRADE)", "--to --template --preview --branch")

    assert re.match(rf"\t@\$\(DATAOPS\) {verb}(?![a-z-])", recipe)
    assert [word for word in re.findall(r"(--[a-z-]+)", recipe) if word not in commands[verb][2]] == []


def test_every_build_of_the_buildspecs_is_a_command() -> None:
    called = {name for path in (PROJECT / "buildspecs").glob("*.yml") for name in builds_in(path)}

    assert RECIPES["delivery-%"] == "\t@$(DATAOPS) delivery $*\n"
    assert called == set(names_of(BUILDS))


def builds_in(path: Path) -> list[str]:
    return re.findall(r"^ +- make delivery-([a-z-]+)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_command_has_a_help_that_says_what_it_does(commands: dict[str, list[Any]]) -> None:
    assert [name for name, (code, _, _) in commands.items() if code != 0] == []
    assert [name for name, (_, text, _) in commands.items() if not re.search(r"\n\n  [A-Z`]\w.*", text)] == []
    assert [name for name, (_, text, _) in commands.items() if f"Usage: dataops {name} " not in text] == []


@pytest.mark.parametrize("group", [dataops, delivery])
def test_the_help_lists_every_command_below_its_section(group: LazyGroup) -> None:
    text = CliRunner().invoke(group, ["--help"]).output

    for title, section in group.sections.items():
        below = text.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  ([a-z-]+)  ", below, re.MULTILINE) == list(section)


def test_the_sections_are_in_the_order_in_which_a_team_needs_them() -> None:
    assert list(VERBS) == ["First day", "Every day", "At night", "On AWS", "Builds", "Packages and template"]


def test_make_help_has_the_groups_of_dataops_help_with_the_same_verbs() -> None:
    text = subprocess.run(["make", "-s", "help"], cwd=PROJECT, text=True, capture_output=True, check=True).stdout
    only_by_make = {*ONLY_BY_MAKE, "help"}
    groups = {
        title: re.findall(r"^  ([a-z-]+)  *[A-Z]", lines, re.MULTILINE)
        for title, lines in re.findall(r"^(\w[^\n]*)\n((?:  [^\n]+\n)+)", text, re.MULTILINE)
    }

    assert {title: [name for name in names if name not in only_by_make] for title, names in groups.items()} == {
        title: [name for name in section if name != "delivery"] for title, section in VERBS.items()
    }
    assert 'eval "$(make names ENV=dev)"' in text


@pytest.mark.parametrize("words", [["--help"], ["delivery", "--help"], ["lcoal"]])
def test_the_help_of_all_loads_nothing_but_click(words: list[str]) -> None:
    call = f"import sys\nfrom dataops.command_line import dataops\ndataops.main({words}, standalone_mode=False)"

    assert loaded(f"try:\n    {call.replace(chr(10), chr(10) + '    ')}\nexcept Exception: pass") <= {
        "click",
        "dataops",
    }


def test_one_command_does_not_load_what_another_one_needs() -> None:
    found = loaded("import dataops.command_line as c\nc.loaded('operations.where')")

    assert {"boto3", "click"} <= found
    assert found.isdisjoint({"duckdb", "moto", "pyspark"})


@pytest.mark.parametrize("module", ["delivery.terraform_release", "delivery.scan"])
def test_what_runs_where_nothing_is_installed_needs_no_package(module: str) -> None:
    assert loaded(f"import dataops.{module}") == set()


def test_the_builds_load_only_packages_that_their_lock_file_has() -> None:
    targets = [verb.target for verb in BUILDS["Builds"].values()] + [VERBS["Builds"]["validate"].target]
    lock = (PROJECT / "buildspecs/requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}

    found = loaded("import dataops.command_line as c\n" + "\n".join(f"c.loaded({target!r})" for target in targets))

    # botocore uses certifi if it is there.
    modules = {"yaml": "pyyaml", "dateutil": "python-dateutil", "certifi": "botocore"}
    assert {modules.get(name, name).lower() for name in found} <= locked


def test_python_runs_the_same_command_as_a_module() -> None:
    done = python("-m", "dataops", "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: dataops [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["lcoal"], 2, "Error: No such command 'lcoal'. Did you mean 'local'?"),
        (["delivery", "aply"], 2, "Error: No such command 'aply'. Did you mean 'apply'?"),
        (["scan"], 2, "Error: `make scan` does this: it works without an installed dataops."),
        (["run"], 2, "Error: Missing option '--environment'."),
        (["run", "--enviroment", "dev"], 2, "Error: No such option '--enviroment'. Did you mean '--environment'?"),
        (["rollback"], 2, "Error: Give one of --to and --environment."),
        (["rollback", "--to", "a", "--environment", "dev"], 2, "Error: Give one of --to and --environment."),
        (
            ["pipeline-demo", "--answers", "yes,perhaps"],
            2,
            "Error: Invalid value for '--answers': yes,perhaps contains",
        ),
        (["provoke", "--environment", "dev", "x"], 1, "Nothing is known that provokes 'x': `make provoke` lists what"),
        (["where", "--environment", "dev"], 1, "Name the file: make where FILE=name."),
        (["run", "--environment", "nowhere"], 1, "There is no environment nowhere: this project has "),
    ],
)
def test_a_mistake_ends_with_a_sentence_and_its_exit_code(words: list[str], code: int, sentence: str) -> None:
    done = python("-m", "dataops", *words)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.splitlines()[-1].startswith(sentence)


def test_outside_of_a_project_one_sentence_says_so(tmp_path: Path) -> None:
    done = python("-m", "dataops", "local", "--environment", "dev", folder=tmp_path)

    sentence = f"Error: {tmp_path} has no project.yaml: run dataops in the folder of a project.\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_a_package_that_is_missing_is_named_with_what_to_do() -> None:
    code = (
        "import sys\nsys.modules['duckdb'] = None\nsys.argv = ['dataops', 'query', '--help']\nimport dataops.__main__"
    )

    done = python("-c", code)

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The module duckdb is missing. Run `make setup`; ")


def completed(text: str) -> list[str]:
    number = str(len(text.split(" ")) - 1)
    done = python("-m", "dataops", _DATAOPS_COMPLETE="bash_complete", COMP_WORDS=text, COMP_CWORD=number)
    return [line.removeprefix("plain,") for line in done.stdout.splitlines()]


def test_a_shell_completes_verbs_builds_and_options() -> None:
    assert completed("dataops boot") == ["bootstrap", "bootstrap-remove"]
    assert completed("dataops delivery p") == ["plan", "pull-request"]
    assert completed("dataops destroy --") == ["--environment", "--help"]


# Programs that a command runs


def run(code: str) -> subprocess.CompletedProcess[str]:
    return python("-c", f"import sys\nfrom dataops.project.programs import run\n{code}")


def test_a_program_that_fails_ends_the_command_with_its_exit_code() -> None:
    done = run("run(sys.executable, '-c', 'print(1); raise SystemExit(3)')\nprint('not reached')")

    name = Path(sys.executable).name
    assert (done.returncode, done.stdout.splitlines()[1:]) == (3, ["1"])
    assert done.stdout.startswith(f"{name} -c ")


def test_a_program_that_is_missing_is_one_sentence() -> None:
    done = run("run('terrafrom', 'init')")

    assert (done.returncode, done.stderr) == (1, "terrafrom is not installed here, or not on the PATH.\n")


def test_a_program_that_is_interrupted_ends_by_itself(tmp_path: Path) -> None:
    """As Terraform does, which saves its state before it ends."""
    program = tmp_path / "program.py"
    program.write_text(
        "import signal, sys, time\n"
        "def end(*_):\n    time.sleep(1)\n    print('saved', flush=True)\n    sys.exit(4)\n"
        "signal.signal(signal.SIGINT, end)\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    code = (
        f"import sys\nfrom dataops.project.programs import run\nrun(sys.executable, {str(program)!r}, is_shown=False)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)

    assert process.stdout.read() == "saved\n"
    assert process.wait() == 4


@pytest.mark.parametrize(
    ("words", "programs"),
    [
        (["test"], [["python", "-m", "pytest", *tests.FASTER_MOTO, "--junit-xml", "reports/tests.xml"]]),
        (
            ["soak", "--seed", "7"],
            [["python", "-m", "pytest", *tests.FASTER_MOTO, "tests/test_schedules.py", "SEEDS=200", "SEED=7"]],
        ),
        (
            ["plan", "--environment", "pipeline"],
            [["terraform", "-chdir=pipeline", word, "-input=false"] for word in ("init", "plan")],
        ),
        (["upgrade"], [["python", "upgrade.py"]]),
        (
            ["upgrade", "--to", "1.2.0", "--preview", "--branch", "new"],
            [["python", "upgrade.py", "--to", "1.2.0", "--branch", "new", "--preview"]],
        ),
        (["sync"], [["python", "upgrade.py", "--sync"]]),
        (["adopt", "--template", "/t"], [["python", "upgrade.py", "--template", "/t", "--adopt"]]),
        (
            ["dataset", "--template", "/t", "--", "README.md"],
            [["python", "upgrade.py", "--template", "/t", "--dataset", str(PROJECT / "README.md")]],
        ),
    ],
)
def test_a_command_starts_its_programs(
    words: list[str], programs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def start(*words: str, variables: dict[str, str] | None = None, **_: Any) -> None:
        program = "python" if words[0] == sys.executable else Path(words[0]).name
        started.append([program, *words[1:], *(f"{name}={value}" for name, value in (variables or {}).items())])

    for module in (infrastructure, packages, template, tests):
        monkeypatch.setattr(module, "run", start)

    done = CliRunner().invoke(dataops, words)

    assert (done.exit_code, started) == (0, programs), done.output


@pytest.mark.parametrize(("words", "options"), [([], []), (["--newest"], ["--upgrade"])])
def test_lock_installs_uv_and_renews_every_lock_file(
    words: list[str], options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[list[str]] = []
    monkeypatch.setattr(packages, "run", lambda *words, **_: done.append([*words[1:]]))
    monkeypatch.setattr(packages, "renew", lambda *words: done.append([*words]))

    CliRunner().invoke(dataops, ["lock", *words])

    install = ["-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", packages.UV]
    assert done == [install, *([name, *options] for name in packages.FILES)]


@pytest.mark.parametrize(("verb", "name"), [("test-platform", "platform"), ("test-delivery", "walk")])
def test_acceptance_tests_come_with_the_package(verb: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(tests, "run", lambda *words, **_: started.append(words))

    CliRunner().invoke(dataops, [verb])

    ((*options, folder),) = started
    assert options == [sys.executable, "-m", "pytest", "--config-file", "pyproject.toml", "--rootdir", "."]
    assert Path(folder).name == name and list(Path(folder).glob("test_*.py"))
