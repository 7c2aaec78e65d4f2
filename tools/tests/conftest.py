"""One project from the default answers for all tests. `dataops` is imported in its folder, as its commands are.

The process that pytest starts generates the project, and the workers of xdist use the same one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[1]
# Names the project to a worker; set it yourself to use a project that exists, which saves its generation.
NAMED = "DATAOPS_TEST_PROJECT"
MADE_HERE = NAMED not in os.environ


def generated(folder: Path) -> Path:
    """A project from the default answers, and what its people have after `git init`."""
    sys.path.insert(0, str(TOOLS.parent))
    from benches.template import copy_of_the_template

    template = copy_of_the_template(folder / "template")
    command = [str(Path(sys.executable).with_name("cookiecutter")), str(template), "--no-input", "--default-config"]
    environment = os.environ | {"HOME": str(folder), "TMPDIR": str(folder)}
    subprocess.run([*command, "--output-dir", str(folder / "output")], check=True, capture_output=True, env=environment)
    (project,) = (folder / "output").iterdir()
    return project


def enter(project: Path) -> None:
    """Go into the project, and import from it and from the tools, here and in child processes."""
    os.chdir(project)
    folders = (TOOLS / "src", project, project / "lambda", project / "files", project / "tests", project / "tests/etl")
    sys.path[:0] = [str(folder) for folder in folders]
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = str(TOOLS / "src")
    os.environ["PYTHONPATH"] = os.pathsep.join([own, *(each for each in inherited if each not in ("", own))])


# A shell that `make names` has led to a platform, or a build of the pipeline: no test may reach what it works on.
for _name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"))]:
    del os.environ[_name]
if MADE_HERE:
    os.environ[NAMED] = str(generated(Path(tempfile.mkdtemp(prefix="dataops-tools-tests-"))))
enter(Path(os.environ[NAMED]))

from event_chain import aws, chain  # noqa: E402, F401 (fixtures of the project's own tests)

from dataops.local_aws.glue.class_archive import submit_arguments  # noqa: E402

# As `dataops test` does.
from dataops.local_aws.moto_patches.patches_serialization import pytest_collection_finish  # noqa: E402, F401

# Of the Spark of these tests; `make test` makes the archive.
os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(None)


def pytest_configure(config: pytest.Config) -> None:
    """The process that only distributes goes back, because its workers look up their arguments where it is."""
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        os.chdir(config.invocation_params.dir)


def pytest_unconfigure() -> None:
    if MADE_HERE:
        shutil.rmtree(Path(os.environ[NAMED]).parents[1], ignore_errors=True)
