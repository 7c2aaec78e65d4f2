"""A Lambda's environment is measured as Lambda measures it: its JSON, with the quotes inside of values escaped."""

import json
import shutil
from pathlib import Path

import yaml
from terraform_runner import Terraform

LIMIT = 4096


def test_an_environment_whose_json_is_too_long_is_refused_although_its_characters_fit(
    planned_project: Path, tmp_path: Path, terraform: Terraform
) -> None:
    project = shutil.copytree(planned_project, tmp_path / "project", symlinks=True)
    hosts = {f"c{number:02}": f"{number:02}{'x' * 30}" for number in range(83)}
    databases = json.dumps({name: f"{host}:5432" for name, host in hosts.items()}, separators=(",", ":"))
    assert len("DATABASES") + len(databases) < LIMIT - 100 < LIMIT < len(json.dumps({"DATABASES": databases}))
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["environments"][0]["jdbc"] = {
        name: {"url": f"jdbc:postgresql://{host}:5432/db", "secret": "s"} for name, host in hosts.items()
    }
    path.write_text(json.dumps(settings), encoding="utf-8")

    done = terraform.run(project / "dev", "plan", "-input=false", "-lock=false", "-refresh=false")

    assert done.returncode != 0
    said = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert "The environment of check_connections holds more than the 4 KB that AWS allows" in said
