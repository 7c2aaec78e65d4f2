"""A small pipeline on the local AWS, with all that it needs: roles, a repository, projects, a topic."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import yaml
from local_aws_server import ACCOUNT, REGION, Server, eventually

SCOPE = f"{REGION}:{ACCOUNT}"
BUCKET = "small-artifacts"
TOPIC = f"arn:aws:sns:{SCOPE}:small-notifications"
AUTHOR = ("-c", "user.name=A Developer", "-c", "user.email=developer@example.com")
CODEBUILD = {"owner": "AWS", "version": "1", "provider": "CodeBuild", "category": "Build"}
SOURCE = {"owner": "AWS", "version": "1", "provider": "CodeCommit", "category": "Source"}
APPROVAL = {"owner": "AWS", "version": "1", "provider": "Manual", "category": "Approval"}


def statement(*actions: str, resource: str = "*", effect: str = "Allow") -> dict[str, Any]:
    """One statement of an identity's policy."""
    return {"Effect": effect, "Action": list(actions), "Resource": resource}


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass
class Small:
    """The pipeline `name`, and the helpers of its tests."""

    server: Server
    folder: Path
    name: str
    role: str = ""
    builds: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of the account's owner."""
        return self.server.client(service)

    def in_role(self, role: str, service: str, name: str = "somebody") -> Any:
        """A client of somebody who has assumed a role."""
        given = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName=name)
        held = given["Credentials"]
        session = boto3.Session(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"], REGION)
        return session.client(service, endpoint_url=self.server.platform.address)

    def make_role(self, name: str, service: str, *statements: dict[str, Any]) -> str:
        """Create a role of an AWS service, or with `AWS` of people in the account; return its ARN."""
        who = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"} if service == "AWS" else {"Service": f"{service}.amazonaws.com"}
        trust = policy({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})
        iam = self.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=policy(*statements))
        return str(arn)

    # The repository

    @property
    def bare(self) -> Path:
        """The repository that receives pushes."""
        return self.server.folder / "repositories" / ACCOUNT / REGION / f"{self.name}.git"

    def push(self, branch: str = "main", **files: str) -> str:
        """Commit files on a branch and push it; return the commit."""
        work = self.folder / "work"
        if not work.exists():
            subprocess.run(["git", "init", "-q", "-b", "main", work], check=True)
        self.git("checkout", "-q", "-B", branch)
        for name, text in files.items():
            (work / name.replace("__", ".")).write_text(text)
        self.git("add", "-A")
        self.git(*AUTHOR, "commit", "-q", "--allow-empty", "-m", f"Change {', '.join(files)}")
        self.git("push", "-q", "--force", str(self.bare), f"{branch}:{branch}")
        return self.git("rev-parse", "HEAD").strip()

    def push_a_branch(self) -> None:
        """Return when the events of all pushes were emitted: a call that changes the repository emits missing ones."""
        head = self.git("rev-parse", "HEAD").strip()
        self.client("codecommit").create_branch(repositoryName=self.name, branchName="pushed", commitId=head)

    def git(self, *words: str) -> str:
        """Run git in the developer's working copy."""
        command = ["git", "-C", str(self.folder / "work"), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    # The pipeline

    def project(self, name: str, spec: dict[str, Any] | str, kind: str = "CODEPIPELINE", **more: Any) -> str:
        """Create a CodeBuild project with a buildspec; return its full name."""
        whole = f"{self.name}-{name}"
        text = spec if isinstance(spec, str) else yaml.safe_dump({"version": 0.2} | spec, sort_keys=False)
        location = {"location": f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/{self.name}"}
        variables = [{"name": name, "value": value} for name, value in more.pop("variables", {}).items()]
        self.client("codebuild").create_project(
            name=whole,
            source={"type": kind, "buildspec": text} | (location if kind == "CODECOMMIT" else {}),
            artifacts={"type": "CODEPIPELINE" if kind == "CODEPIPELINE" else "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": variables,
            },
            serviceRole=more.pop("role", self.builds.get("role", "")),
            logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": f"/{self.name}/builds"}},
            **more,
        )
        return whole

    def create(self, *stages: dict[str, Any], source_format: str = "CODE_ZIP", **more: Any) -> None:
        """Create the pipeline, with a first stage that fetches `main`; it has run once when this returns."""
        source = action("Source", SOURCE, RepositoryName=self.name, BranchName="main", PollForSourceChanges="false")
        source["configuration"]["OutputArtifactFormat"] = source_format
        source |= {"outputArtifacts": [{"name": "source"}], "namespace": "source"}
        pipeline = {
            "name": self.name,
            "roleArn": self.role,
            "artifactStore": {"type": "S3", "location": BUCKET},
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "stages": [{"name": "Source", "actions": [source]}, *stages],
        }
        self.client("codepipeline").create_pipeline(pipeline=pipeline | more)

    def start(self, **chosen: str) -> str:
        """Start an execution, of the commit that is chosen for an action; return its id."""
        revisions = [
            {"actionName": name, "revisionType": "COMMIT_ID", "revisionValue": commit}
            for name, commit in chosen.items()
        ]
        order = {"sourceRevisions": revisions} if revisions else {}
        return str(self.client("codepipeline").start_pipeline_execution(name=self.name, **order)["pipelineExecutionId"])

    def unreferenced_merge(self, source: str, destination: str) -> str:
        """A commit that no branch names, as anybody who reviews can create one."""
        made = self.client("codecommit").create_unreferenced_merge_commit(
            repositoryName=self.name,
            sourceCommitSpecifier=source,
            destinationCommitSpecifier=destination,
            mergeOption="THREE_WAY_MERGE",
        )
        return str(made["commitId"])

    def execution(self, identity: str) -> dict[str, Any]:
        """The description of an execution."""
        found = self.client("codepipeline").get_pipeline_execution(
            pipelineName=self.name, pipelineExecutionId=identity
        )["pipelineExecution"]
        return dict(found)

    def ended(self, identity: str) -> str:
        """The final status of an execution, as soon as it has ended."""
        over = eventually(lambda: self.execution(identity)["status"] not in ("InProgress", "Stopping"), identity)
        assert over
        return str(self.execution(identity)["status"])

    def actions(self, identity: str) -> dict[str, dict[str, Any]]:
        """The newest run of each action of an execution, oldest first."""
        found = self.client("codepipeline").list_action_executions(
            pipelineName=self.name, filter={"pipelineExecutionId": identity}
        )["actionExecutionDetails"]
        return {each["actionName"]: each for each in reversed(found)}

    def why(self, identity: str) -> str:
        """The reasons of an execution's failure."""
        failed = [each for each in self.actions(identity).values() if each["status"] == "Failed"]
        return str(failed[-1]["output"]["executionResult"]["errorDetails"]["message"])

    def token(self, stage: str, name: str = "Approve") -> str:
        """The token of the approval that a stage waits for."""

        def look() -> str:
            state = self.client("codepipeline").get_pipeline_state(name=self.name)
            (found,) = (each for each in state["stageStates"] if each["stageName"] == stage)
            (waiting,) = (each for each in found["actionStates"] if each["actionName"] == name)
            return str(waiting.get("latestExecution", {}).get("token", ""))

        return eventually(look, f"the approval of {stage}")

    def answer(self, stage: str, status: str, summary: str = "", by: Any = None) -> None:
        """Answer the approval that a stage waits for."""
        (by or self.client("codepipeline")).put_approval_result(
            pipelineName=self.name,
            stageName=stage,
            actionName="Approve",
            result={"status": status, "summary": summary},
            token=self.token(stage),
        )

    def events(self) -> list[dict[str, Any]]:
        """Receive the events that have reached the queue of this pipeline."""
        return [json.loads(each["Body"]) for each in self.server.messages(f"arn:aws:sqs:{SCOPE}:{self.name}-events")]


def action(name: str, kind: dict[str, Any], order: int = 1, **configuration: str) -> dict[str, Any]:
    """An action of a stage."""
    return {"name": name, "actionTypeId": kind, "runOrder": order, "configuration": configuration}


def build(name: str, project: str, order: int = 1, *inputs: str, **more: Any) -> dict[str, Any]:
    """An action that runs a build project."""
    configuration = {key: more.pop(key) for key in ("EnvironmentVariables", "PrimarySource") if key in more}
    found = action(name, CODEBUILD, order, ProjectName=project, **configuration)
    return found | {"inputArtifacts": [{"name": each} for each in inputs or ("source",)]} | more


def small_pipeline(server: Server, folder: Path, name: str) -> Small:
    """Roles, a repository, a topic, a bucket and a log group; no pipeline yet."""
    small = Small(server, folder, name)
    s3, sns = small.client("s3"), small.client("sns")
    if BUCKET not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        sns.create_topic(Name="small-notifications")
    small.client("codecommit").create_repository(repositoryName=name)
    small.client("logs").create_log_group(logGroupName=f"/{name}/builds")
    everything = statement("codecommit:*", "codebuild:*", "s3:*", "sns:*")
    small.role = small.make_role(f"{name}-pipeline", "codepipeline", everything)
    small.builds["role"] = small.make_role(f"{name}-build", "codebuild", statement("logs:*", "s3:*", "sts:*"))
    return small
