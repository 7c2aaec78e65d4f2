"""The developer tools of one account and region: each call goes to the part that implements it, if its caller may."""

import json
import re
from collections.abc import Callable
from threading import Event as Signal
from threading import RLock, Thread
from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.developer_tools.approval_rules import ApprovalRules
from dataops.local_aws.developer_tools.build_projects import BuildProjects
from dataops.local_aws.developer_tools.builds import Builds
from dataops.local_aws.developer_tools.comments import Comments
from dataops.local_aws.developer_tools.connections import Connections
from dataops.local_aws.developer_tools.merges import Merges
from dataops.local_aws.developer_tools.pipeline_actions import PipelineActions
from dataops.local_aws.developer_tools.pipeline_engine import PipelineEngine
from dataops.local_aws.developer_tools.pipeline_events import PipelineEvents
from dataops.local_aws.developer_tools.pipelines import Pipelines
from dataops.local_aws.developer_tools.pull_requests import PullRequests
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.repositories import Repositories, RepositoryCalls
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]
Answer = tuple[int, Content]
Emit = Callable[[str, str, Content, list[str]], None]
BUILD_INPUT = ("sourceVersion", "environmentVariablesOverride", "buildspecOverride")


class DeveloperTools:
    """CodeCommit, CodeBuild, CodePipeline and connections, wired together."""

    def __init__(self, aws: LocalAws, emit: Emit, machine: dict[str, str]) -> None:
        self.aws, self.answering = aws, RLock()
        self.repositories = Repositories(aws, emit)
        self.projects, self.connections, rules = BuildProjects(aws), Connections(aws), ApprovalRules()
        self.pull_requests = PullRequests(self.repositories, rules)
        self.builds = Builds(aws, self.projects, self.repositories, self.connections.repository, emit, machine)
        actions = PipelineActions(aws, self.repositories, self.builds, self.connections.repository)
        engine = PipelineEngine(actions, PipelineEvents(emit, aws.region, self._pipeline_arn), self._pipeline_arn)
        self.pipelines = Pipelines(engine, self._pipeline_arn)
        requests = [self.pull_requests, Merges(self.pull_requests), Comments(self.pull_requests)]
        self.parts: dict[str, list[Any]] = {
            "codecommit": [RepositoryCalls(self.repositories), rules, *requests],
            "codebuild": [self.projects, self.builds],
            "codepipeline": [self.pipelines],
            "codeconnections": [self.connections],
            "codestar-connections": [self.connections],
        }

    @property
    def is_busy(self) -> bool:
        """Whether a build or an execution is in progress."""
        return self.builds.is_busy or self.pipelines.is_busy

    def begin(self, stopped: Signal) -> None:
        """Watch for pushes."""
        Thread(target=self.repositories.watch, args=(stopped,), name="pushes", daemon=True).start()

    def close(self) -> None:
        """Stop every child process."""
        self.builds.close()

    def answer(self, service: str, operation: str, caller: Caller, given: Content) -> Answer:
        """The status and content of a call's response; 501 for an unknown operation."""
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        call = next((getattr(part, name) for part in self.parts[service] if hasattr(part, name)), None)
        if call is None:
            return 501, {"__type": "UnsupportedOperation", "message": f"the local AWS cannot do {service} {operation}"}
        try:
            with self.answering:
                require(caller, f"{service}:{operation}", self._resource(service, given), **self._context(given))
                return 200, call(caller, given)
        except RefusedError as error:
            return 400, {"__type": error.code, "message": str(error)}
        except AccessDeniedError as error:
            return 400, {"__type": "AccessDeniedException", "message": str(error)}

    def started_by_rule(self, rule: str, arn: str, message: str) -> None:
        """Start a pipeline or a project that is the target of an EventBridge rule."""
        if arn.split(":")[2] == "codepipeline":
            self.pipelines.start(arn.split(":")[5], "CloudWatchEvent", rule)
            return
        given = json.loads(message)
        order = {name: given[name] for name in BUILD_INPUT if isinstance(given, dict) and name in given}
        self.builds.begin({"projectName": arn, **order}, f"rule/{rule.rpartition('/')[2]}")

    def _resource(self, service: str, given: Content) -> str:
        """The ARN of a call's resource, as policies name it."""
        begin = f"arn:aws:{service}:{self.aws.region}:{self.aws.account}"
        if service == "codepipeline":
            name = given.get("pipelineName") or given.get("name") or given.get("pipeline", {}).get("name")
            parts = [name, given.get("stageName"), given.get("actionName")]
            return f"{begin}:{'/'.join(part for part in parts if part)}" if name else given.get("resourceArn", "*")
        if service == "codebuild":
            name = given.get("projectName") or given.get("name") or (given.get("id") or "").partition(":")[0]
            return f"{begin}:project/{name}" if name else "*"
        request = self.pull_requests.by_id.get(given.get("pullRequestId", ""))
        targets = given.get("targets") or ([request.target] if request else [{}])
        name = given.get("repositoryName") or targets[0].get("repositoryName")
        return f"{begin}:{name}" if name else given.get("resourceArn") or given.get("ConnectionArn") or "*"

    def _context(self, given: Content) -> dict[str, str]:
        """The condition keys of a call that changes a branch."""
        request = self.pull_requests.by_id.get(given.get("pullRequestId", ""))
        if request:
            return {"codecommit:References": request.target["destinationReference"]}
        return {"codecommit:References": f"refs/heads/{given['branchName']}"} if "branchName" in given else {}

    def _pipeline_arn(self, name: str) -> str:
        return f"arn:aws:codepipeline:{self.aws.region}:{self.aws.account}:{name}"
