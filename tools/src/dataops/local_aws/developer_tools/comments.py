"""CodeCommit's comments on pull requests."""

from typing import Any
from uuid import uuid4

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.developer_tools.clock import now
from dataops.local_aws.developer_tools.pull_requests import PullRequests
from dataops.local_aws.developer_tools.refusal import RefusedError

Content = dict[str, Any]
MOST_CHARACTERS = 10_240
COMMITS = ("repositoryName", "beforeCommitId", "afterCommitId")


class Comments:
    """CodeCommit's operations on comments."""

    def __init__(self, requests: PullRequests) -> None:
        self.requests = requests
        self.threads: list[Content] = []

    def post_comment_for_pull_request(self, caller: Caller, given: Content) -> Content:
        request = self.requests.named(given)
        for name in ("beforeCommitId", "afterCommitId"):
            if not request.repository.git.resolve(given[name]):
                raise RefusedError("CommitDoesNotExistException", f"{name} {given[name]} does not exist")
        position = {name: given[name] for name in (*COMMITS, "pullRequestId")}
        position |= {"location": given["location"]} if "location" in given else {}
        comment = _comment(caller, given["content"])
        self.threads.append(position | {"comments": [comment]})
        event = {"commentId": comment["commentId"], "afterCommitId": given["afterCommitId"]}
        self.requests.announce(request, "commentOnPullRequestCreated", caller.arn, **event)
        return position | {"comment": comment}

    def post_comment_reply(self, caller: Caller, given: Content) -> Content:
        thread, _ = self._found(given["inReplyTo"])
        comment = _comment(caller, given["content"]) | {"inReplyTo": given["inReplyTo"]}
        thread["comments"].append(comment)
        return {"comment": comment}

    def update_comment(self, caller: Caller, given: Content) -> Content:
        comment = self._found(given["commentId"])[1]
        if comment["authorArn"] != caller.arn:
            raise RefusedError("CommentNotCreatedByCallerException", "Only its author may change a comment")
        comment |= {"content": _within_limit(given["content"]), "lastModifiedDate": now()}
        return {"comment": comment}

    def delete_comment_content(self, caller: Caller, given: Content) -> Content:
        comment = self._found(given["commentId"])[1]
        comment |= {"content": "", "deleted": True, "lastModifiedDate": now()}
        return {"comment": comment}

    def get_comments_for_pull_request(self, caller: Caller, given: Content) -> Content:
        asked = {name: given[name] for name in ("pullRequestId", *COMMITS) if name in given}
        found = [thread for thread in self.threads if asked.items() <= thread.items()]
        return {"commentsForPullRequestData": found}

    def get_comment(self, caller: Caller, given: Content) -> Content:
        return {"comment": self._found(given["commentId"])[1]}

    def _found(self, identity: str) -> tuple[Content, Content]:
        for thread in self.threads:
            for comment in thread["comments"]:
                if comment["commentId"] == identity:
                    return thread, comment
        raise RefusedError("CommentDoesNotExistException", f"{identity} does not exist")


def _comment(caller: Caller, content: str) -> Content:
    return {
        "commentId": f"{uuid4()}:{uuid4()}",
        "content": _within_limit(content),
        "creationDate": now(),
        "lastModifiedDate": now(),
        "authorArn": caller.arn,
        "deleted": False,
        "callerReactions": [],
        "reactionCounts": {},
    }


def _within_limit(content: str) -> str:
    if not content:
        raise RefusedError("CommentContentRequiredException", "The comment is empty")
    if len(content) > MOST_CHARACTERS:
        raise RefusedError(
            "CommentContentSizeLimitExceededException", f"A comment has at most {MOST_CHARACTERS} characters"
        )
    return content
