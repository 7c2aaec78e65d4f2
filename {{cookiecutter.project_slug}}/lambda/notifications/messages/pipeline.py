"""A delivery starts, waits for approval, succeeds or stops; or a drift check finds a difference."""

from notifications.message import NOTHING, Message, counted, person
from notifications.place import Place


def pipeline_started(place: Place, execution: str) -> Message:
    """A commit is on its way."""
    return Message(
        kinds=("pipeline started",),
        place=place,
        headline="a delivery started",
        facts=["A change is being delivered to every environment, one after the other."],
        next_steps=["Nothing. Approvers are notified when a plan waits for them."],
        links=_links(place, execution),
        values={"execution": execution},
    )


def approval_needed(
    place: Place, execution: str, environment: str, summary: list[str], details: str, minutes: int
) -> Message:
    """`summary` of the plan in lines, `details` its address, `minutes` how long an answer is waited for."""
    return Message(
        kinds=("approval needed",),
        place=place,
        headline=f"the plan for {environment} waits for approval",
        facts=[f"The plan would change in {environment}:", *summary],
        next_steps=[
            "Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.",
            f"Without an answer it is rejected after {_span(minutes)}.",
        ],
        links={"plan": details} | _links(place, execution),
        values={"execution": execution, "approval_of": environment},
    )


def approval_waits(place: Place, execution: str, environment: str, minutes: int, left: int) -> Message:
    """The plan has waited for so many minutes, and so many are left until it is rejected."""
    return Message(
        kinds=("approval needed",),
        place=place,
        headline=f"the plan for {environment} still waits for approval",
        facts=[
            f"The plan for {environment} has waited for {_span(minutes)}.",
            "Later merges wait behind it.",
        ],
        next_steps=[
            "Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.",
            f"Without an answer it is rejected in {_span(left)}.",
        ],
        links=_links(place, execution),
        values={"execution": execution, "approval_of": environment, "minutes": minutes},
    )


def approval_refused(place: Place, execution: str, environment: str, who: str, said: str) -> Message:
    """`who` and `said` (the comment) are empty if nobody answered."""
    by = f"{person(who)} rejected it" if who else "It was rejected, or nobody answered in time"
    return Message(
        kinds=("pipeline failed",),
        place=place,
        headline=f"the plan for {environment} is not approved",
        facts=[
            f"{by}{f': {said.strip()}' if said.strip() else ''}.".replace("..", "."),
            f"{environment} and later environments did not change.",
        ],
        next_steps=["Change it with a pull request. The next delivery makes a new plan, so nothing is lost."],
        links=_links(place, execution),
        values={"execution": execution, "approval_of": environment},
    )


def delivered(place: Place, execution: str, commit: str, facts: list[str], links: dict[str, str]) -> Message:
    """A commit has reached every environment; `facts` and `links` for each of them."""
    return Message(
        kinds=("pipeline succeeded",),
        place=place,
        headline=f"{commit[:12]} is delivered",
        facts=facts,
        next_steps=[NOTHING],
        links=links | _links(place, execution),
        values={"execution": execution, "commit": commit},
    )


def stopped(place: Place, execution: str, headline: str, reason: str) -> Message:
    """A build stopped; the reason states whether anything was changed."""
    return Message(
        kinds=("pipeline failed",),
        place=place,
        headline=headline,
        facts=[reason, "Later environments did not change."],
        next_steps=['What to do in each case: docs/delivery.md, "When the apply refuses" and the sections after it.'],
        links=_links(place, execution),
        values={"execution": execution},
    )


def pipeline_failed(place: Place, execution: str, stage: str, action: str, said: str, log: str) -> Message:
    """An action failed; `said` is the text of AWS. `action` is empty if the stage failed before its first action."""
    facts = [f"{action} of {stage} failed{f': {said.strip()}' if said.strip() else '.'}"] if action else []
    return Message(
        kinds=("pipeline failed",),
        place=place,
        headline=f"{stage}: {action} failed" if action else "a delivery stopped",
        facts=[
            *(facts or ["A stage failed before its first action: its deploy window was not open."]),
            "Later environments did not change.",
        ],
        next_steps=[
            "Read the cause in the build's log." if log else "See in the pipeline where it stopped.",
            "Then retry the stage, or fix it with a pull request: docs/delivery.md.",
        ],
        links=({"log": log} if log else {}) | _links(place, execution),
        values={"execution": execution, "stage": stage, "action": action},
    )


def build_failed(place: Place, project: str, status: str, log: str) -> Message:
    """A build that is not part of a delivery and that nobody waits for."""
    return Message(
        kinds=("alarm",),
        place=place,
        headline=f"build {project.removeprefix(f'{place.prefix}-')} {status.lower().replace('_', ' ')}",
        facts=[f"The build {project} ended as {status}, so its check was not done."],
        next_steps=["Read the cause in its log, fix it, and start the build again."],
        links={"log": log} if log else {},
        values={"build": project, "status": status},
    )


def infrastructure_drift(place: Place, environments: list[str], facts: list[str], next_steps: list[str]) -> Message:
    """Something differs from what was deployed."""
    return Message(
        kinds=("drift found",),
        place=place,
        headline=f"drift in {', '.join(environments)}",
        facts=facts,
        next_steps=next_steps,
        values={"environments": environments},
    )


def _span(minutes: int) -> str:
    amount, unit = (minutes // 1440, "day") if minutes >= 2880 and minutes % 1440 == 0 else (minutes // 60, "hour")
    return counted(amount, unit) if amount else counted(minutes, "minute")


def _links(place: Place, execution: str) -> dict[str, str]:
    return {"pipeline": place.execution(place.prefix, execution)} if execution else {}
