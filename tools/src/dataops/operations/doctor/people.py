"""Checks the roles of people in project.yaml: pipeline/ and bootstrap/ attach policies to them."""

from typing import Any

from dataops.operations.doctor.check import Check, known_in, read_each, reasons_in
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

# AWS allows no policy attachments to the roles of IAM Identity Center; a permission set names them.
IDENTITY_CENTER = "AWSReservedSSO_"
# IAM User Guide, "IAM and AWS STS quotas": managed policies attached to an IAM role.
POLICIES_OF_A_ROLE = 10


def read_people(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the attached policies of each role, or None if the role does not exist."""
    return read_each(needs.people, lambda role: policies_of(role, reader))


def policies_of(role: str, reader: Reader) -> list[str] | None:
    """Return the names of the managed policies of a role."""
    if reader.ask("iam", "GetRole", absent=("NoSuchEntity",), RoleName=role) is None:
        return None
    attached = reader.ask_all("iam", "ListAttachedRolePolicies", "AttachedPolicies", RoleName=role)
    return [policy["PolicyName"] for policy in attached]


def check_people(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check that each role exists, and has room for what is attached to it."""
    findings = [finding for role, policies in known_in(found) for finding in check_person(needs, role, policies)]
    return [*findings, *reasons_in(found)] or [fine(f"{', '.join(found)}: there, with room for the project's policies")]


def check_person(needs: Needs, role: str, policies: list[str] | None) -> list[Finding]:
    """Return what is wrong with one role."""
    if policies is None:
        keys = "`approvers` or `delivery: developers`" if needs.is_pipeline else "`readers`"
        advice = f"Make the role, or correct {keys} in project.yaml."
        return [fails(f"There is no role {role} in account {needs.account}.", advice)]
    if role.startswith(IDENTITY_CENTER):
        advice = (
            f"Name the policies {needs.prefix}-... in its permission set: docs/change-management.md, docs/using.md."
        )
        return [look(f"{role} belongs to IAM Identity Center, so Terraform attaches nothing to it.", advice)]
    most = needs.policies_of_people[role]
    others = [name for name in policies if not name.startswith(f"{needs.prefix}-")]
    if len(others) + most <= POLICIES_OF_A_ROLE:
        return []
    says = f"{role} has {len(others)} managed policies of {POLICIES_OF_A_ROLE}; {most} more are attached."
    return [fails(says, "Join or detach some of them, or ask AWS for more: Service Quotas, IAM, L-0DA4ABF3.")]


CHECKS = [Check("approvers, developers, readers", read_people, check_people, lambda needs: bool(needs.people))]
