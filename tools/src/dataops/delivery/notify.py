"""Notify of what was delivered to each environment, with links: the last stage."""

from typing import Any

import boto3
from notifications.message import Message
from notifications.message_form import as_text
from notifications.messages.pipeline import delivered

from dataops.delivery.build import Build, this_build
from dataops.delivery.deployed import history
from dataops.delivery.refusal import refusals_published
from dataops.delivery.release import release_of
from dataops.project import PROJECT


def main() -> None:
    """Notify once."""
    build = this_build()
    with refusals_published("The last stage of the pipeline", build.refuse):
        message = delivery_message(build, release_of(PROJECT).environments, boto3.client("s3"))
        print(as_text(message))
        build.notify(message, "delivered")


def delivery_message(build: Build, environments: list[str], s3: Any) -> Message:
    """Return what was delivered to each environment."""
    facts = [_fact(build, name, history(s3, build.summary_bucket, name)) for name in environments]
    links = {f"what changed in {name}": _summary(build, name) for name in environments}
    return delivered(build.origin, build.execution, build.commit, facts, links)


def _fact(build: Build, environment: str, known: list[dict[str, str]]) -> str:
    present = known[0] if known else None
    if not present or present["execution"] != build.execution:
        return f"{environment}: this delivery recorded nothing. Read the logs of its builds."
    before = next((entry["commit"][:12] for entry in known[1:] if entry["commit"] != present["commit"]), "nothing")
    done = f"applied {present['applied_at']}, smoke test {present['smoke_test']}"
    return f"{environment}: {before} -> {present['commit'][:12]}, {done}."


def _summary(build: Build, environment: str) -> str:
    return build.origin.stored_object(build.summary_bucket, f"summaries/{build.execution}/{environment}.md")
