"""CodeCommit's repositories: bare git repositories on this machine, whose changes become events."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Signal
from threading import Lock
from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller, root_of
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.git_repository import GitRepository, folder_of
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.server.client import LocalAws

Content = dict[str, Any]
LOOK_SECONDS = 0.3


class Repository:
    """One repository: its CodeCommit metadata, and the folder of its commits."""

    def __init__(self, aws: LocalAws, name: str, description: str) -> None:
        self.arn = f"arn:aws:codecommit:{aws.region}:{aws.account}:{name}"
        host = f"git-codecommit.{aws.region}.amazonaws.com/v1/repos/{name}"
        self.metadata: Content = {
            "accountId": aws.account,
            "repositoryId": str(uuid4()),
            "repositoryName": name,
            "repositoryDescription": description,
            "lastModifiedDate": now(),
            "creationDate": now(),
            "cloneUrlHttp": f"https://{host}",
            "cloneUrlSsh": f"ssh://{host}",
            "Arn": self.arn,
        }
        self.git = GitRepository(folder_of(aws.folder, aws.account, aws.region, name))
        self.known: dict[str, str] = {}
        self.looking = Lock()

    def clone_address(self, by: str) -> str:
        """The remote of a full clone: CodeCommit's own address, or that of the connection that leads here."""
        if by == self.arn:
            return str(self.metadata["cloneUrlHttp"])
        service, region, account = by.split(":")[2:5]
        connection = by.rpartition("/")[2]
        name = self.metadata["repositoryName"]
        return f"https://{service}.{region}.amazonaws.com/git-http/{account}/{region}/{connection}/{name}.git"


class Repositories:
    """The repositories of one account and region, and CodeCommit's operations on them."""

    def __init__(self, aws: LocalAws, emit: Callable[[str, str, Content, list[str]], None]) -> None:
        self.aws, self.emit = aws, emit
        self.by_name: dict[str, Repository] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.listeners: list[Callable[[Repository, str, str | None, str], None]] = []

    def named(self, name: str) -> Repository:
        """A repository by name; an error if there is none."""
        if name not in self.by_name:
            raise RefusedError("RepositoryDoesNotExistException", f"{name} does not exist")
        return self.by_name[name]

    def watch(self, stopped: Signal) -> None:
        """Emit events for pushes until the platform stops."""
        while not stopped.wait(LOOK_SECONDS):
            for repository in list(self.by_name.values()):
                self.look(repository)

    def look(self, repository: Repository, by: Caller | None = None) -> None:
        """Emit events for the changes of a repository since the last check."""
        with repository.looking:
            before, repository.known = repository.known, repository.git.references()
            changed = sorted(before.items() ^ repository.known.items())
            for reference in dict.fromkeys(reference for reference, _ in changed):
                self._announce(repository, reference, before.get(reference), by)

    def _announce(self, repository: Repository, reference: str, before: str | None, by: Caller | None) -> None:
        after = repository.known.get(reference)
        verb = "Created" if before is None else "Deleted" if after is None else "Updated"
        kind, name = reference.removeprefix("refs/").split("/", 1)
        detail = {
            "event": f"reference{verb}",
            "repositoryName": repository.metadata["repositoryName"],
            "repositoryId": repository.metadata["repositoryId"],
            "referenceType": {"heads": "branch", "tags": "tag"}[kind],
            "referenceName": name,
            "referenceFullName": reference,
            "callerUserArn": by.arn if by else root_of(self.aws.account),
        }
        detail |= {"commitId": after} if after else {}
        detail |= {"oldCommitId": before} if before else {}
        for listener in self.listeners:
            listener(repository, reference, after, str(detail["callerUserArn"]))
        self.emit("aws.codecommit", "CodeCommit Repository State Change", detail, [repository.arn])

    @contextmanager
    def changing(self, repository: Repository, by: Caller) -> Iterator[GitRepository]:
        """Change references in a caller's name."""
        yield repository.git
        self.look(repository, by)


class RepositoryCalls:
    """The operations of CodeCommit on repositories, branches and commits."""

    def __init__(self, repositories: Repositories) -> None:
        self.repositories = repositories

    def create_repository(self, caller: Caller, given: Content) -> Content:
        name, known = given["repositoryName"], self.repositories
        if name in known.by_name:
            raise RefusedError("RepositoryNameExistsException", f"Repository named {name} already exists")
        repository = Repository(known.aws, name, given.get("repositoryDescription", ""))
        repository.metadata |= {"kmsKeyId": given["kmsKeyId"]} if given.get("kmsKeyId") else {}
        repository.git.create()
        known.by_name[name] = repository
        known.tags[repository.arn] = dict(given.get("tags") or {})
        return {"repositoryMetadata": repository.metadata}

    def get_repository(self, caller: Caller, given: Content) -> Content:
        repository = self.repositories.named(given["repositoryName"])
        branches = [name for name in repository.git.references() if name.startswith("refs/heads/")]
        if branches and "defaultBranch" not in repository.metadata:
            # The first branch that is pushed becomes the default one.
            repository.metadata["defaultBranch"] = branches[0].removeprefix("refs/heads/")
        return {"repositoryMetadata": repository.metadata}

    def list_repositories(self, caller: Caller, given: Content) -> Content:
        known = [each.metadata for each in self.repositories.by_name.values()]
        return {"repositories": [{name: each[name] for name in ("repositoryName", "repositoryId")} for each in known]}

    def delete_repository(self, caller: Caller, given: Content) -> Content:
        repository = self.repositories.by_name.pop(given["repositoryName"], None)
        if repository is None:
            return {}
        shutil.rmtree(repository.git.folder)
        return {"repositoryId": repository.metadata["repositoryId"]}

    def update_repository_description(self, caller: Caller, given: Content) -> Content:
        metadata = self.repositories.named(given["repositoryName"]).metadata
        metadata["repositoryDescription"] = given.get("repositoryDescription", "")
        return {}

    def update_repository_encryption_key(self, caller: Caller, given: Content) -> Content:
        metadata = self.repositories.named(given["repositoryName"]).metadata
        before, metadata["kmsKeyId"] = metadata.get("kmsKeyId"), given["kmsKeyId"]
        return {"repositoryId": metadata["repositoryId"], "kmsKeyId": given["kmsKeyId"], "originalKmsKeyId": before}

    def update_default_branch(self, caller: Caller, given: Content) -> Content:
        repository = self.repositories.named(given["repositoryName"])
        self._commit_of(repository, given["defaultBranchName"])
        repository.metadata["defaultBranch"] = given["defaultBranchName"]
        return {}

    def list_branches(self, caller: Caller, given: Content) -> Content:
        references = self.repositories.named(given["repositoryName"]).git.references()
        heads = [name.removeprefix("refs/heads/") for name in references if name.startswith("refs/heads/")]
        return {"branches": heads}

    def get_branch(self, caller: Caller, given: Content) -> Content:
        commit = self._commit_of(self.repositories.named(given["repositoryName"]), given["branchName"])
        return {"branch": {"branchName": given["branchName"], "commitId": commit}}

    def create_branch(self, caller: Caller, given: Content) -> Content:
        repository, name = self.repositories.named(given["repositoryName"]), given["branchName"]
        if repository.git.branch(name):
            raise RefusedError("BranchNameExistsException", f"Branch {name} already exists")
        with self.repositories.changing(repository, caller) as git:
            git.point(f"refs/heads/{name}", given["commitId"])
        return {}

    def delete_branch(self, caller: Caller, given: Content) -> Content:
        repository, name = self.repositories.named(given["repositoryName"]), given["branchName"]
        commit = repository.git.branch(name)
        if commit is None:
            return {}
        with self.repositories.changing(repository, caller) as git:
            git.point(f"refs/heads/{name}", None)
        return {"deletedBranch": {"branchName": name, "commitId": commit}}

    def get_commit(self, caller: Caller, given: Content) -> Content:
        repository = self.repositories.named(given["repositoryName"])
        if not repository.git.resolve(given["commitId"]):
            raise RefusedError("CommitIdDoesNotExistException", f"Commit {given['commitId']} does not exist")
        said = repository.git.commit(given["commitId"])
        people = {
            "author": {"name": said["author"], "email": said["email"], "date": said["date"]},
            "committer": {"name": said["committer"], "email": said["committerEmail"], "date": said["committed"]},
        }
        names = {name: said[name] for name in ("commitId", "treeId", "message")}
        return {"commit": names | people | {"parents": said["parents"].split(), "additionalData": ""}}

    def list_tags_for_resource(self, caller: Caller, given: Content) -> Content:
        return {"tags": self.repositories.tags.get(given["resourceArn"], {})}

    def tag_resource(self, caller: Caller, given: Content) -> Content:
        self.repositories.tags.setdefault(given["resourceArn"], {}).update(given["tags"])
        return {}

    def untag_resource(self, caller: Caller, given: Content) -> Content:
        for name in given["tagKeys"]:
            self.repositories.tags.get(given["resourceArn"], {}).pop(name, None)
        return {}

    def _commit_of(self, repository: Repository, branch: str) -> str:
        commit = repository.git.branch(branch)
        if commit is None:
            raise RefusedError("BranchDoesNotExistException", f"Branch {branch} does not exist")
        return commit
