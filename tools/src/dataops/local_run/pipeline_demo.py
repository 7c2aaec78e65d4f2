"""Run the whole delivery on this machine, from a commit to prod, with your approvals."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
from botocore.exceptions import EndpointConnectionError
from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from dataops.local_run.build_log import failure_of, step_of
from dataops.local_run.delivery_view import ActionView, DeliveryView, table_of, view_of
from dataops.local_run.java import java_home
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied, leave_out_the_checks
from dataops.local_run.notification_text import as_shown
from dataops.local_run.steps import Steps
from dataops.project import PROJECT
from dataops.project.control import ask
from dataops.project.job_settings import settings_of_all
from dataops.project.running import folder_of

YES, NO = ("yes", "y"), ("no", "n")
PERSON = "you"
# Without a terminal, a line for each new step, and one now and then for a step that goes on.
SECONDS_BETWEEN_STEPS, SECONDS_OF_SILENCE = 5, 20
NOBODY = "Nobody can answer the approvals: set ANSWERS=yes,yes (or no), one answer for each environment that asks."


def answers_of(text: str) -> list[bool]:
    """The answers to approvals in their order."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not set(words) <= {*YES, *NO}:
        raise click.BadParameter(f"{text} contains something other than yes and no")
    return [word in YES for word in words]


@click.command(help=__doc__)
@click.option("--answers", type=answers_of, default="", help="yes or no for each approval, with commas")
@click.option("--fast", is_flag=True, help="leave out check, validate, scan and test of the builds")
def main(answers: list[bool], fast: bool) -> None:
    """Run the demo; leave no process and no platform behind, however it ends."""
    if not answers and not sys.stdin.isatty():
        sys.exit(NOBODY)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    os.environ.pop("AWS_PROFILE", None)
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with alone(DELIVERY), local_delivery(console) as (played, steps):
            if fast:
                leave_out_the_checks(played.project)
                steps.say("FAST=1: make check, validate, scan and test are left out. A real delivery runs them.")
            status = play(Demo(played, console, steps, answers))
    except KeyboardInterrupt:
        shutil.rmtree(folder_of(DELIVERY), ignore_errors=True)
        sys.exit("Stopped: nothing is left of it.")
    except EndpointConnectionError:
        sys.exit("The local AWS of the delivery was stopped while it ran: start again with make pipeline-demo.")
    if status != "Succeeded":
        sys.exit(f"The delivery has ended as {status}: see the failed step above.")


@contextmanager
def local_delivery(console: Console) -> Iterator[tuple[LocalDelivery, Steps]]:
    """Bootstrapped accounts and an applied pipeline, for as long as the block lasts."""
    steps = Steps(console)
    with steps.step("reading project.yaml"):
        settings = settings_of_all(PROJECT)
    try:
        with steps.step("starting a local AWS with every account of the delivery"):
            platform = start_delivery(settings, java_home())
            played = LocalDelivery(platform, settings, copied(folder_of(DELIVERY) / "project"))
        with steps.step(f"make bootstrap, in {', '.join(settings)} at once"):
            played.bootstrap()
        with steps.step("make pipeline"):
            count = played.apply_pipeline(lambda *_: None)
        steps.say(f"The pipeline is ready: {count} resources.")
        yield played, steps
    finally:
        down(DELIVERY)


def play(demo: "Demo") -> str:
    """Push, follow, answer; the final status of the delivery."""
    commit = demo.played.commit("Deliver this project")
    demo.played.push()
    demo.steps.say(f"Commit {commit[:12]} is pushed to main.")
    status = demo.follow(demo.execution_of_the_push())
    demo.show_notifications()
    return status


class Demo:
    """The output for a person, and the person's answers."""

    def __init__(self, played: LocalDelivery, console: Console, steps: Steps, answers: list[bool]) -> None:
        self.played, self.console, self.steps, self.answers = played, console, steps, answers
        self.client = played.client("codepipeline")
        self.logs = played.platform.folder / "builds"

    def execution_of_the_push(self) -> str:
        """The execution that the push started; the one before it started with the pipeline's creation, and failed."""
        while True:
            found = self.client.list_pipeline_executions(pipelineName=self.played.pipeline)[
                "pipelineExecutionSummaries"
            ]
            started = [each for each in found if each["trigger"]["triggerType"] != "CreatePipeline"]
            if started:
                return str(started[0]["pipelineExecutionId"])
            time.sleep(0.2)

    def follow(self, execution: str) -> str:
        """Show the execution until it is over, and why it has failed; ask at each approval."""
        while True:
            view = self._watched(execution)
            if view.waiting:
                self._answer(view.waiting)
            if view.is_over:
                for failed in view.failed_builds:
                    self._show_failure(failed)
                return view.status

    def show_notifications(self) -> None:
        """Show every notification that was sent, with its recipients."""
        self.console.rule("Notifications")
        for sent in ask(self.played.platform, "status")["notifications"]:
            title = Text(f"{sent['at'][11:19]}  {sent['subject'] or '(no subject)'}  → {', '.join(sent['to'])}")
            self.console.print(Panel(Text(as_shown(sent["message"]).strip()), title=title, title_align="left"))

    def _watched(self, execution: str) -> DeliveryView:
        """The execution as soon as it waits for an answer, or is over."""
        watch = self._watch_as_table if self.console.is_terminal else self._watch_as_lines
        return watch(lambda: view_of(self.client, self.played.pipeline, execution))

    def _watch_as_table(self, look: Callable[[], DeliveryView]) -> DeliveryView:
        with Live(console=self.console, refresh_per_second=4, transient=False) as live:
            while True:
                view = look()
                live.update(table_of(view, self._step(view)))
                if view.waiting or view.is_over:
                    return view
                time.sleep(0.5)

    def _watch_as_lines(self, look: Callable[[], DeliveryView]) -> DeliveryView:
        said, said_at = "", 0.0
        while True:
            view = look()
            if view.waiting or view.is_over:
                self.console.print(table_of(view, ""))
                return view
            step = f"{', '.join(f'{each.stage} {each.name}' for each in view.at_work)}: {self._step(view)}"
            silence = time.monotonic() - said_at
            if view.at_work and (step != said or silence > SECONDS_OF_SILENCE):
                self.steps.say(step.removesuffix(": "))
                said, said_at = step, time.monotonic()
            time.sleep(SECONDS_BETWEEN_STEPS)

    def _step(self, view: DeliveryView) -> str:
        """The step of the build in progress."""
        logs = [log for each in view.at_work if each.build and (log := self._log(each)).exists()]
        return step_of(logs[-1].read_text(encoding="utf-8", errors="replace")) if logs else ""

    def _log(self, action: ActionView) -> Path:
        return self.logs / action.build.replace(":", "/") / "log.txt"

    def _show_failure(self, action: ActionView) -> None:
        """Show the last lines of a failed build, and where its whole log is."""
        log = self._log(action)
        printed = failure_of(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else []
        title = Text(f"{action.stage} {action.name} failed: the end of {log}")
        self.console.print(Panel(Text("\n".join(printed) or action.summary), title=title, title_align="left"))

    def _answer(self, waiting: ActionView) -> None:
        """Show exactly what the approver gets, and read the answer."""
        mail = self._mail(waiting)
        self.console.print(
            Panel(Text(as_shown(mail["message"]).strip()), title=Text(mail["subject"]), title_align="left")
        )
        self.console.print(Panel(Text(self._summary(waiting).strip()), title="What the link shows", title_align="left"))
        is_approved, comment = self._asked(waiting)
        role = next(iter(self.played.settings[DELIVERY]["project"]["approvers"]), None)
        approver = self.played.client_of_role(role, "codepipeline", PERSON) if role else self.client
        approver.put_approval_result(
            pipelineName=self.played.pipeline,
            stageName=waiting.stage,
            actionName=waiting.name,
            result={"status": "Approved" if is_approved else "Rejected", "summary": comment},
            token=waiting.token,
        )

    def _mail(self, waiting: ActionView) -> dict[str, Any]:
        """The mail to the approvers, which the plan's build has sent."""
        title = f"the plan for {waiting.stage} waits for approval"
        sent = ask(self.played.platform, "status")["notifications"]
        nobody = {"subject": title, "message": "No target in project.yaml gets the kind: approval needed."}
        return next((each for each in reversed(sent) if title in each["subject"]), nobody)

    def _summary(self, waiting: ActionView) -> str:
        """The summary that the message links to, as its reader sees it in the bucket."""
        runs = self.client.list_action_executions(pipelineName=self.played.pipeline)["actionExecutionDetails"]
        run = next(each for each in runs if (each["stageName"], each["actionName"]) == (waiting.stage, waiting.name))
        link = urlsplit(run["input"]["resolvedConfiguration"]["ExternalEntityLink"])
        location = {"Bucket": link.path.rpartition("/")[2], "Key": parse_qs(link.query)["prefix"][0]}
        return str(self.played.client("s3").get_object(**location)["Body"].read().decode())

    def _asked(self, waiting: ActionView) -> tuple[bool, str]:
        """Whether the answer is yes, and the comment."""
        if self.answers:
            answer = self.answers.pop(0)
            self.console.print(f"{waiting.stage}: {'approved' if answer else 'rejected'}, as set in ANSWERS.")
            return answer, "ANSWERS"
        if not sys.stdin.isatty():
            sys.exit(NOBODY)
        while (word := self.console.input(f"Approve this for {waiting.stage}? yes or no: ").strip().lower()) not in (
            *YES,
            *NO,
        ):
            pass
        return word in YES, self.console.input("Comment: ").strip()
