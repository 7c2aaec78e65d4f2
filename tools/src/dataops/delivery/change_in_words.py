"""What a delivery brings, in the lines of a summary and in one line of an approval message."""

from dataops.delivery.delivered_change import (
    MOST_COMMITS,
    MOST_FILES,
    ChangedFile,
    Commit,
    DeliveredChange,
    PullRequest,
)

LONGEST_LINE = 240
# Commits that a delivery would take out: the newest are named, the rest counted.
MOST_NAMED = 3


def change_lines(change: DeliveredChange | None) -> list[str]:
    """The section of the summary."""
    if change is None:
        return []
    named = [
        f"{_commit(each, change.requests.get(each.id))}{_alone(change, each)}" for each in change.commits[:MOST_COMMITS]
    ]
    more = len(change.commits) - len(named)
    back = [f"- taken back: {_commit(commit, None)[2:]}" for commit in change.taken_back[:MOST_COMMITS]]
    settings = ["", "project.yaml:", "", *(f"- {line}" for line in change.settings)] if change.settings else []
    return [
        "## What the change is",
        "",
        f"{_count(change)}{_newer(change)}",
        *([change.note] if change.note else []),
        *(["", *named] if named else []),
        *([f"- and {more} more"] if more else []),
        *(["", *back] if back else []),
        *settings,
        *_files(change.files),
    ]


def change_line(change: DeliveredChange | None) -> str:
    """The essence of it."""
    if change is None:
        return ""
    requests = _requests([change.requests[each.id] for each in change.commits if each.id in change.requests])
    titles = f": {'; '.join(commit.title for commit in change.commits[:3])}" if change.commits and change.since else ""
    if change.taken_back and not change.commits:
        return ""
    count = f"{_commits(len(change.commits))} new" if change.taken_back else _count(change).rstrip(".")
    line = f"{count}{requests}{_all_alone(change)}{titles}"
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def back_line(change: DeliveredChange | None) -> str:
    """Which deployed commits would be taken out: an approver reads it before anything else, so it is never cut."""
    if change is None or not change.taken_back:
        return ""
    named = [commit.id[:12] for commit in change.taken_back[:MOST_NAMED]]
    more = len(change.taken_back) - len(named)
    which = f"{', '.join(named)}{f' and {more} more' if more else ''}"
    return f"GOES BACK: takes out {_commits(len(change.taken_back))} ({which}); deployed is {change.since[:12]}"


def _files(files: list[ChangedFile]) -> list[str]:
    """Which files differ from the deployed ones, each with the lines that it gained and lost."""
    if not files:
        return []
    named = [f"- {each.name}: {_lines(each)}" for each in files[:MOST_FILES]]
    more = [f"- and {len(files) - MOST_FILES} more"] if len(files) > MOST_FILES else []
    return ["", "Files:", "", *named, *more]


def _lines(file: ChangedFile) -> str:
    return "binary" if file.added == "-" else f"+{file.added} -{file.removed}"


def _alone(change: DeliveredChange, commit: Commit) -> str:
    """What an approver must not have to notice by its absence."""
    if not change.since or change.note:
        return ""
    return "" if commit.id in change.requests else ", NO PULL REQUEST FOUND"


def _all_alone(change: DeliveredChange) -> str:
    count = sum(bool(_alone(change, commit)) for commit in change.commits[:MOST_COMMITS])
    return f"; NO PULL REQUEST FOUND FOR {count}" if count else ""


def _requests(requests: list[PullRequest]) -> str:
    """The pull requests of all commits; what is doubtful about any of them stands with it."""
    if not requests:
        return ""
    numbers = dict.fromkeys(f"{each.number}{_by_title(each)}" for each in requests)
    by = {person for each in requests for person in each.approvers}
    doubts = "".join(dict.fromkeys(_doubts(each) for each in requests))
    nobody = "".join(dict.fromkeys(_by_nobody(each) for each in requests if not each.approvers))
    approved = f"{f', approved by {_listed(sorted(by))}' if by else ''}{nobody}"
    return f"; pull request {', '.join(numbers)}{approved}{doubts}"


def _by_title(request: PullRequest) -> str:
    return " (named by the commit's own title)" if request.is_named_by_title else ""


def _doubts(request: PullRequest) -> str:
    """Whether two approvals, or an approval and the change, come from one session name, in whichever roles."""
    names = [_session(person) for person in request.approvers]
    own = [" (APPROVED UNDER ITS AUTHOR'S NAME)"] if request.author and _session(request.author) in names else []
    return "".join([*own, *([" (ONE NAME APPROVED TWICE)"] if len(set(names)) < len(names) else [])])


def _session(person: str) -> str:
    """A person's name without the role; who chooses a session name may write it in another case."""
    return person.partition(" (")[0].casefold()


def _count(change: DeliveredChange) -> str:
    if not change.since:
        return "The first delivery to this environment."
    if change.taken_back:
        return (
            f"{back_line(change)}; {_commits(len(change.commits))} new." if change.commits else f"{back_line(change)}."
        )
    if change.note:
        return "What comes with this commit is not known."
    if not change.commits:
        return f"The commit that is deployed already, `{change.since[:12]}`."
    return f"{_commits(len(change.commits))} since the deployed `{change.since[:12]}`."


def _newer(change: DeliveredChange) -> str:
    if not change.newer:
        return ""
    return f" It is not the newest of {change.branch}, which has {_commits(change.newer)} more."


def _commit(commit: Commit, request: PullRequest | None) -> str:
    return f"- `{commit.id[:12]}` {commit.title} ({commit.author}){f', {_request(request)}' if request else ''}"


def _request(request: PullRequest) -> str:
    by = f" by {request.author}" if request.author else ""
    approved = f", approved by {_listed(request.approvers)}" if request.approvers else _by_nobody(request)
    return f"pull request {request.number}{_by_title(request)}{by}{approved}{_doubts(request)}"


def _by_nobody(request: PullRequest) -> str:
    """Who approved is asked of CodeCommit only."""
    return "" if request.is_named_by_title else ", APPROVED BY NOBODY"


def _listed(people: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(people)


def _commits(count: int) -> str:
    return f"{count} commit{'' if count == 1 else 's'}"
