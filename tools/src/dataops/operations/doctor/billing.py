"""Checks whether a monthly budget would count anything."""

from typing import Any

from dataops.operations.doctor.check import Check, or_reason, reasons_in
from dataops.operations.doctor.finding import Finding, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader, UnreadError

TAG = "Deployment"


def read_billing(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read whether IAM identities see budgets here, and whether the tag is active in billing."""
    return {
        "budgets": or_reason(lambda: reader.ask("budgets", "DescribeBudgets", AccountId=needs.account, MaxResults=1)),
        "tags": or_reason(lambda: reader.ask("ce", "ListCostAllocationTags", TagKeys=[TAG])["CostAllocationTags"]),
    }


def check_billing(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check the tag of the budget, which somebody must have activated."""
    findings = reasons_in(found)
    tags = found["tags"]
    if not isinstance(tags, UnreadError) and not any(tag["Status"] == "Active" for tag in tags):
        says = f"The cost-allocation tag {TAG} is not active: the budget of {needs.environment} counts nothing."
        findings.append(
            look(says, "Activate it in the paying account once something has it: Billing, Cost allocation tags.")
        )
    return findings or [fine(f"budgets can be read, and the tag {TAG} is active")]


CHECKS = [Check("budget", read_billing, check_billing, lambda needs: needs.entry["monthly_budget"] is not None)]
