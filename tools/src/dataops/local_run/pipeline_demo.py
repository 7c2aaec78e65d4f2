"""`make pipeline-demo`: the whole delivery on this machine, from a commit to prod, with your approvals on the way."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
from botocore.exceptions import EndpointConnectionError
from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from dataops.local_run.delivery_view import ActionView, DeliveryView, table_of, view_of
from dataops.local_run.java import java_home
from dataops.local_run.lifetime import DELIVERY, alone, down, start_delivery
from dataops.local_run.local_delivery import LocalDelivery, copied
from dataops.local_run.notification_text import as_shown
from dataops.local_run.steps import Steps
from dataops.project import PROJECT
from dataops.project.control import ask
from dataops.project.job_settings import settings_of_all
from dataops.project.running import folder_of

YES, NO = ("yes", "y"), ("no", "n")
PERSON = "you"
NOBODY = "Nobody can answer the approvals: set ANSWERS=yes,yes (or no), one answer for each environment that asks."


def answers_of(text: str) -> list[bool]:
    """The answers to approvals in their order."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not set(words) <= {*YES, *NO}:
        raise click.BadParameter(f"{text} contains something other than yes and no")
    return [word in YES for word in words]


@click.command(help=__doc__)
@click.option("--answers", type=answers_of, default="", help="yes or no for each approval, with commas")
def main(answers: list[bool]) -> None:
    """Play it, and leave no process and no platform behind, however it ends."""
    if not answers and not sys.stdin.isatty():
        sys.exit(NOBODY)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    os.environ.pop("AWS_PROFILE", None)
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with alone(DELIVERY), local_delivery(console) as (played, steps):
            status = play(Demo(played, console, answers), steps)
    except KeyboardInterrupt:
        shutil.rmtree(folder_of(DELIVERY), ignore_errors=True)
        sys.exit("Stopped: nothing is left of it.")
    except EndpointConnectionError:
        sys.exit("The local AWS of the delivery was stopped while it ran: start again with make pipeline-demo.")
    if status != "Succeeded":
        logs = folder_of(DELIVERY) / "builds"
        sys.exit(f"The delivery has ended as {status}: see the failed step above. The builds' logs are in {logs}.")


@contextmanager
def local_delivery(console: Console) -> Iterator[tuple[LocalDelivery, Steps]]:
    """Accounts that are bootstrapped and a pipeline that is applied, for as long as the block lasts."""
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


def play(demo: "Demo", steps: Steps) -> str:
    """Push, follow, answer; how the delivery has ended."""
    commit = demo.played.commit("Deliver this project")
    demo.played.push()
    steps.say(f"Commit {commit[:12]} is pushed to main.")
    status = demo.follow(demo.execution_of_the_push())
    demo.show_notifications()
    return status


class Demo:
    """What a person sees and says."""

    def __init__(self, played: LocalDelivery, console: Console, answers: list[bool]) -> None:
        self.played, self.console, self.answers = played, console, answers
        self.client = played.client("codepipeline")
        self.logs = played.platform.folder / "builds"

    def execution_of_the_push(self) -> str:
        """The execution that the push has started; the one before it began when the pipeline was made, and failed."""
        while True:
            found = self.client.list_pipeline_executions(pipelineName=self.played.pipeline)[
                "pipelineExecutionSummaries"
            ]
            started = [each for each in found if each["trigger"]["triggerType"] != "CreatePipeline"]
            if started:
                return str(started[0]["pipelineExecutionId"])
            time.sleep(0.2)

    def follow(self, execution: str) -> str:
        """Show the execution until it is over; ask at each approval."""
        while True:
            view = self._watched(execution)
            if view.waiting:
                self._answer(view.waiting)
            if view.is_over:
                return view.status

    def show_notifications(self) -> None:
        """Everything that was sent, to whom."""
        self.console.rule("Notifications")
        for sent in ask(self.played.platform, "status")["notifications"]:
            title = Text(f"{sent['at'][11:19]}  {sent['subject'] or '(no subject)'}  → {', '.join(sent['to'])}")
            self.console.print(Panel(Text(as_shown(sent["message"]).strip()), title=title, title_align="left"))

    def _watched(self, execution: str) -> DeliveryView:
        """The execution as soon as it waits for somebody, or is over."""
        with Live(console=self.console, refresh_per_second=4, transient=False) as live:
            while True:
                view = view_of(self.client, self.played.pipeline, execution)
                live.update(table_of(view, self._last_line()))
                if view.waiting or view.is_over:
                    return view
                time.sleep(0.5)

    def _last_line(self) -> str:
        """What the build that is under way has said last."""
        logs = sorted(self.logs.glob("*/*/log.txt"), key=lambda path: path.stat().st_mtime)
        if not logs:
            return ""
        lines = logs[-1].read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "")

    def _answer(self, waiting: ActionView) -> None:
        """Show exactly what the approver gets, and take the answer."""
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
        """The mail to the approvers, which the build of the plan has sent."""
        title = f"the plan for {waiting.stage} waits for approval"
        sent = ask(self.played.platform, "status")["notifications"]
        nobody = {"subject": title, "message": "No target in project.yaml gets the kind: approval needed."}
        return next((each for each in reversed(sent) if title in each["subject"]), nobody)

    def _summary(self, waiting: ActionView) -> str:
        """The summary that the message links to, as its reader sees it in the bucket."""
        runs = self.client.list_action_executions(pipelineName=self.played.pipeline)["actionExecutionDetails"]
        run = next(each for each in runs if (each["stageName"], each["actionName"]) == (waiting.stage, waiting.name))
        link = urlsplit(run["input"]["resolvedConfiguration"]["ExternalEntityLink"])
        place = {"Bucket": link.path.rpartition("/")[2], "Key": parse_qs(link.query)["prefix"][0]}
        return str(self.played.client("s3").get_object(**place)["Body"].read().decode())

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
