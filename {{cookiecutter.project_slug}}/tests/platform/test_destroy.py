"""The end of a platform: once its buckets are empty, everything that was made can be removed."""

from project_copy import run
from running_project import RunningProject

DESTROY = """
import sys
from local.running import PROJECT, folder_of, running_platform
from local.terraform import Terraform

platform = running_platform(sys.argv[1])
folder = folder_of(platform.environment) / "terraform"
terraform = Terraform(PROJECT / platform.environment, folder, platform.process_environment)
terraform.destroy(lambda address, number, count: None)
sys.exit(f"left: {terraform.resources()}" if terraform.resources() else 0)
"""


def test_once_the_buckets_are_empty_destroy_leaves_nothing(project: RunningProject) -> None:
    for name in project.settings["buckets"].values():
        for page in project.s3.get_paginator("list_object_versions").paginate(Bucket=name):
            stored = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            for each in stored if name != project.settings["buckets"]["script"] else []:
                project.s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])

    done = run(project.folder, "-c", DESTROY, project.environment)

    assert done.code == 0, done.said
    assert project.settings["buckets"]["input"] not in [each["Name"] for each in project.s3.list_buckets()["Buckets"]]
