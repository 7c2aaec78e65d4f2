"""Checks the account's quotas against the use of a deployment."""

from typing import Any

from dataops.cost.stack import DPU
from dataops.operations.doctor.check import Check
from dataops.operations.doctor.finding import Finding, fails, fine, look
from dataops.operations.doctor.needs import Needs
from dataops.operations.doctor.reading import Reader

# Lambda refuses a reservation that leaves less: 10 in accounts with small quotas, 100 otherwise.
# Lambda Developer Guide, "Configuring reserved concurrency"; its error says "below its minimum value of [10]".
LEAST_UNRESERVED, USUALLY_UNRESERVED = 10, 100
USUAL_EXECUTIONS = 1000
UNKNOWN_QUOTA = ("NoSuchResourceException",)
# EventBridge User Guide, "Amazon EventBridge quotas".
RULES_OF_A_BUS, RULES_OF_A_SMALL_BUS, SMALL_BUSES = 300, 100, ("af-south-1", "eu-south-1")
BUILD_SIZES = {"L-9D07B6EF": "Linux/Small", "L-2DC20C30": "Linux/Medium"}
BUILDS_SIDE_BY_SIDE = 2
RAISE = "Ask AWS for more: Service Quotas, {service}, {code}."


def quota(reader: Reader, service: str, code: str) -> float | None:
    """Return a quota of this account, or None if Service Quotas does not have it."""
    found = reader.ask("service-quotas", "GetServiceQuota", UNKNOWN_QUOTA, ServiceCode=service, QuotaCode=code)
    return float(found["Quota"]["Value"]) if found else None


def read_executions(needs: Needs, reader: Reader) -> dict[str, int]:
    """Read the account's concurrency, its unreserved part, and the reservations of this deployment."""
    limit = reader.ask("lambda", "GetAccountSettings")["AccountLimit"]
    held = 0
    for verb in needs.capacity["reserved_executions"]:
        name = f"{needs.prefix}-{verb.replace('_', '-')}"
        missing = ("ResourceNotFoundException",)
        own = reader.ask("lambda", "GetFunctionConcurrency", missing, FunctionName=name) or {}
        held += own.get("ReservedConcurrentExecutions", 0)
    return {"all": limit["ConcurrentExecutions"], "unreserved": limit["UnreservedConcurrentExecutions"], "held": held}


def check_executions(needs: Needs, found: dict[str, int]) -> list[Finding]:
    """Check concurrency: AWS refuses a reservation that leaves too few executions unreserved."""
    reserved = sum(needs.capacity["reserved_executions"].values())
    left = found["unreserved"] + found["held"] - reserved
    least = USUALLY_UNRESERVED if found["all"] >= USUAL_EXECUTIONS else LEAST_UNRESERVED
    says = f"Lambda may run {found['all']} at once in this account; {needs.environment} reserves {reserved}"
    if not reserved or left >= USUALLY_UNRESERVED:
        return [fine(says)]
    wanted = found["all"] + least - left
    advice = (
        f"Ask AWS for at least {wanted} (Service Quotas, Lambda, L-B99A9384), or set `reserved_concurrency: false`."
    )
    if left < least:
        return [fails(f"{says}, and AWS keeps {least} that nobody may reserve.", advice)]
    return [look(f"{says}, which leaves {left}; AWS keeps {LEAST_UNRESERVED} to {USUALLY_UNRESERVED}.", advice)]


def read_rules(needs: Needs, reader: Reader) -> dict[str, Any]:
    """Read the rules of the default bus, and their quota."""
    rules = [rule["Name"] for rule in reader.ask_all("events", "ListRules", "Rules")]
    return {"rules": rules, "most": quota(reader, "events", "L-244521F2")}


def check_rules(needs: Needs, found: dict[str, Any]) -> list[Finding]:
    """Check rules: those of other owners and of this deployment share one bus."""
    usual = RULES_OF_A_SMALL_BUS if needs.region in SMALL_BUSES else RULES_OF_A_BUS
    most, made = int(found["most"] or usual), needs.capacity["event_rules"]
    others = sum(not name.startswith(f"{needs.prefix}-") for name in found["rules"])
    says = f"The event bus holds {others} of {most} rules; {needs.environment} makes {made}"
    if others + made <= most:
        return [fine(says)]
    return [fails(f"{says}.", RAISE.format(service="EventBridge", code="L-244521F2"))]


def read_builds(needs: Needs, reader: Reader) -> dict[str, float | None]:
    """Read the quota of concurrent builds of each size."""
    return {size: quota(reader, "codebuild", code) for code, size in BUILD_SIZES.items()}


def check_builds(needs: Needs, found: dict[str, float | None]) -> list[Finding]:
    """Check the quota of concurrent builds: 0 stops every delivery; with 1, deliveries and pull requests wait."""
    findings = []
    for code, size in BUILD_SIZES.items():
        most, advice = found[size], RAISE.format(service="CodeBuild", code=code)
        if most == 0:
            findings.append(
                fails(f"CodeBuild may run no {size} build: every delivery stops at its first build.", advice)
            )
        elif most is not None and most < BUILDS_SIDE_BY_SIDE:
            says = f"CodeBuild may run {most:.0f} {size} build at once: a second one is refused while it runs."
            findings.append(look(says, advice))
    hint = "; a new account's real limit may be lower, then the first build fails with 'Cannot have more than 0 builds'"
    known = [f"{most:.0f} {size}" for size, most in found.items() if most is not None]
    return findings or [fine(f"CodeBuild may run {' and '.join(known) or 'AWS-defined numbers of'} builds{hint}")]


def read_glue(needs: Needs, reader: Reader) -> dict[str, float | None]:
    """Read the quotas of concurrent job runs and of data processing units."""
    return {"runs": quota(reader, "glue", "L-5E4153CA"), "dpu": quota(reader, "glue", "L-08F3B322")}


def check_glue(needs: Needs, found: dict[str, float | None]) -> list[Finding]:
    """Check Glue: a run that needs more than the quota never starts; runs that exceed it together wait."""
    jobs, per_run = len(needs.datasets), needs.entry["workers"] * DPU[needs.entry["worker_type"]]
    runs, dpu = found["runs"], found["dpu"]
    says = f"{jobs} jobs of {per_run} DPU each want {jobs * per_run} DPU at once"
    if dpu is not None and dpu < per_run:
        advice = f"{RAISE.format(service='Glue', code='L-08F3B322')} Or lower `workers` in project.yaml."
        return [fails(f"One run takes {per_run} DPU, but Glue may use {dpu:.0f} in this account.", advice)]
    if runs is not None and runs < 1:
        return [fails("Glue may run no job in this account.", RAISE.format(service="Glue", code="L-5E4153CA"))]
    wanted = [("runs", runs, jobs), ("DPU", dpu, jobs * per_run)]
    short = [f"{most:.0f} {what}" for what, most, least in wanted if most is not None and most < least]
    if short:
        advice = "Datasets whose files arrive together wait for each other. Ask AWS for more: Service Quotas, Glue."
        return [look(f"{says}; Glue may have {' and '.join(short)}.", advice)]
    return [fine(f"{says}; Glue may have them" if runs is not None and dpu is not None else says)]


def read_policies(needs: Needs, reader: Reader) -> dict[str, int]:
    """Read the number of roles and policies of the account, and their quotas."""
    found: dict[str, int] = reader.ask("iam", "GetAccountSummary")["SummaryMap"]
    return found


def check_policies(needs: Needs, found: dict[str, int]) -> list[Finding]:
    """Check policies: each Lambda has a role of its own, so there must be room for all."""
    wanted = len(needs.capacity["lambdas"])
    findings = []
    for kind in ("Roles", "Policies"):
        room = found.get(f"{kind}Quota", 10**6) - found.get(kind, 0)
        if room < wanted:
            says = f"IAM has room for {room} more {kind.lower()}."
            findings.append(fails(says, "Remove unused ones, or ask AWS for more in Service Quotas, IAM."))
    says = f"IAM holds {found.get('Roles', 0)} roles and {found.get('Policies', 0)} policies, and has room"
    return findings or [fine(says)]


def in_an_environment(needs: Needs) -> bool:
    """Return whether this is an environment: the delivery account has no jobs and no network."""
    return not needs.is_pipeline


CHECKS = [
    Check("Lambda concurrency", read_executions, check_executions),
    Check("event rules", read_rules, check_rules),
    Check("concurrent builds", read_builds, check_builds, lambda needs: needs.is_pipeline),
    Check("Glue runs and DPU", read_glue, check_glue, in_an_environment),
    Check("roles and policies", read_policies, check_policies),
]
