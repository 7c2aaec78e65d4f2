"""The last stage: tells what was delivered where, with links."""

from typing import Any

import boto3

from delivery import PROJECT
from delivery.build import Build, this_build
from delivery.console import execution_link, object_link
from delivery.deployed import history
from delivery.refusal import refusals_published
from delivery.release import Release, release_of


def main() -> None:
    """Tell once."""
    build = this_build()
    with refusals_published("The last stage of the pipeline", build.publish):
        release = release_of(PROJECT)
        subject, text = delivered(build, release, boto3.client("s3"))
        print(text)
        build.publish("pipeline succeeded", subject, text)


def delivered(build: Build, release: Release, s3: Any) -> tuple[str, str]:
    """Subject and text of the notification of success."""
    names = release.environments
    subject = f"{release.slug}: {build.commit[:12]} is delivered to {', '.join(names)}"
    lines = [line for name in names for line in _environment(build, name, history(s3, build.summary_bucket, name))]
    link = execution_link(build.region, release.pipeline, build.execution)
    return subject, "\n".join([f"{subject}.", "", *lines, "", f"The whole delivery: {link}"])


def _environment(build: Build, environment: str, known: list[dict[str, str]]) -> list[str]:
    present = known[0] if known else None
    if not present or present["execution"] != build.execution:
        return [f"{environment}: this delivery left no record of it, look into the build logs."]
    before = next((entry["commit"][:12] for entry in known[1:] if entry["commit"] != present["commit"]), "nothing")
    summary = object_link(build.region, build.summary_bucket, f"summaries/{build.execution}/{environment}.md")
    return [
        f"{environment}: {before} -> {present['commit'][:12]}, applied {present['applied_at']}, "
        f"smoke test {present['smoke_test']}.",
        f"  What was changed: {summary}",
    ]


if __name__ == "__main__":
    main()
