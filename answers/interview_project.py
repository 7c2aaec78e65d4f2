"""The interview's questions about the project as a whole: environments, people, repository, network, tags."""

from typing import Any

from answers import forms, left_open, regions
from answers import interview_questions as ask
from answers.schema import schema

Answer = dict[str, Any]
MOST_ENVIRONMENTS = 8
SIZES: dict[str, Answer] = {
    "small: 2 workers G.1X, up to about 10 GB a run": {"workers": 2, "worker_type": "G.1X"},
    "medium: 5 workers G.1X, up to about 50 GB a run": {"workers": 5, "worker_type": "G.1X"},
    "large: 10 workers G.2X, beyond that": {"workers": 10, "worker_type": "G.2X"},
}
NOT_KNOWN = "Leave it empty if you do not know it yet: project.yaml gets a placeholder, which make bootstrap refuses."
UNDECIDED = "undecided"
CONNECTED = "AWS reaches GitHub, GitLab and Bitbucket through a connection that somebody authorizes once."
PROVIDERS = {"AWS CodeCommit": "codecommit", "GitHub": "github", "GitLab": "gitlab", "Bitbucket": "bitbucket"}


def region(message: str, now: str) -> str:
    names = schema()["$defs"]["aws_region"]["enum"]
    help_text = f"Type part of its name or location. {ask.rule_of('aws_region')}"
    found: str = ask.choice(message, {regions.title(each): each for each in names}, now, help_text)
    return found


def environments(proposed: list[Answer]) -> list[Answer]:
    """The environments in promotion order, each with its account; `proposed` are those of the person's defaults."""
    help_text = (
        "In promotion order, with commas between them. Each name is a folder and part of every name in AWS, "
        "so it has 2 to 8 lower-case letters and digits: prod, not production."
    )
    names = ask.listed("Environments", "environment", [each["name"] for each in proposed], help_text, least=1)
    known = {each["name"]: each for each in proposed}
    found: list[Answer] = []
    for number, name in enumerate(names, 1):
        now = known.get(name, {"name": name})
        earlier = "" if number == 1 else found[-1]["account"]
        found.append({**now, "name": name, "account": account(name, now.get("account", ""), number, earlier)})
    return found


def account(name: str, now: str, number: int, earlier: str = "") -> str:
    """The account of an environment, a placeholder if it is not known yet."""
    same = f" The previous environment uses {earlier}." if earlier and not left_open.is_account_open(earlier) else ""
    help_text = f"The 12 digits of the account's ID. The account must exist.{same} {NOT_KNOWN}"
    shown = "" if left_open.is_account_open(now) else now
    found = ask.text(f"AWS account of {name}", "aws_account_id", shown, help_text, optional=True)
    return found or left_open.account(number)


def environment(now: Answer, others: list[Answer], project_region: str) -> Answer:
    """One environment with all that can be asked of it; `now` holds what is proposed."""
    taken = [each["name"] for each in others]
    name = ask.text("Environment", "environment", now.get("name", ""), taken=taken)
    number = free_number(now, others)
    found: Answer = {**now, "name": name, "account": account(name, now.get("account", ""), number)}
    return environment_settings(found, project_region)


def free_number(now: Answer, others: list[Answer]) -> int:
    """The number of a placeholder that no other environment has."""
    taken = {each["account"] for each in others}
    free = (n for n in range(1, MOST_ENVIRONMENTS + 2) if left_open.account(n) not in taken)
    is_open = left_open.is_account_open(now.get("account", ""))
    return int(now["account"]) if is_open and int(now["account"]) else next(free)


def environment_settings(now: Answer, project_region: str) -> Answer:
    """An environment with its region, approval and size asked."""
    name = now["name"]
    found = {key: value for key, value in now.items() if key != "region"}
    if not ask.yes(f"Does {name} run in {project_region}?", now.get("region", project_region) == project_region):
        found["region"] = region(f"Region of {name}", now.get("region", project_region))
    found["approval"] = ask.yes(
        f"Must people approve what is applied to {name}?",
        now.get("approval", True),
        "They see the plan before it is applied.",
    )
    size = {"workers": now.get("workers", 2), "worker_type": now.get("worker_type", "G.1X")}
    kept = {} if size in SIZES.values() else {f"unchanged: {size['workers']} workers {size['worker_type']}": size}
    help_text = "The number and type of Glue workers that each job run in this environment gets."
    return found | ask.choice(f"Size of {name}", {**kept, **SIZES}, size, help_text)


def approvers(now: list[str]) -> list[str]:
    """The roles that approve, a placeholder if they are not known yet."""
    help_text = f"The IAM roles that approve deployments, with commas between them. The roles must exist. {NOT_KNOWN}"
    known = [each for each in now if not left_open.is_open(each)] if now else ["Architects", "SMEs"]
    return ask.listed("Approvers", "approver", known, help_text) or [left_open.UNDECIDED]


def git(now: Answer, slug: str) -> Answer:
    """Where the code lives, with a placeholder for a repository that is not known yet."""
    is_open = left_open.is_open(now.get("repository", ""))
    pointed = UNDECIDED if is_open and now.get("provider") == "codecommit" else now.get("provider")
    provider = ask.choice("Where does the code live?", {**PROVIDERS, "not decided yet": UNDECIDED}, pointed, CONNECTED)
    branch = {"branch": now.get("branch", "main")}
    if provider == UNDECIDED:
        return {"provider": "codecommit", "repository": left_open.UNDECIDED, **branch}
    if provider == "codecommit":
        name = {"repository": now["repository"]} if "/" not in now.get("repository", "/") and not is_open else {}
        return {"provider": provider, **name, **branch}
    help_text = f"{ask.rule_of('repository')} It must exist before the first push. {NOT_KNOWN}"
    known = now["repository"] if "/" in now.get("repository", "") and not is_open else ""
    given = ask.line("Repository", repository_check(provider), known, help_text)
    return {"provider": provider, "repository": given or left_open.repository(slug), **branch}


def branch(now: Answer) -> Answer:
    """The branch that is delivered, which few projects call something else."""
    help_text = "The pipeline delivers what is merged to this branch."
    return {**now, "branch": ask.text("Branch", "branch_name", now.get("branch", "main"), help_text)}


def repository_check(provider: str) -> ask.Check:
    """Return the check of a repository's name: only GitLab has nested groups."""

    def check(given: str) -> str | None:
        if not given:
            return None
        deep = given.count("/") > 1 and provider != "gitlab"
        return "It is not owner/repository." if deep else ask.refusal("repository", given)

    return check


def tags(now: dict[str, str]) -> dict[str, str]:
    help_text = "Tags on every resource, such as owner=data-team, cost center=42; empty for none."
    written = ", ".join(f"{key}={value}" for key, value in now.items())
    found = forms.tags(ask.line("Tags", tags_fault, written, help_text))
    return found if isinstance(found, dict) else {}


def tags_fault(given: str) -> str | None:
    read = forms.tags(given)
    if not isinstance(read, dict):
        return "Write key=value, key=value, with each key once."
    found = [ask.refusal("tag_key", key) or ask.refusal("tag_value", value) for key, value in read.items()]
    return next(filter(None, found), None)
