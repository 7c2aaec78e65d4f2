"""The notifications of a CodeCommit repository: pull requests, and changes without one."""

from notifications.message import Message, person
from notifications.origin import Origin


def request_opened(origin: Origin, who: str, repository: str, number: str, title: str) -> Message:
    """Return the notification of a request for review."""
    return _of_request(
        origin,
        "pull request opened",
        f"{person(who)} opened pull request {number}{_titled(title)}.",
        "Review it, then approve it or comment on what is missing.",
        origin.pull_request(repository, number),
        number,
    )


def request_approved(origin: Origin, who: str, repository: str, number: str, title: str) -> Message:
    """Return the notification of an approval; the approval rule decides whether it is enough."""
    return _of_request(
        origin,
        "pull request approved",
        f"{person(who)} approved pull request {number}{_titled(title)}.",
        "Merge it when it has all required approvals.",
        origin.pull_request(repository, number),
        number,
    )


def request_overridden(origin: Origin, who: str, repository: str, number: str, title: str) -> Message:
    """Return the notification of an administrator's override of the approval rule."""
    return _of_request(
        origin,
        "pull request overridden",
        f"{person(who)} overrode the required approvals of pull request {number}{_titled(title)}.",
        "Ask why. Until the rule is restored, the pull request can be merged without approvals.",
        origin.pull_request(repository, number),
        number,
    )


def changed_directly(origin: Origin, who: str, repository: str, branch: str, commit: str) -> Message:
    """Return the notification; `commit` is the current head of the branch, empty if the branch was deleted."""
    now = f"It is at commit {commit[:12]} now." if commit else "It was deleted."
    return Message(
        kinds=("alarm",),
        origin=origin,
        headline=f"{branch} was changed without a pull request",
        facts=[f"{person(who)} changed {branch} without a pull request. {now}"],
        next_steps=[
            "Ask why. If nobody approved it, reject the delivery that it started, and revert it with a pull request."
        ],
        links={"commits": origin.commits(repository)},
        values={"by": who, "branch": branch, "commit": commit},
    )


def _titled(title: str) -> str:
    return f", {title.strip()}" if title.strip() else ""


def _of_request(origin: Origin, kind: str, fact: str, step: str, link: str, number: str) -> Message:
    return Message(
        kinds=(kind,),
        origin=origin,
        headline=f"{kind}: {number}",
        facts=[fact],
        next_steps=[step],
        links={"pull request": link},
        values={"pull_request": number},
    )
