"""What happens in a CodeCommit repository: pull requests, and changes past them."""

from notifications.message import Message, person
from notifications.place import Place


def request_opened(place: Place, who: str, repository: str, number: str, title: str) -> Message:
    """Somebody asks for a review."""
    return _of_request(
        place,
        "pull request opened",
        f"{person(who)} opened pull request {number}{_titled(title)}.",
        "Review it, then approve it or comment on what is missing.",
        place.pull_request(repository, number),
        number,
    )


def request_approved(place: Place, who: str, repository: str, number: str, title: str) -> Message:
    """A reviewer has approved; the approval rule decides whether that is enough."""
    return _of_request(
        place,
        "pull request approved",
        f"{person(who)} approved pull request {number}{_titled(title)}.",
        "Merge it when it has all required approvals.",
        place.pull_request(repository, number),
        number,
    )


def request_overridden(place: Place, who: str, repository: str, number: str, title: str) -> Message:
    """Somebody with the rights of an administrator goes past the approvers."""
    return _of_request(
        place,
        "pull request overridden",
        f"{person(who)} overrode the required approvals of pull request {number}{_titled(title)}.",
        "Ask why. Until the rule is restored, the pull request can be merged without approvals.",
        place.pull_request(repository, number),
        number,
    )


def changed_directly(place: Place, who: str, repository: str, branch: str, commit: str) -> Message:
    """`commit` is the current head of the branch, empty if the branch was deleted."""
    now = f"It is at commit {commit[:12]} now." if commit else "It was deleted."
    return Message(
        kinds=("alarm",),
        place=place,
        headline=f"{branch} was changed without a pull request",
        facts=[f"{person(who)} changed {branch} without a pull request. {now}"],
        next_steps=[
            "Ask why. If nobody approved it, reject the delivery that it started, and revert it with a pull request."
        ],
        links={"commits": place.commits(repository)},
        values={"by": who, "branch": branch, "commit": commit},
    )


def _titled(title: str) -> str:
    return f", {title.strip()}" if title.strip() else ""


def _of_request(place: Place, kind: str, fact: str, step: str, link: str, number: str) -> Message:
    return Message(
        kinds=(kind,),
        place=place,
        headline=f"{kind}: {number}",
        facts=[fact],
        next_steps=[step],
        links={"pull request": link},
        values={"pull_request": number},
    )
