"""A local AWS and projects planned against it: fixtures of every test that needs a real plan."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from answer_matrix import ACCOUNT, DELIVERY
from dataops.local_aws.moto_patches import patches_serialization
from terraform_runner import Terraform


@pytest.fixture(scope="session")
def local_aws() -> Iterator[str]:
    """The address of a local AWS that knows the account of the first environment."""
    from moto.server import ThreadedMotoServer

    patch = pytest.MonkeyPatch()
    patch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    patches_serialization.patch_moto()
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    patch.undo()


@pytest.fixture(scope="session")
def terraform(local_aws: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """Terraform, pointed at the local AWS by environment variables only."""
    started = Terraform(tmp_path_factory.mktemp("terraform"), local_aws)
    yield started
    started.end()


@pytest.fixture(scope="session")
def existing_network(local_aws: str) -> str:
    """A VPC with two subnets that somebody else made, as the answer that names them."""
    ec2 = boto3.client(
        "ec2",
        endpoint_url=local_aws,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    blocks = {"eu-west-1a": "10.50.0.0/24", "eu-west-1b": "10.50.1.0/24"}
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for zone, block in blocks.items()
    ]
    return " ".join([vpc, *subnets])


def once_for_all_workers(factory: pytest.TempPathFactory, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns, as data: one worker of xdist makes it for all."""
    own = factory.getbasetemp()
    kept = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"{name}.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = json.dumps(make())
            kept.write_text(made, encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def build_archives(project: Path) -> None:
    """What `make plan` does first."""
    subprocess.run([sys.executable, "build_archives.py"], cwd=project, check=True, capture_output=True)


@pytest.fixture(scope="session")
def planned_project(
    bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, terraform: Terraform
) -> Path:
    """A project from the defaults with its archives built and its first environment initialised."""
    project = bake_into(tmp_path_factory.mktemp("planned"))
    build_archives(project)
    terraform.install(project / "dev")
    return project


@pytest.fixture(scope="session")
def plan(planned_project: Path, terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real plan of the default project's first environment."""
    return once_for_all_workers(tmp_path_factory, "plan", lambda: terraform.plan(planned_project / "dev"))


@pytest.fixture(scope="session")
def delivery_project(bake_into: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with developers, approvers and a window for its last environment, its archives built."""
    project = bake_into(tmp_path_factory.mktemp("delivery"), **DELIVERY)
    build_archives(project)
    return project


@pytest.fixture(scope="session")
def delivery_plan(delivery_project: Path, terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real plan of that project's pipeline."""
    return once_for_all_workers(
        tmp_path_factory, "delivery_plan", lambda: terraform.plan(delivery_project / "pipeline")
    )
