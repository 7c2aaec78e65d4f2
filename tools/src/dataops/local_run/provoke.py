"""Inject a fault into the local AWS until its alarm is active, and name the section of docs/runbook.md that helps."""

import os
import sys
import time

import click
from botocore.exceptions import BotoCoreError, ClientError
from ledger.timestamps import as_text, utc_now
from notifications.messages.alarm_reason import reason_in_words

from dataops.local_platform import Platform
from dataops.local_run.exercise_forecast import announced, meant
from dataops.local_run.exercise_undo import undo
from dataops.local_run.made_up_rows import made_up_file
from dataops.local_run.provocations import PROVOCATIONS
from dataops.local_run.scene import Row, Scene
from dataops.project import PROJECT
from dataops.project.job_settings import settings_of
from dataops.project.running import folder_of, running_platform

NOTIFIED_WITHIN_SECONDS = 20


@click.command(help=__doc__)
@click.option("--environment", required=True, help="a name from project.yaml")
@click.option("--undo", "is_undone", is_flag=True, help="take back every exercise; it is safe to repeat")
@click.argument("what", required=False)
def main(environment: str, is_undone: bool, what: str | None) -> None:
    """List the alarms that can be triggered, trigger one and wait for it, or take back what was triggered."""
    if is_undone and what:
        sys.exit("UNDO=1 takes back every exercise: leave ABOUT out.")
    if not what and not is_undone:
        print(listed())
        return
    if what and what not in PROVOCATIONS:
        sys.exit(f"Nothing is known that provokes {what!r}: `make provoke` lists what can be provoked.")
    platform = running_platform(environment)
    if not platform:
        sys.exit(without_a_platform(environment, is_undone))
    try:
        undo(Scene(platform, settings_of(PROJECT, environment), "")) if not what else provoke(platform, what)
    except (ClientError, BotoCoreError) as error:
        log = folder_of(environment) / "platform.log"
        failed = f"{what} could not be provoked" if what else "Not everything was taken back"
        sys.exit(f"{failed}: {error}. The local AWS's log is {log}.")


def listed() -> str:
    """Every section with the way in which its alarm is triggered."""
    width = max(map(len, PROVOCATIONS))
    lines = [f"  {word:{width}}  {act.__doc__}" for word, act in PROVOCATIONS.items()]
    begin = "make provoke ABOUT=… causes one of these on the local AWS, and make provoke UNDO=1 takes them back:"
    return "\n".join([begin, *lines])


def without_a_platform(environment: str, is_undone: bool) -> str:
    """What to do if the local AWS does not run; whatever was in it is gone."""
    begin = f"The local AWS of {environment} is not running"
    if is_undone:
        return f"{begin}: what exercises changed in it is gone with it."
    return f"{begin}: start it with `make local ENV={environment}`."


def provoke(platform: Platform, what: str) -> None:
    """Say what will happen, trigger the alarm, and print what was done, the alarm's state, and the notifications."""
    scene = Scene(platform, settings_of(PROJECT, platform.environment), what)
    refuse_what_cannot_ring(platform.environment, what, scene.alarms())
    print(announcement(scene), flush=True)
    # Unfinished work would include the new file, or occupy the job or the crawler.
    scene.until("nothing runs", lambda: not scene.ask("status")["busy"])
    before = len(scene.ask("status")["notifications"])
    # The next `make local` reverts manual changes: it must not assume that the applied state is unchanged.
    (platform.folder / "applied.txt").write_text("changed by make provoke", encoding="utf-8")
    scene.record.begin(what, as_text(utc_now()))
    copied = scene.copied_alarm()
    if copied:
        scene.cloudwatch.put_metric_alarm(**copied)
    PROVOCATIONS[what](scene)
    print(f"Done: {PROVOCATIONS[what].__doc__}", flush=True)
    scene.until("its alarm rings", scene.ringing)
    for alarm in scene.ringing():
        print(f"{alarm['AlarmName']} rings: {reason_in_words(what, alarm['StateReason'])}")
    notified = sent_since(scene, before)
    lines = [f"Notified: {sent['subject']} -> {', '.join(sent['to'])}" for sent in notified]
    print("\n".join(lines) or "No notification was sent.")
    scene.correct_file.write_bytes(made_up_file(scene.settings["datasets"][scene.dataset], good=20))
    print(f"Where the section needs a file that is correct: FILE={os.path.relpath(scene.correct_file)}")
    print(f"What to do: docs/runbook.md#{what}. Before its commands: {names_for(scene)}")


def announcement(scene: Scene) -> str:
    """What the exercise will do, in sentences."""
    copied = scene.copied_alarm()
    own = [copied["AlarmName"]] if copied else meant(scene.section, [each["AlarmName"] for each in scene.alarms()])
    names = [each["AlarmName"] for each in scene.all_alarms()]
    monitoring = scene.settings["monitoring"]
    return announced(scene.section, scene.dataset, scene.platform.environment, monitoring, own, names)


def names_for(scene: Scene) -> str:
    """The shell command that sets the variables of the runbook's commands."""
    return f'eval "$(make names ENV={scene.platform.environment})"; export DATASET={scene.dataset}'


def refuse_what_cannot_ring(environment: str, section: str, alarms: list[Row]) -> None:
    """End the command if the alarm does not exist or is in the state ALARM already."""
    if not alarms:
        sys.exit(f"{environment} has no alarm for {section}: nothing in project.yaml asks for one.")
    for alarm in alarms:
        if alarm["StateValue"] == "ALARM":
            reason = reason_in_words(section, alarm["StateReason"])
            sys.exit(f"{alarm['AlarmName']} rings already: {reason} See docs/runbook.md#{section}.")


def sent_since(scene: Scene, before: int) -> list[Row]:
    """The notifications of the alarm; if there are none because a Lambda reports it, those of the Lambda."""
    deadline = time.monotonic() + NOTIFIED_WITHIN_SECONDS
    while True:
        names = [alarm["AlarmName"] for alarm in scene.ringing()]
        new = scene.ask("status")["notifications"][before:]
        named = [sent for sent in new if any(name in sent["message"] for name in names)]
        if named or time.monotonic() > deadline:
            return named or new
        time.sleep(0.5)
