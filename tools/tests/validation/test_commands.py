"""Every command that works with the datasets of project.yaml refuses what its validator refuses, before it begins."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dataops.project import PROJECT

RULE = "  orders:\n"
SENTENCES = """project.yaml is refused:
- datasets, orders: 'maximum_bad_share' is now called maximum_quarantined_share.
- datasets, orders, primary_key: 'order' is not a column of the dataset. Did you mean order_id?
"""
COMMANDS = {
    "check": (["check"], 1),
    "local": (["local", "--environment", "dev"], 1),
    "run": (["run", "--environment", "dev"], 1),
    "doctor": (["doctor", "--environment", "dev"], 2),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose key is no column, with a setting of version 1.0.0."""
    left_out = shutil.ignore_patterns(".local", ".terraform*", "__pycache__")
    folder = shutil.copytree(PROJECT, tmp_path_factory.mktemp("broken") / "project", ignore=left_out)
    text = (folder / "project.yaml").read_text(encoding="utf-8")
    changed = text.replace(RULE, f"{RULE}    maximum_bad_share: 0.1\n").replace("[order_id]", "[order]")
    (folder / "project.yaml").write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_refuses_every_wrong_setting_by_name(name: str, broken: Path) -> None:
    words, code = COMMANDS[name]

    done = subprocess.run([sys.executable, "-m", "dataops", *words], cwd=broken, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (code, SENTENCES)
