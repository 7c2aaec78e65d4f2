"""A delivery that runs on this machine, accessed as its users do: by git and by AWS calls."""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from dataops.local_run.delivery_view import DeliveryView, view_of
from dataops.local_run.lifetime import DELIVERY
from dataops.local_run.local_delivery import LocalDelivery, leave_out_the_checks
from dataops.project.control import ask

APPROVERS, DEVELOPERS = ["Architects", "SMEs"], ["Developers"]
# An action of 3 minutes on an idle machine has taken more than 10 minutes during the full test suite.
PATIENCE_SECONDS = 2400
# One dataset besides the canary, two environments that both need approval: enough to see everything once.
DATASET = {"format": "csv", "columns": [{"name": "id", "type": "bigint"}, {"name": "note", "type": "string"}]}
# The first command of a build that the pipeline hands a commit: buildspecs/only_the_branch.sh.
LOOK_AT_THE_BRANCH = re.compile(
    r"^      - \|\n        # Refuse a commit that is not on.*?^        \)\n", re.MULTILINE | re.DOTALL
)
Found = TypeVar("Found")


class NeverCameError(Exception):
    """An expected event did not occur in time."""


def prepare(project: Path) -> None:
    """Reduce a copy of this project to a small one, with known people."""
    path = project / "project.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("git", "delivery")}
    environments = [
        {key: value for key, value in entry.items() if key in ("name", "account", "region")}
        for entry in settings["environments"][:2]
    ]
    mail = [{"protocol": "email", "endpoint": "data-team@example.com"}]
    own = {"environments": environments, "datasets": {"visits": DATASET}, "notifications": mail}
    people = {"approvers": APPROVERS, "delivery": {"developers": DEVELOPERS, "approvals": 1}}
    path.write_text(json.dumps(kept | own | people), encoding="utf-8")
    leave_out_the_checks(project)


@dataclass(frozen=True)
class Walk:
    """The delivery, and the actions of the tests."""

    played: LocalDelivery

    @property
    def environments(self) -> list[str]:
        """Return the names of the environments in promotion order."""
        return [each["name"] for each in self.played.delivery["environments"]]

    @property
    def bucket(self) -> str:
        """Return the bucket of artifacts, summaries and the record of what is deployed."""
        return str(self.played.delivery["buckets"]["artifact"])

    @property
    def pipeline(self) -> Any:
        """Return a CodePipeline client of the delivery account's owner."""
        return self.played.client("codepipeline")

    # Changes and their executions

    def deliver(self, message: str, **changes: Callable[[str], str]) -> str:
        """Change files of the project, push them to main, and return the execution that this starts."""
        before = self._executions()
        self.change(message, **changes)
        # Main still has the reverted commits there.
        self.played.git("push", "--quiet", "--force", str(self.played.repository), "HEAD:refs/heads/main")
        return eventually(lambda: next(iter(self._executions() - before), ""), "the execution of a push")

    def change(self, message: str, **changes: Callable[[str], str]) -> str:
        """Change or create files of the project, and return the commit."""
        for path, change in changes.items():
            target = self.played.project / path
            text = target.read_text(encoding="utf-8") if target.exists() else ""
            assert change(text) != text, f"{path} stays as it is"
            target.write_text(change(text), encoding="utf-8")
        return self.played.commit(message)

    @contextmanager
    def beside(self, branch: str) -> Iterator[None]:
        """Commit everything of the block on a branch."""
        self.played.git("switch", "--quiet", "--create", branch)
        try:
            yield
        finally:
            self.played.git("switch", "--quiet", "main")

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Reset what is committed in the block."""
        before = self.played.git("rev-parse", "HEAD")
        try:
            yield
        finally:
            self.played.git("reset", "--quiet", "--hard", before)
            self.played.git("clean", "--quiet", "-d", "--force")

    @contextmanager
    def without_the_look_at_the_branch(self, *builds: str) -> Iterator[None]:
        """Let some builds skip the check that their commit is on the branch, until the block ends."""
        codebuild = self.played.client("codebuild")
        names = [self.played.delivery["builds"][build] for build in builds]
        before = {each["name"]: each["source"] for each in codebuild.batch_get_projects(names=names)["projects"]}
        for name, source in before.items():
            asks_nothing = LOOK_AT_THE_BRANCH.sub("", source["buildspec"])
            assert asks_nothing != source["buildspec"]
            codebuild.update_project(name=name, source=source | {"buildspec": asks_nothing})
        try:
            yield
        finally:
            for name, source in before.items():
                codebuild.update_project(name=name, source=source)

    def settled(self) -> None:
        """Wait until nothing is in progress."""
        eventually(lambda: not ask(self.played.platform, "status")["busy"], "rest")

    def view(self, execution: str) -> DeliveryView:
        """Return the progress of an execution."""
        return view_of(self.pipeline, self.played.pipeline, execution)

    def until_it_waits(self, execution: str, stage: str) -> str:
        """Return the token of the approval of a stage, as soon as the stage waits for it."""

        def look() -> str:
            view = self.view(execution)
            assert not view.is_over, f"{execution} has {view.status}: {self.why(execution)}"
            return view.waiting.token if view.waiting and view.waiting.stage == stage else ""

        try:
            return eventually(look, f"the approval of {stage}")
        except NeverCameError as error:
            raise NeverCameError(f"{error}, after {self.begun(execution)}") from None

    def until_over(self, execution: str) -> str:
        """Return how an execution has ended, as soon as it has."""
        eventually(lambda: self.view(execution).is_over, f"the end of {execution}")
        self.settled()
        return self.view(execution).status

    def answer(self, execution: str, stage: str, status: str, comment: str, role: str = APPROVERS[0]) -> None:
        """Answer the approval of a stage, as a person in a role."""
        client = self.played.client_of_role(role, "codepipeline", "somebody")
        client.put_approval_result(
            pipelineName=self.played.pipeline,
            stageName=stage,
            actionName="Approve",
            result={"status": status, "summary": comment},
            token=self.until_it_waits(execution, stage),
        )

    def retry(self, execution: str, stage: str) -> str:
        """Retry a stage from the failed action; return how the execution ends."""
        self.pipeline.retry_stage_execution(
            pipelineName=self.played.pipeline,
            stageName=stage,
            pipelineExecutionId=execution,
            retryMode="FAILED_ACTIONS",
        )
        return self.until_over(execution)

    def action(self, execution: str, stage: str, name: str) -> dict[str, Any]:
        """Return the newest run of an action."""
        found = [each for each in self._runs(execution) if (each["stageName"], each["actionName"]) == (stage, name)]
        return found[0]

    def begun(self, execution: str) -> list[str]:
        """Return the actions that have started, each once, in the order of their start."""
        return list(dict.fromkeys(f"{run['stageName']} {run['actionName']}" for run in reversed(self._runs(execution))))

    def why(self, execution: str) -> str:
        """Return the reason why an execution has failed."""
        failed = [each for each in self._runs(execution) if each["status"] == "Failed"]
        return str(failed[0]["output"]["executionResult"]["externalExecutionSummary"]) if failed else ""

    def log(self, execution: str, stage: str, name: str) -> str:
        """Return the log of the build of an action."""
        project, _, build = self.action(execution, stage, name)["output"]["executionResult"][
            "externalExecutionId"
        ].partition(":")
        return (self.played.platform.folder / "builds" / project / build / "log.txt").read_text(encoding="utf-8")

    # Storage

    def artifact(self, execution: str, stage: str, name: str) -> dict[str, str]:
        """Return the address of the output of an action."""
        (found,) = self.action(execution, stage, name)["output"]["outputArtifacts"]
        return {"Bucket": found["s3location"]["bucket"], "Key": found["s3location"]["key"]}

    def object(self, location: dict[str, str], name: str = DELIVERY) -> bytes:
        """Return the content of an object in the account of an environment, or in the delivery account."""
        body: bytes = self.played.client("s3", name).get_object(**location)["Body"].read()
        return body

    def replace(self, location: dict[str, str], body: bytes, name: str = DELIVERY) -> None:
        """Replace an object, as somebody with all permissions could."""
        self.played.client("s3", name).put_object(**location, Body=body)

    def state_location(self, environment: str) -> dict[str, str]:
        """Return the address of the state of an environment."""
        names, slug = self.played.settings[environment]["names"], self.played.settings[environment]["project"]["slug"]
        return {"Bucket": names["state_bucket"], "Key": f"{slug}/{environment}/terraform.tfstate"}

    def state(self, environment: str) -> dict[str, Any]:
        """Return the state of an environment."""
        found: dict[str, Any] = json.loads(self.object(self.state_location(environment), environment))
        return found

    def deployed(self, environment: str) -> list[dict[str, str]]:
        """Return the record of what was deployed, newest first."""
        found = json.loads(self.object({"Bucket": self.bucket, "Key": f"deployed/{environment}.json"}))
        entries: list[dict[str, str]] = found if isinstance(found, list) else found["history"]
        return entries

    def notifications(self, *words: str) -> list[str]:
        """Return the notifications that contain all of these words."""
        sent = ask(self.played.platform, "status")["notifications"]
        texts = [f"{each['subject']}\n{each['message']}" for each in sent]
        return [text for text in texts if all(word in text for word in words)]

    def _executions(self) -> set[str]:
        found = self.pipeline.list_pipeline_executions(pipelineName=self.played.pipeline)
        return {each["pipelineExecutionId"] for each in found["pipelineExecutionSummaries"]}

    def _runs(self, execution: str) -> list[dict[str, Any]]:
        found = self.pipeline.list_action_executions(
            pipelineName=self.played.pipeline, filter={"pipelineExecutionId": execution}
        )
        return list(found["actionExecutionDetails"])


def eventually(look: Callable[[], Found], what: str) -> Found:
    """Return the result of `look` as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NeverCameError(f"never came: {what}")
        time.sleep(0.5)
    return found


def with_another(archive: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return an archive with one file replaced."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as read, zipfile.ZipFile(changed, "w") as written:
        for each in read.namelist():
            body = read.read(each)
            written.writestr(each, change(body) if each == name else body)
    return changed.getvalue()


def arns_of_roles(state: dict[str, Any]) -> list[str]:
    """Return the roles of every Lambda and job in a state."""
    instances = [instance["attributes"] for each in state["resources"] for instance in each["instances"]]
    return [found[key] for found in instances for key in ("role", "role_arn") if "arn:" in str(found.get(key))]


def asks_to_approve(environment: str) -> str:
    """Return the subject of the notification that asks for the approval of an environment's plan."""
    return f"the plan for {environment} waits for approval"


def digest_in(message: str) -> str:
    """Return the digest in an approval message."""
    found = re.search(r"digest ([0-9a-f]{12})", message)
    assert found, message
    return found[1]
