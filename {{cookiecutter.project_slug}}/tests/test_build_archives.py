"""Tests of build_archives: an unchanged Lambda has an unchanged archive, on any machine, at any time."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
VARIABLES = (
    "PREFIX",
    "INPUT_BUCKET",
    "OUTPUT_BUCKET",
    "LEDGER_TABLE",
    "NOTIFICATION_ROUTES",
    "MAXIMUM_ATTEMPTS",
    "CANARY",
    "WORKER_TYPE",
    "WORKERS",
)
OF_RUNS = {"PREFIX", "OUTPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES", "WORKER_TYPE", "WORKERS"}
NEEDED = {
    "start_crawler": {"PREFIX", "INPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES"},
    "start_etl_job": OF_RUNS,
    "close_run": OF_RUNS | {"MAXIMUM_ATTEMPTS", "CANARY"},
    "sweep": set(VARIABLES),
    "notify": {"PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES"},
    "send_digest": {"PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES"},
}


def copy_of_the_project(folder: Path) -> Path:
    for name in ("lambda", "files"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "build_archives.py", folder)
    return folder


def build(project: Path) -> dict[str, bytes]:
    command = [sys.executable, "-I", "-S", str(project / "build_archives.py")]
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    return {path.name: path.read_bytes() for path in (project / "build").iterdir()}


def test_another_folder_day_and_file_mode_give_the_same_bytes(tmp_path: Path) -> None:
    here = copy_of_the_project(tmp_path / "here")
    there = copy_of_the_project(tmp_path / "a longer folder")
    for path in (there / "lambda").rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700)

    assert build(here) == build(there)


def test_windows_line_ends_give_the_same_bytes(tmp_path: Path) -> None:
    here, there = copy_of_the_project(tmp_path / "here"), copy_of_the_project(tmp_path / "there")
    for path in (there / "lambda").rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert build(here) == build(there)


def test_a_changed_source_gives_other_bytes(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "here")
    before = build(project)
    (project / "lambda/sweep.py").write_text("# changed\n")

    after = build(project)

    assert before["lambda.zip"] != after["lambda.zip"] and before["transforms.zip"] == after["transforms.zip"]


def test_the_archives_hold_the_handlers_and_the_modules_of_the_job(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "here")
    build(project)

    functions = zipfile.ZipFile(project / "build/lambda.zip").namelist()
    modules = zipfile.ZipFile(project / "build/transforms.zip").namelist()

    own = [path.relative_to(PROJECT / "lambda").as_posix() for path in (PROJECT / "lambda").rglob("*.py")]
    assert functions == sorted([*own, "column_name.py", "output_layout.py"])
    assert {*(f"{function}.py" for function in NEEDED), "notifications/messages/run.py"} <= set(functions)
    assert {"transforms/__init__.py", "steps/rules.py", "column_name.py", "output_layout.py"} <= set(modules)


def test_everything_that_a_handler_imports_is_in_the_archive_or_in_the_runtime(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "here")
    build(project)
    shutil.rmtree(project / "lambda")
    values = dict.fromkeys((*VARIABLES, "AWS_DEFAULT_REGION"), "x")
    values |= {"MAXIMUM_ATTEMPTS": "3", "WORKERS": "2", "NOTIFICATION_ROUTES": "[]"}
    program = f"import sys; sys.path.insert(0, {str(project / 'build/lambda.zip')!r}); "
    program += f"import {', '.join(NEEDED)}"

    subprocess.run([sys.executable, "-c", program], check=True, env=values, cwd=tmp_path)


@pytest.mark.parametrize("function", NEEDED)
def test_a_lambda_that_misses_a_variable_fails_at_import_and_names_it(function: str) -> None:
    program = f"""
import sys; sys.path[:0] = [{str(PROJECT / "lambda")!r}, {str(PROJECT / "files")!r}]
import os
needed = {sorted(NEEDED[function])!r}
for missing in needed:
    sys.modules.pop({function!r}, None)
    os.environ.update(dict.fromkeys(needed, "3"), AWS_DEFAULT_REGION="eu-west-1")
    os.environ[missing] = ""
    try:
        import {function}
    except RuntimeError as error:
        assert missing in str(error), error
    else:
        sys.exit(f"{{missing}} was not missed")
sys.modules.pop({function!r}, None)
os.environ.update(dict.fromkeys(needed, "3"))
import {function}
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={})


def test_an_empty_project_is_refused_in_one_sentence(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "build_archives.py", tmp_path)

    done = subprocess.run([sys.executable, str(tmp_path / "build_archives.py")], capture_output=True, text=True)

    assert done.returncode == 1 and done.stderr.startswith("lambda.zip would be empty")
    assert len(done.stderr.splitlines()) == 1
