"""A delivery as its builds tell of it: it waits for an approval, is done, was stopped, or finds what nobody deployed.

What only an event tells, such as a pull request, is put into words where the event is matched: pipeline/message.tf.
"""

from message import Message
from place import Place


def approval_needed(
    place: Place, execution: str, environment: str, summary: list[str], details: str, minutes: int
) -> Message:
    """`summary` of the plan in lines, `details` its address, `minutes` how long an answer is waited for."""
    wait = f"{minutes // 1440} days" if minutes % 1440 == 0 else f"{minutes // 60} hours"
    return Message(
        kinds=("approval needed",),
        place=place,
        headline=f"the plan for {environment} waits for approval",
        facts=[f"What would be changed in {environment}:", *summary],
        next_steps=[
            "Read the plan, then approve or reject it in the pipeline. Exactly this plan is applied.",
            f"Without an answer it is rejected after {wait}.",
        ],
        links={"plan": details} | _links(place, execution),
        values={"execution": execution, "approval_of": environment},
    )


def delivered(place: Place, execution: str, commit: str, facts: list[str], links: dict[str, str]) -> Message:
    """A commit has reached every environment; `facts` and `links` for each of them."""
    return Message(
        kinds=("pipeline succeeded",),
        place=place,
        headline=f"{commit[:12]} is delivered",
        facts=facts,
        next_steps=["Nothing: this is how it should be."],
        links=links | _links(place, execution),
        values={"execution": execution, "commit": commit},
    )


def stopped(place: Place, execution: str, headline: str, reason: str) -> Message:
    """A build refused to go on, and says why."""
    return Message(
        kinds=("pipeline failed",),
        place=place,
        headline=headline,
        facts=[reason, "Nothing was changed by it, and later environments stay as they are."],
        next_steps=['What is done in each case: docs/delivery.md, "When the apply refuses" and what follows it.'],
        links=_links(place, execution),
        values={"execution": execution},
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


def _links(place: Place, execution: str) -> dict[str, str]:
    return {"pipeline": place.execution(place.prefix, execution)} if execution else {}
