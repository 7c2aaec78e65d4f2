"""How long `terraform plan` of one environment takes with 1, 10 and 100 datasets, with the real provider."""

import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.template import ROOT, copy_of_the_template

DATASETS = (1, 10, 100)


def project_with(datasets: int, template: Path, folder: Path) -> Path:
    """A generated project with so many datasets, its archives built."""
    names = ", ".join(f"dataset_{number}" for number in range(datasets))
    answers = ["--no-input", "-o", str(folder / str(datasets)), f"datasets={names}"]
    cookiecutter = Path(sys.executable).with_name("cookiecutter")
    subprocess.run([cookiecutter, template, *answers], check=True, capture_output=True)
    project = folder / str(datasets) / "acme-sales"
    subprocess.run([sys.executable, "build_archives.py"], cwd=project, check=True, capture_output=True)
    return project


def measure() -> list[tuple[str, str]]:
    """Rows of (what, figure)."""
    from moto.server import ThreadedMotoServer

    sys.path.insert(0, str(ROOT / "tests"))
    from terraform_runner import Terraform, resources

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ["MOTO_ACCOUNT_ID"] = "111111111111"
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = copy_of_the_template(folder / "template")
        terraform = Terraform(folder, "http://{}:{}".format(*server.get_host_and_port()))
        for datasets in DATASETS:
            project = project_with(datasets, template, folder)
            terraform.init(project / "dev")
            started = time.perf_counter()
            plan = terraform.plan(project / "dev")
            seconds = time.perf_counter() - started
            rows.append((f"plan with {datasets} datasets", f"{seconds:.1f} s, {len(resources(plan))} resources"))
    server.stop()
    return rows
