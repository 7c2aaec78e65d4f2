"""`make provoke`: makes an alarm of the local platform ring, and says which section of docs/runbook.md helps."""

import sys
import time

import click
from botocore.exceptions import BotoCoreError, ClientError

from dataops.local_platform import Platform
from dataops.local_run.provocations import PROVOCATIONS
from dataops.local_run.scene import Row, Scene
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.running import folder_of, running_platform

PATIENCE_SECONDS = 60
TOLD_WITHIN_SECONDS = 20


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.argument("what", required=False)
def main(environment: str, what: str | None) -> None:
    """List what can be provoked, or provoke it and wait until it rings."""
    if not what:
        print(listed())
        return
    if what not in PROVOCATIONS:
        sys.exit(f"Nothing is known that provokes {what!r}: `make provoke` lists what can be provoked.")
    platform = running_platform(environment)
    if not platform:
        sys.exit(f"No local platform runs for {environment}: `make local ENV={environment}` starts it.")
    try:
        provoke(platform, what)
    except (ClientError, BotoCoreError) as error:
        log = folder_of(environment) / "platform.log"
        sys.exit(f"{what} could not be provoked: {error}. The local AWS's log is {log}.")


def listed() -> str:
    """Every section with what is done to make its alarm ring."""
    width = max(map(len, PROVOCATIONS))
    lines = [f"  {word:{width}}  {act.__doc__}" for word, act in PROVOCATIONS.items()]
    return "\n".join(["make provoke WHAT=… brings one of these about on the local platform:", *lines])


def provoke(platform: Platform, what: str) -> None:
    """Bring it about, and print what was done, what rings, and who was told."""
    scene = Scene(platform, settings_of(PROJECT, platform.environment), what)
    refuse_what_cannot_ring(platform.environment, what, scene.alarms())
    # What is still at work would take the new file along, or hold the job or the crawler.
    scene.until("nothing runs", lambda: not scene.ask("status")["busy"])
    before = len(scene.ask("status")["notifications"])
    # What was changed by hand, the next `make local` puts right: it must not think that all is as it was applied.
    (platform.folder / "applied.txt").write_text("changed by make provoke", encoding="utf-8")
    print(f"{PROVOCATIONS[what].__doc__} Dataset: {scene.dataset}.", flush=True)
    PROVOCATIONS[what](scene)
    scene.until("its alarm rings", scene.ringing)
    for alarm in scene.ringing():
        print(f"{alarm['AlarmName']} rings: {alarm['StateReason']}")
    told = heard(scene, before)
    lines = [f"Notified: {sent['subject']} -> {', '.join(sent['to'])}" for sent in told]
    print("\n".join(lines) or "No notification was sent.")
    print(f"What to do: docs/runbook.md#{what}. Before its commands: {names_for(scene)}")


def names_for(scene: Scene) -> str:
    """What brings the names of the runbook's commands into the shell."""
    return f'eval "$(make names ENV={scene.platform.environment})"; export DATASET={scene.dataset}'


def refuse_what_cannot_ring(environment: str, section: str, alarms: list[Row]) -> None:
    """An alarm that is not there, or rings already, ends the command."""
    if not alarms:
        sys.exit(f"{environment} has no alarm for {section}: nothing in project.yaml asks for one.")
    for alarm in alarms:
        if alarm["StateValue"] == "ALARM":
            sys.exit(f"{alarm['AlarmName']} rings already: {alarm['StateReason']} See docs/runbook.md#{section}.")


def heard(scene: Scene, before: int) -> list[Row]:
    """The notifications that name an alarm that rings; where there is none, because a Lambda has told of it, those."""
    deadline = time.monotonic() + TOLD_WITHIN_SECONDS
    while True:
        names = [alarm["AlarmName"] for alarm in scene.ringing()]
        new = scene.ask("status")["notifications"][before:]
        told = [sent for sent in new if any(name in sent["message"] for name in names)]
        if told or time.monotonic() > deadline:
            return told or new
        time.sleep(0.5)
