"""CodeBuild's builds: starting, stopping and describing them."""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.access.roles import as_service, credentials
from dataops.local_aws.account import account_profile
from dataops.local_aws.cloudwatch.log_stream import keep_log
from dataops.local_aws.developer_tools.artifact import Artifact, unpack
from dataops.local_aws.developer_tools.build import Build, build_description, event_of, variables_of
from dataops.local_aws.developer_tools.build_projects import BuildProjects
from dataops.local_aws.developer_tools.build_run import BuildRun
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.clone_reference import CloneReference, reference_in
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.repositories import Repositories, Repository
from dataops.local_aws.server.client import LocalAws
from dataops.local_platform import way_to_s3_control

log = logging.getLogger("builds")
Content = dict[str, Any]
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
Emit = Callable[[str, str, Content, list[str]], None]
OVERRIDES = {"projectName", "sourceVersion", "environmentVariablesOverride", "idempotencyToken", "buildspecOverride"}


class Builds:
    """The builds of one account and region, and CodeBuild's operations on them."""

    def __init__(
        self,
        aws: LocalAws,
        projects: BuildProjects,
        repositories: Repositories,
        connected: Callable[[str, str], Repository],
        emit: Emit,
        machine: dict[str, str],
    ) -> None:
        self.aws, self.projects, self.repositories, self.emit = aws, projects, repositories, emit
        self.connected, self.machine = connected, machine
        self.by_id: dict[str, Build] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a build is in progress."""
        return any(build.status == "IN_PROGRESS" for build in list(self.by_id.values()))

    def close(self) -> None:
        """Stop every build."""
        for build in list(self.by_id.values()):
            self.stop(build)

    def credentials(self, identity: str) -> Content | None:
        """The response of the credentials address in a build's container: new credentials of its role each time."""
        build = self.by_id.get(identity)
        if build is None or build.status != "IN_PROGRESS":
            return None
        role = as_service("codebuild", build.project["serviceRole"], build.project["arn"], self.aws.region)
        given = credentials(role, "AWSCodeBuild")
        return {
            "RoleArn": role.role,
            "AccessKeyId": given["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": given["AWS_SECRET_ACCESS_KEY"],
            "Token": given["AWS_SESSION_TOKEN"],
            "Expiration": f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        }

    def begin(self, order: Content, initiator: str, **handed: Any) -> Build:
        """Start a build; a pipeline passes inputs, an output and the commit that it has resolved."""
        project = self.projects.named(order["projectName"])
        unknown = sorted(order.keys() - OVERRIDES)
        if unknown:
            raise RefusedError("InvalidInputException", f"the local AWS starts no build with {', '.join(unknown)}")
        self._refuse_too_many(project)
        number = 1 + sum(build.project["name"] == project["name"] for build in self.by_id.values())
        build = Build(json.loads(json.dumps(project)), number, initiator, order, **handed)
        self.by_id[build.id] = build
        self._announce(build)
        Thread(target=self._work, args=(build,), name=build.id, daemon=True).start()
        return build

    def _refuse_too_many(self, project: Content) -> None:
        """Refuse a build over the limit: "builds return an error" (CodeBuild User Guide, "Work with builds")."""
        size = project["environment"]["computeType"]
        running = [build.project for build in self.by_id.values() if build.status == "IN_PROGRESS"]
        own = sum(each["name"] == project["name"] for each in running)
        alike = sum(each["environment"]["computeType"] == size for each in running)
        account = account_profile.current().concurrent_builds
        # The message is that of an account's limit: hashicorp-education/learn-terraform-aws-control-tower-aft#7.
        for most, count in ((project.get("concurrentBuildLimit") or account, own), (account, alike)):
            if count >= most:
                message = f"Cannot have more than {most} builds in queue for the account"
                raise RefusedError("AccountLimitExceededException", message)

    def start_build(self, caller: Caller, given: Content) -> Content:
        return {"build": build_description(self.aws, self.begin(given, caller.arn.rpartition(":")[2]))}

    def stop_build(self, caller: Caller, given: Content) -> Content:
        build = self._named(given["id"])
        self.stop(build)
        return {"build": build_description(self.aws, build)}

    def batch_get_builds(self, caller: Caller, given: Content) -> Content:
        ids = [name.partition(":build/")[2] or name for name in given["ids"]]
        found = [build_description(self.aws, self.by_id[each]) for each in ids if each in self.by_id]
        return {"builds": found, "buildsNotFound": [each for each in ids if each not in self.by_id]}

    def list_builds(self, caller: Caller, given: Content) -> Content:
        return {"ids": [build.id for build in reversed(self.by_id.values())]}

    def list_builds_for_project(self, caller: Caller, given: Content) -> Content:
        name = self.projects.named(given["projectName"])["name"]
        return {"ids": [build.id for build in reversed(self.by_id.values()) if build.project["name"] == name]}

    def _named(self, identity: str) -> Build:
        if identity not in self.by_id:
            raise RefusedError("ResourceNotFoundException", f"Build cannot be found: {identity}")
        return self.by_id[identity]

    def stop(self, build: Build) -> None:
        """Stop a build in its current phase."""
        if build.run and build.status == "IN_PROGRESS":
            build.run.stopped = True
            build.run.end()

    def _work(self, build: Build) -> None:
        try:
            role = as_service("codebuild", build.project["serviceRole"], build.project["arn"], self.aws.region)
            require(role, "logs:CreateLogStream", f"{self._log_group(build)}:log-stream:")
            require(role, "logs:PutLogEvents", f"{self._log_group(build)}:log-stream:{build.identity}")
            for artifact in build.inputs.values():
                require(role, "s3:GetObject", artifact.arn)
            if build.output:
                require(role, "s3:PutObject", build.output.arn)
            session = credentials(role, "AWSCodeBuild")
            build.run = self._prepared(build, session, role)
            build.run.run()
            self._hand_on(build, session)
            build.status = build.run.status
        except (AccessDeniedError, RefusedError) as error:
            build.status, build.complaint = "FAILED", f"ACCESS_DENIED: {error}"
        except Exception as error:
            log.exception("%s", build.id)
            build.status, build.complaint = "FAULT", f"{type(error).__name__}: {error}"
        build.ended = now()
        self._announce(build)

    def _prepared(self, build: Build, session: dict[str, str], role: Caller) -> BuildRun:
        """The build with its sources in a folder of its own."""
        folder = self.aws.folder / "builds" / build.project["name"] / build.identity
        run = BuildRun(
            folder=folder,
            source=folder / "src",
            environment={},
            buildspec=build.order.get("buildspecOverride") or build.project["source"].get("buildspec", ""),
            seconds=float(build.project["timeoutInMinutes"]) * 60,
        )
        (folder / "home").mkdir(parents=True)
        folders = {name: folder / "secondary" / name for name in list(build.inputs)[1:]}
        if build.inputs:
            for name, artifact in build.inputs.items():
                unpack(self._fetched(artifact, session), folders.get(name, run.source))
            self._clone_what_is_referred_to(run, role)
        elif build.project["source"]["type"] == "CODECOMMIT":
            self._clone(build, run)
        else:
            run.source.mkdir()
        run.environment |= self.machine | self._way_to_aws(build)
        run.environment |= variables_of(self.aws, build, run.source, folders) | {"HOME": str(folder / "home")}
        return run

    def _way_to_aws(self, build: Build) -> dict[str, str]:
        """The address of AWS and of the build's credentials: CodeBuild sets no keys, containers request them."""
        # CodeBuild gives a relative address on a host of its own; the full one is for hosts like this.
        known = {name: value for name, value in self.aws.process_environment.items() if name not in KEYS}
        credentials = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.aws.address}/local/credentials/{build.id}"}
        return known | credentials | way_to_s3_control(self.aws.address)

    def _clone_what_is_referred_to(self, run: BuildRun, role: Caller) -> None:
        """Replace a source that is only a clone reference with the clone."""
        reference = reference_in(run.source)
        if reference is None:
            return
        reference.require_access(role)
        repository = self._referred_to(reference)
        address = repository.clone_address(reference.by)
        shutil.rmtree(run.source)
        repository.git.clone(reference.commit, run.source, address)
        run.git_credentials = repository.git.reached_at(address)

    def _referred_to(self, reference: CloneReference) -> Repository:
        if reference.by.split(":")[2] == "codecommit":
            return self.repositories.named(reference.repository)
        return self.connected(reference.by, reference.repository)

    def _clone(self, build: Build, run: BuildRun) -> None:
        location = build.project["source"]["location"]
        git = self.repositories.named(location.rpartition("/")[2]).git
        version = build.order.get("sourceVersion") or build.project.get("sourceVersion") or "HEAD"
        commit = git.resolve(version)
        if commit is None:
            raise RefusedError("InvalidInputException", f"{location} has no {version}")
        build.resolved = commit
        git.clone(commit, run.source, location)
        run.git_credentials = git.reached_at(location)

    def _fetched(self, artifact: Artifact, session: dict[str, str]) -> bytes:
        stored = self._s3(session).get_object(Bucket=artifact.bucket, Key=artifact.key)
        body: bytes = stored["Body"].read()
        return body

    def _hand_on(self, build: Build, session: dict[str, str]) -> None:
        """Upload the build's artifacts, keep its log, and delete the rest."""
        assert build.run
        if build.output and build.run.artifact is not None:
            location = {"Bucket": build.output.bucket, "Key": build.output.key}
            self._s3(session).put_object(**location, Body=build.run.artifact)
        lines = build.run.log.read_text(encoding="utf-8", errors="replace").splitlines()
        keep_log(self.aws, build.log_group, build.identity, lines)
        build.run.forget()

    def _s3(self, session: dict[str, str]) -> Any:
        return self.aws.client_in(session, "s3")

    def _log_group(self, build: Build) -> str:
        return f"arn:aws:logs:{self.aws.region}:{self.aws.account}:log-group:{build.log_group}"

    def _announce(self, build: Build) -> None:
        self.emit("aws.codebuild", *event_of(self.aws, build))
