"""Checks the caller's identity: an identity of the account, in a region that project.yaml names."""

from typing import Any

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

ENABLED = ("opted-in", "opt-in-not-required")


def read_identity(needs: Needs, reader: Reader) -> dict[str, str]:
    """Read the caller identity. A region that is not enabled would reject any credentials as invalid."""
    found: dict[str, str] = reader.ask("sts", "GetCallerIdentity", region=enabled_region(needs))
    return found


def check_identity(needs: Needs, identity: dict[str, str]) -> list[Finding]:
    """Check that the account is the one of project.yaml."""
    if identity["Account"] == needs.account:
        return [fine(f"{identity['Arn']} in account {needs.account}")]
    meant = f"{needs.environment} is account {needs.account}"
    says = f"Your AWS credentials are of account {identity['Account']}, but {meant}. Nothing else was asked."
    return [fails(says, "Choose other credentials, for example AWS_PROFILE=..., or correct `account` in project.yaml.")]


def read_region(needs: Needs, reader: Reader) -> list[dict[str, Any]]:
    """Read the region's state in this account, from another region: a region that is not enabled does not answer."""
    given = {"AllRegions": True, "RegionNames": [needs.region]}
    answer = reader.ask(
        "ec2", "DescribeRegions", absent=("InvalidParameterValue",), region=enabled_region(needs), **given
    )
    return list((answer or {}).get("Regions", []))


def check_region(needs: Needs, regions: list[dict[str, Any]]) -> list[Finding]:
    """Check the region: one that an account has not enabled refuses every call."""
    if not regions:
        return [fails(f"AWS has no region {needs.region}.", "Correct `region` in project.yaml.")]
    if regions[0].get("OptInStatus", ENABLED[0]) in ENABLED:
        return [fine(f"{needs.region} is enabled")]
    says = f"Region {needs.region} is not enabled in account {needs.account}."
    return [fails(says, "An administrator enables it in the console: Account, AWS Regions. It takes some minutes.")]


def enabled_region(needs: Needs) -> str:
    """Return a region of the same partition that no account can disable."""
    return {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(partition_of(needs.region), "us-east-1")


def partition_of(region: str) -> str:
    """Return the partition of a region, as ARNs name it."""
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((partition for start, partition in starts.items() if region.startswith(start)), "aws")


IDENTITY = Check("your credentials", read_identity, check_identity)
CHECKS = [Check("region", read_region, check_region)]
