"""Tests of `make destroy` for a whole environment in use: ends runs, empties buckets, includes late access logs."""

import os

from dataops.acceptance.platform.project_copy import Command, run
from dataops.acceptance.platform.running_project import RunningProject, orders
from dataops.local_platform import way_to_s3_control
from dataops.project.terraform import NEVER_LOCALLY

STATE = """
import sys
from dataops.project.running import folder_of, running_platform
from dataops.project import PROJECT
from dataops.project.terraform import Terraform

platform = running_platform(sys.argv[1])
folder = folder_of(platform.environment) / "terraform"
terraform = Terraform(PROJECT / platform.environment, folder, platform.process_environment)
sys.exit(f"left: {terraform.resources()}" if terraform.resources() else 0)
"""


def make_destroy(project: RunningProject) -> Command:
    """Run `make destroy` and type the environment's name."""
    shell = {name: value for name, value in os.environ.items() if name not in NEVER_LOCALLY}
    platform = project.platform
    return run(
        project.folder,
        *("-m", "dataops", "destroy", "--environment", project.environment),
        environment=shell | platform.process_environment | way_to_s3_control(platform.address),
        typed=f"{project.environment}\n",
    )


def test_an_environment_at_work_is_destroyed_although_access_logs_come_late(project: RunningProject) -> None:
    project.ask("hold", jobs=True)
    file = project.upload("orders/until-the-end.csv", orders(3))
    project.wait_for("CLAIMED", file)
    project.ask("late-access-logs")

    done = make_destroy(project)

    assert done.code == 0, done.said
    assert f"ending 1 runs of {project.name('orders')}" in done.said
    assert "Something was written into a bucket meanwhile" in done.said
    assert f"{project.environment} is destroyed." in done.said
    left = run(project.folder, "-c", STATE, project.environment)
    assert left.code == 0, left.said
    buckets = {each["Name"] for each in project.s3.list_buckets()["Buckets"]}
    assert not buckets & set(project.settings["buckets"].values())
