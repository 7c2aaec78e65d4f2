"""The smoke test of one environment: a canary file flies through the real chain, is checked, and leaves no trace."""

import time

import boto3

from dataops.delivery.build import Build, access_of, credentials_of, this_build
from dataops.delivery.canary import COUNTED, Canary
from dataops.delivery.canary_traces import remove_traces
from dataops.delivery.deployed import record_smoke_test
from dataops.delivery.refusal import refusals_published
from dataops.project import PROJECT
from dataops.project.deployment import Deployment
from dataops.project.job_settings import settings_of


def main() -> None:
    """Test what was just applied, and note down how it ended."""
    build = this_build()
    with refusals_published(f"The smoke test of {build.environment}", build.refuse):
        deployment = deployed_environment(build)
        result, began = "failed", time.monotonic()
        measured: dict[str, str] = {}
        try:
            smoke_test(Canary(deployment))
            result, measured = "passed", {"rows": str(COUNTED["published"])}
        finally:
            measured["seconds"] = str(round(time.monotonic() - began))
            record_smoke_test(boto3.client("s3"), build, result, **measured)
    print(f"The smoke test of {build.environment} passed: the chain carries a file from upload to published rows.")


def deployed_environment(build: Build) -> Deployment:
    """The environment, with the credentials of the role that may send canaries there."""
    settings = settings_of(PROJECT, build.environment)
    credentials = credentials_of(build.variables.get("ROLE_ARN"), build)
    return Deployment(build.environment, settings, access_of(credentials, settings["environment"]["region"]))


def smoke_test(canary: Canary) -> None:
    """Fly; whatever happens, clean up, also what an earlier test was kept from cleaning."""
    remove_traces(canary.deployment)
    try:
        canary.fly()
    finally:
        remove_traces(canary.deployment)
