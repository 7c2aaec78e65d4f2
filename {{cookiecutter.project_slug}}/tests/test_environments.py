"""Every environment of project.yaml has its folder and its state there, and no other folder takes itself for one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
SETTINGS = yaml.safe_load((PROJECT / "project.yaml").read_text(encoding="utf-8"))
SYNC = "project.yaml has changed since the folders were made: run make sync."
# They have a state as well, and are no environment.
OTHERS = {"bootstrap", "pipeline"}


def test_every_environment_has_a_folder_and_every_folder_is_one() -> None:
    folders = {path.parent.name for path in PROJECT.glob("*/backend.tf")} - OTHERS

    assert folders == {environment["name"] for environment in SETTINGS["environments"]}, SYNC


@pytest.mark.parametrize("environment", SETTINGS["environments"], ids=lambda environment: environment["name"])
def test_the_state_of_an_environment_lies_in_its_own_account_and_region(environment: dict[str, Any]) -> None:
    backend = (PROJECT / environment["name"] / "backend.tf").read_text(encoding="utf-8")

    assert f'-{environment["name"]}-state-{environment["account"]}"' in backend, SYNC
    assert f'"{environment.get("region", SETTINGS["region"])}"' in backend, SYNC
