"""CodeCommit's pull requests: their revisions, approvals and events; merges are in merges.py."""

import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.developer_tools.approval_rules import ApprovalRules, is_satisfied
from dataops.local_aws.developer_tools.clock import as_text, now
from dataops.local_aws.developer_tools.refusal import RefusedError
from dataops.local_aws.developer_tools.repositories import Repositories, Repository

Content = dict[str, Any]


@dataclass
class PullRequest:
    """One pull request; each push makes a new revision, and an approval counts for its own revision only."""

    fields: Content
    repository: Repository
    approvals: dict[tuple[str, str], str] = field(default_factory=dict)
    overridden_by: str = ""

    @property
    def target(self) -> Content:
        """The source and destination: CodeCommit allows one target."""
        target: Content = self.fields["pullRequestTargets"][0]
        return target

    @property
    def is_open(self) -> bool:
        """Whether the pull request is open."""
        return bool(self.fields["pullRequestStatus"] == "OPEN")

    @property
    def approvers(self) -> set[str]:
        """The approvers of the current revision."""
        revision = self.fields["revisionId"]
        return {arn for (at, arn), state in self.approvals.items() if at == revision and state == "APPROVE"}

    @property
    def evaluation(self) -> Content:
        """The evaluation of its approval rules."""
        satisfied = {
            rule["approvalRuleName"]: is_satisfied(rule, self.approvers) for rule in self.fields["approvalRules"]
        }
        return {
            "approved": bool(self.overridden_by) or all(satisfied.values()),
            "overridden": bool(self.overridden_by),
            "approvalRulesSatisfied": [name for name, it_is in satisfied.items() if it_is],
            "approvalRulesNotSatisfied": [name for name, it_is in satisfied.items() if not it_is],
        }


class PullRequests:
    """The pull requests of one account and region, and CodeCommit's operations on them."""

    def __init__(self, repositories: Repositories, rules: ApprovalRules) -> None:
        self.repositories, self.rules = repositories, rules
        self.by_id: dict[str, PullRequest] = {}
        self.numbers = itertools.count(1)
        repositories.listeners.append(self._pushed)

    def named(self, given: Content) -> PullRequest:
        """The pull request of a call."""
        if given["pullRequestId"] not in self.by_id:
            raise RefusedError("PullRequestDoesNotExistException", f"{given['pullRequestId']} does not exist")
        return self.by_id[given["pullRequestId"]]

    def announce(self, request: PullRequest, event: str, by: str, **more: Any) -> None:
        """Emit an event about a pull request."""
        fields, target = request.fields, request.target
        detail = {
            "event": event,
            "pullRequestId": fields["pullRequestId"],
            "pullRequestStatus": fields["pullRequestStatus"].title(),
            "title": fields["title"],
            "author": fields["authorArn"],
            "callerUserArn": by,
            "creationDate": as_text(fields["creationDate"]),
            "lastModifiedDate": as_text(fields["lastActivityDate"]),
            "repositoryNames": [target["repositoryName"]],
            "sourceReference": target["sourceReference"],
            "sourceCommit": target["sourceCommit"],
            "destinationReference": target["destinationReference"],
            "destinationCommit": target["destinationCommit"],
            "revisionId": fields["revisionId"],
            "isMerged": "True" if target["mergeMetadata"]["isMerged"] else "False",
        }
        self.repositories.emit(
            "aws.codecommit", "CodeCommit Pull Request State Change", detail | more, [request.repository.arn]
        )

    def create_pull_request(self, caller: Caller, given: Content) -> Content:
        target = given["targets"][0]
        repository = self.repositories.named(target["repositoryName"])
        source, destination = target["sourceReference"], target.get("destinationReference", "main")
        commits = [self._tip(repository, reference) for reference in (source, destination)]
        fields: Content = {
            "pullRequestId": str(next(self.numbers)),
            "title": given["title"],
            "description": given.get("description", ""),
            "creationDate": now(),
            "lastActivityDate": now(),
            "pullRequestStatus": "OPEN",
            "authorArn": caller.arn,
            "revisionId": uuid4().hex,
            "approvalRules": self.rules.of(target["repositoryName"], _full(destination)),
            "pullRequestTargets": [
                {
                    "repositoryName": target["repositoryName"],
                    "sourceReference": _full(source),
                    "destinationReference": _full(destination),
                    "sourceCommit": commits[0],
                    "destinationCommit": commits[1],
                    "mergeBase": repository.git.merge_base(*commits),
                    "mergeMetadata": {"isMerged": False},
                }
            ],
        }
        request = self.by_id[fields["pullRequestId"]] = PullRequest(fields, repository)
        self.announce(request, "pullRequestCreated", caller.arn)
        return {"pullRequest": fields}

    def get_pull_request(self, caller: Caller, given: Content) -> Content:
        return {"pullRequest": self.named(given).fields}

    def list_pull_requests(self, caller: Caller, given: Content) -> Content:
        status = given.get("pullRequestStatus")
        found = [
            request.fields["pullRequestId"]
            for request in self.by_id.values()
            if request.target["repositoryName"] == given["repositoryName"]
            and status in (None, request.fields["pullRequestStatus"])
            and given.get("authorArn") in (None, request.fields["authorArn"])
        ]
        return {"pullRequestIds": found}

    def update_pull_request_status(self, caller: Caller, given: Content) -> Content:
        request = self._open(given)
        request.fields |= {"pullRequestStatus": given["pullRequestStatus"], "lastActivityDate": now()}
        self.announce(request, "pullRequestStatusChanged", caller.arn)
        return {"pullRequest": request.fields}

    def update_pull_request_approval_state(self, caller: Caller, given: Content) -> Content:
        request = self._open(given)
        if given["revisionId"] != request.fields["revisionId"]:
            raise RefusedError("RevisionNotCurrentException", "The revision ID is not that of the last push")
        if caller.arn == request.fields["authorArn"]:
            message = "A pull request cannot be approved by its author"
            raise RefusedError("PullRequestCannotBeApprovedByAuthorException", message)
        request.approvals[given["revisionId"], caller.arn] = given["approvalState"]
        state = {"approvalStatus": given["approvalState"]}
        self.announce(request, "pullRequestApprovalStateChanged", caller.arn, **state)
        return {}

    def get_pull_request_approval_states(self, caller: Caller, given: Content) -> Content:
        approvals = self.named(given).approvals.items()
        found = [(arn, state) for (revision, arn), state in approvals if revision == given["revisionId"]]
        return {"approvals": [{"userArn": arn, "approvalState": state} for arn, state in found]}

    def evaluate_pull_request_approval_rules(self, caller: Caller, given: Content) -> Content:
        return {"evaluation": self.named(given).evaluation}

    def override_pull_request_approval_rules(self, caller: Caller, given: Content) -> Content:
        request = self._open(given)
        request.overridden_by = caller.arn if given["overrideStatus"] == "OVERRIDE" else ""
        self.announce(request, "pullRequestApprovalRuleOverridden", caller.arn)
        return {}

    def _open(self, given: Content) -> PullRequest:
        request = self.named(given)
        if not request.is_open:
            raise RefusedError("PullRequestAlreadyClosedException", f"{given['pullRequestId']} is closed")
        return request

    def _tip(self, repository: Repository, reference: str) -> str:
        commit = repository.git.branch(reference)
        if commit is None:
            raise RefusedError("ReferenceDoesNotExistException", f"{reference} does not exist")
        return commit

    def _pushed(self, repository: Repository, reference: str, commit: str | None, by: str) -> None:
        """Update the open pull requests from and to a branch after a push."""
        for request in [each for each in self.by_id.values() if each.is_open and each.repository is repository]:
            target = request.target
            ends = {"source": target["sourceReference"], "destination": target["destinationReference"]}
            end = next((name for name, its in ends.items() if its == reference), None)
            if commit is None or end is None or target[f"{end}Commit"] == commit:
                continue
            target[f"{end}Commit"] = commit
            target["mergeBase"] = repository.git.merge_base(target["sourceCommit"], target["destinationCommit"])
            if end == "source":
                request.fields |= {"revisionId": uuid4().hex, "lastActivityDate": now()}
                self.announce(request, "pullRequestSourceBranchUpdated", by)


def _full(reference: str) -> str:
    return reference if reference.startswith("refs/") else f"refs/heads/{reference}"
