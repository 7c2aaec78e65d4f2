"""The notifications of a delivery: starts, waits for approval, succeeds or stops; and of the drift check."""

from notifications.message import NOTHING, Message, counted, person
from notifications.origin import Origin


def pipeline_started(origin: Origin, execution: str) -> Message:
    """Return the notification of a started delivery."""
    return Message(
        kinds=("pipeline started",),
        origin=origin,
        headline="a delivery started",
        facts=["The pipeline delivers a change to one environment after the other."],
        next_steps=["Nothing. Approvers are notified when a plan waits for them."],
        links=_links(origin, execution),
        values={"execution": execution},
    )


def approval_needed(
    origin: Origin, execution: str, environment: str, summary: list[str], details: str, minutes: int
) -> Message:
    """Return the request: `summary` of the plan in lines, `details` its address, `minutes` until it is rejected."""
    return Message(
        kinds=("approval needed",),
        origin=origin,
        headline=f"the plan for {environment} waits for approval",
        facts=[f"The plan would change in {environment}:", *summary],
        next_steps=[
            "Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.",
            f"Without an answer it is rejected after {_span(minutes)}.",
        ],
        links={"plan": details} | _links(origin, execution),
        values={"execution": execution, "approval_of": environment},
    )


def approval_waits(origin: Origin, execution: str, environment: str, minutes: int, left: int) -> Message:
    """Return the reminder: the plan's waiting time in minutes, and the minutes until it is rejected."""
    return Message(
        kinds=("approval needed",),
        origin=origin,
        headline=f"the plan for {environment} still waits for approval",
        facts=[
            f"The plan for {environment} has waited for {_span(minutes)}.",
            "Later merges wait behind it.",
        ],
        next_steps=[
            "Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.",
            f"Without an answer it is rejected in {_span(left)}.",
        ],
        links=_links(origin, execution),
        values={"execution": execution, "approval_of": environment, "minutes": minutes},
    )


def approval_refused(origin: Origin, execution: str, environment: str, who: str, said: str) -> Message:
    """Return the rejection; `who` and `said` (the comment) are empty if nobody answered."""
    by = f"{person(who)} rejected it" if who else "It was rejected, or nobody answered in time"
    return Message(
        kinds=("pipeline failed",),
        origin=origin,
        headline=f"the plan for {environment} is not approved",
        facts=[
            f"{by}{f': {said.strip()}' if said.strip() else ''}.".replace("..", "."),
            f"{environment} and later environments did not change.",
        ],
        next_steps=["Change it with a pull request. The next delivery makes a new plan, so nothing is lost."],
        links=_links(origin, execution),
        values={"execution": execution, "approval_of": environment},
    )


def delivered(origin: Origin, execution: str, commit: str, facts: list[str], links: dict[str, str]) -> Message:
    """Return the notification of a commit in every environment; `facts` and `links` for each of them."""
    return Message(
        kinds=("pipeline succeeded",),
        origin=origin,
        headline=f"{commit[:12]} is delivered",
        facts=facts,
        next_steps=[NOTHING],
        links=links | _links(origin, execution),
        values={"execution": execution, "commit": commit},
    )


def stopped(origin: Origin, execution: str, headline: str, reason: str) -> Message:
    """Return the notification of a stopped build; the reason states whether anything was changed."""
    return Message(
        kinds=("pipeline failed",),
        origin=origin,
        headline=headline,
        facts=[reason, "Later environments did not change."],
        next_steps=['What to do in each case: docs/delivery.md, "When the apply refuses" and the sections after it.'],
        links=_links(origin, execution),
        values={"execution": execution},
    )


def pipeline_failed(origin: Origin, execution: str, stage: str, action: str, said: str, log: str) -> Message:
    """Return the failed action; `said` is AWS's text. `action` is empty if the stage failed before its first action."""
    facts = [f"{action} of {stage} failed{f': {said.strip()}' if said.strip() else '.'}"] if action else []
    return Message(
        kinds=("pipeline failed",),
        origin=origin,
        headline=f"{stage}: {action} failed" if action else "a delivery stopped",
        facts=[
            *(facts or ["A stage failed before its first action: its deploy window was not open."]),
            "Later environments did not change.",
        ],
        next_steps=[
            "Read the cause in the build's log." if log else "See in the pipeline where it stopped.",
            "Then retry the stage, or fix it with a pull request: docs/delivery.md.",
        ],
        links=({"log": log} if log else {}) | _links(origin, execution),
        values={"execution": execution, "stage": stage, "action": action},
    )


def build_failed(origin: Origin, project: str, status: str, log: str) -> Message:
    """Return the notification of a failed build outside of a delivery, which nobody waits for."""
    return Message(
        kinds=("alarm",),
        origin=origin,
        headline=f"build {project.removeprefix(f'{origin.prefix}-')} {status.lower().replace('_', ' ')}",
        facts=[f"The build {project} ended as {status}, so its check was not done."],
        next_steps=["Read the cause in its log, fix it, and start the build again."],
        links={"log": log} if log else {},
        values={"build": project, "status": status},
    )


def infrastructure_drift(origin: Origin, environments: list[str], facts: list[str], next_steps: list[str]) -> Message:
    """Return the notification of differences from what was deployed."""
    return Message(
        kinds=("drift found",),
        origin=origin,
        headline=f"drift in {', '.join(environments)}",
        facts=facts,
        next_steps=next_steps,
        values={"environments": environments},
    )


def _span(minutes: int) -> str:
    amount, unit = (minutes // 1440, "day") if minutes >= 2880 and minutes % 1440 == 0 else (minutes // 60, "hour")
    return counted(amount, unit) if amount else counted(minutes, "minute")


def _links(origin: Origin, execution: str) -> dict[str, str]:
    return {"pipeline": origin.execution(origin.prefix, execution)} if execution else {}
