"""Who asks, and whether that is an identity of the account and in a region that project.yaml names."""

from typing import Any

from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

ENABLED = ("opted-in", "opt-in-not-required")


def read_identity(needs: Needs, reader: Reader) -> dict[str, str]:
    """AWS's answer to: who am I? A region that is not enabled would take any credentials for invalid."""
    found: dict[str, str] = reader.ask("sts", "GetCallerIdentity", region=enabled_region(needs))
    return found


def judge_identity(needs: Needs, identity: dict[str, str]) -> list[Finding]:
    """The account must be the one of project.yaml."""
    if identity["Account"] == needs.account:
        return [fine(f"{identity['Arn']} in account {needs.account}")]
    meant = f"{needs.environment} is account {needs.account}"
    says = f"Your AWS credentials are of account {identity['Account']}, but {meant}. Nothing else was asked."
    return [fails(says, "Choose other credentials, for example AWS_PROFILE=..., or correct `account` in project.yaml.")]


def read_region(needs: Needs, reader: Reader) -> list[dict[str, Any]]:
    """The region's state in this account; a region that is off answers nothing itself, so another one is asked."""
    given = {"AllRegions": True, "RegionNames": [needs.region]}
    answer = reader.ask(
        "ec2", "DescribeRegions", absent=("InvalidParameterValue",), region=enabled_region(needs), **given
    )
    return list((answer or {}).get("Regions", []))


def judge_region(needs: Needs, regions: list[dict[str, Any]]) -> list[Finding]:
    """A region that an account has not enabled refuses every call."""
    if not regions:
        return [fails(f"AWS has no region {needs.region}.", "Correct `region` in project.yaml.")]
    if regions[0].get("OptInStatus", ENABLED[0]) in ENABLED:
        return [fine(f"{needs.region} is enabled")]
    says = f"Region {needs.region} is not enabled in account {needs.account}."
    return [fails(says, "An administrator enables it in the console: Account, AWS Regions. It takes some minutes.")]


def enabled_region(needs: Needs) -> str:
    """A region of the same partition that no account can switch off."""
    return {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(partition_of(needs.region), "us-east-1")


def partition_of(region: str) -> str:
    """The part of AWS that a region belongs to, as ARNs name it."""
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((partition for start, partition in starts.items() if region.startswith(start)), "aws")


IDENTITY = Check("your credentials", read_identity, judge_identity)
CHECKS = [Check("region", read_region, judge_region)]
