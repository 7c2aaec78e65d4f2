"""The actions of a pipeline: fetch a source, run a build, request an approval."""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import require
from dataops.local_aws.access.roles import credentials
from dataops.local_aws.developer_tools.approval_message import message_of, subject_of
from dataops.local_aws.developer_tools.artifact import Artifact, all_files, packed
from dataops.local_aws.developer_tools.build import Build
from dataops.local_aws.developer_tools.builds import Builds
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.clone_reference import FULL_CLONE, CloneReference
from dataops.local_aws.developer_tools.pipeline_execution import ActionRun, Execution
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.repositories import Repositories, Repository
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]
WEEK_MINUTES = 7 * 24 * 60
LOOK_SECONDS = 0.2
MOST_CHARACTERS = 1000
SOURCE_CALLS = {
    "CODE_ZIP": ("GetBranch", "GetCommit", "UploadArchive", "GetUploadArchiveStatus"),
    FULL_CLONE: ("GetBranch", "GetCommit", "GetRepository"),
}


class ActionFailedError(Exception):
    """The reason of a failed action, with CodePipeline's error code."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class ActionAbandonedError(Exception):
    """The execution was stopped while the action was in progress."""


@dataclass
class PipelineActions:
    """Each kind of action by its provider; it uses the pipeline's role, and fails if the role lacks a permission."""

    aws: LocalAws
    repositories: Repositories
    builds: Builds
    # The repositories of other hosts, which connections lead to, by `owner/name`.
    connected: Callable[[str, str], Repository]

    def work(self, execution: Execution, run: ActionRun, role: Caller) -> None:
        """Execute an action; raise ActionFailedError if it fails."""
        providers = {"CodeCommit": self._commit, "CodeStarSourceConnection": self._connection}
        providers |= {"CodeBuild": self._build, "Manual": self._approval}
        providers[run.definition["actionTypeId"]["provider"]](execution, run, role)

    def _commit(self, execution: Execution, run: ActionRun, role: Caller) -> None:
        repository = self.repositories.named(run.configuration["RepositoryName"])
        for call in SOURCE_CALLS[_format(run)]:
            require(role, f"codecommit:{call}", repository.arn)
        self._source(execution, run, role, repository, run.configuration["RepositoryName"], repository.arn)

    def _connection(self, execution: Execution, run: ActionRun, role: Caller) -> None:
        arn, name = run.configuration["ConnectionArn"], run.configuration["FullRepositoryId"]
        require(role, f"{arn.split(':')[2]}:UseConnection", arn)
        self._source(execution, run, role, self.connected(arn, name), name, arn)

    def _source(
        self, execution: Execution, run: ActionRun, role: Caller, repository: Repository, name: str, by: str
    ) -> None:
        """Fetch the commit that the execution was started with, or that of the branch."""
        commit = self._commit_to_fetch(execution, run, repository, name)
        said = repository.git.commit(commit)
        archive = self._archive(run, repository, CloneReference(by, name, commit))
        for artifact in run.outputs:
            self._store(artifact, archive, role)
        run.external_id, run.summary = commit, said["message"].strip()
        revision = {"name": run.outputs[0].name, "revisionId": commit, "revisionSummary": run.summary}
        execution.revisions.append(revision | {"created": now(), "revisionUrl": "", "revisionChangeIdentifier": ""})
        run.variables = {
            "RepositoryName": name,
            "BranchName": run.configuration["BranchName"],
            "CommitId": commit,
            "CommitMessage": run.summary,
            "AuthorDate": said["date"],
            "CommitterDate": said["committed"],
        }

    def _commit_to_fetch(self, execution: Execution, run: ActionRun, repository: Repository, name: str) -> str:
        branch = run.configuration["BranchName"]
        # CodePipeline User Guide, "Start a pipeline with a source revision override": the commit may be on any branch.
        chosen = execution.chosen_commits.get(run.name)
        commit = repository.git.resolve(chosen) if chosen else repository.git.branch(branch)
        if commit is None:
            what = f"commit {chosen}" if chosen else f"branch named {branch}"
            message = f"The action failed because no {what} was found in the selected repository {name}."
            raise ActionFailedError("ConfigurationError", message)
        return commit

    def _archive(self, run: ActionRun, repository: Repository, reference: CloneReference) -> bytes:
        """The output of a source: its files, or the reference by which a build clones them."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            if _format(run) == FULL_CLONE:
                reference.written(source)
            else:
                repository.git.export(reference.commit, source)
            return packed(all_files(source))

    def _build(self, execution: Execution, run: ActionRun, role: Caller) -> None:
        project = self.builds.projects.named(run.configuration["ProjectName"])
        for call in ("StartBuild", "BatchGetBuilds"):
            require(role, f"codebuild:{call}", project["arn"])
        build = self._begun(execution, run, project["name"])
        run.external_id = build.id
        run.external_url = (
            f"https://console.aws.amazon.com/codebuild/home?region={self.aws.region}#/builds/{build.id}/view/new"
        )
        while build.status == "IN_PROGRESS":
            time.sleep(LOOK_SECONDS)
            if execution.stopping == "abandon":
                # CodePipeline User Guide, "Stop a pipeline execution": abandoned actions are not stopped.
                raise ActionAbandonedError
        if build.status != "SUCCEEDED":
            phase, reason = build.where, build.why.partition(": ")
            detail = f"Phase: {phase}, Code: {reason[0]}, Message: {reason[2]}"
            raise ActionFailedError("JobFailed", f"Build terminated with state: {build.status}. {detail}")
        run.variables = {each["name"]: each["value"] for each in build.run.exported} if build.run else {}

    def _begun(self, execution: Execution, run: ActionRun, project: str) -> Build:
        """The build of an action; the action fails if CodeBuild does not start it."""
        first = run.configuration.get("PrimarySource") or (run.inputs[0].name if run.inputs else "")
        variables = json.loads(run.configuration.get("EnvironmentVariables") or "[]")
        try:
            return self.builds.begin(
                {"projectName": project, "environmentVariablesOverride": variables},
                f"codepipeline/{execution.pipeline['name']}",
                inputs={each.name: each for each in sorted(run.inputs, key=lambda each: each.name != first)},
                output=run.outputs[0] if run.outputs else None,
                resolved=str(execution.revisions[0]["revisionId"]) if execution.revisions else "",
            )
        except RefusedError as error:
            # aws-samples/aws-gateway-load-balancer-suricata-ids-ips-nsm#12.
            details = f"(Service: AWSCodeBuild; Status Code: 400; Error Code: {error.code})"
            raise ActionFailedError("JobFailed", f"Error calling startBuild: {error} {details}") from error

    def _approval(self, execution: Execution, run: ActionRun, role: Caller) -> None:
        text = run.configuration.get("CustomData", "")
        if len(text) > MOST_CHARACTERS:
            raise ActionFailedError(
                "ConfigurationError", f"CustomData has {len(text)} characters, {MOST_CHARACTERS} may be"
            )
        token = str(uuid4())
        minutes = float(run.definition.get("timeoutInMinutes") or WEEK_MINUTES)
        run.deadline = now() + minutes * 60
        topic = run.configuration.get("NotificationArn")
        if topic:
            require(role, "sns:Publish", topic)
            self.aws.client_in(credentials(role, "CodePipeline"), "sns").publish(
                TopicArn=topic,
                Subject=subject_of(execution, run),
                Message=message_of(execution, run, self.aws.region, token),
                MessageStructure="json",
            )
        run.token = token
        while not run.answered.wait(LOOK_SECONDS):
            if execution.stopping:
                raise ActionAbandonedError
            if now() > run.deadline:
                raise ActionFailedError("JobTimedOut", "The approval has timed out: nobody has answered in time.")
        if run.answer == "Rejected":
            raise ActionFailedError("JobFailed", run.summary)

    def _store(self, artifact: Artifact, archive: bytes, role: Caller) -> None:
        require(role, "s3:PutObject", artifact.arn)
        s3 = self.aws.client_in(credentials(role, "CodePipeline"), "s3")
        s3.put_object(Bucket=artifact.bucket, Key=artifact.key, Body=archive)


def _commit(chosen: str | None, branch: str, repository: Repository, name: str) -> str:
    """The commit that the execution was started with, or that of the branch.

    CodePipeline User Guide, "Start a pipeline with a source revision override": it may be on any branch.
    """
    commit: str | None = repository.git.resolve(chosen) if chosen else repository.git.branch(branch)
    if commit is None:
        what = f"commit {chosen}" if chosen else f"branch named {branch}"
        message = f"The action failed because no {what} was found in the selected repository {name}."
        raise ActionFailedError("ConfigurationError", message)
    return commit


def _format(run: ActionRun) -> str:
    return run.configuration.get("OutputArtifactFormat", "CODE_ZIP")
