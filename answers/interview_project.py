"""The interview's questions about the project as a whole: environments, people, repository, network, tags."""

from typing import Any

from answers import forms
from answers import interview_questions as ask
from answers.schema import schema

Answer = dict[str, Any]
MOST_ENVIRONMENTS = 8
SIZES: dict[str, Answer] = {
    "small: 2 workers G.1X, up to about 10 GB a run": {"workers": 2, "worker_type": "G.1X"},
    "medium: 5 workers G.1X, up to about 50 GB a run": {"workers": 5, "worker_type": "G.1X"},
    "large: 10 workers G.2X, beyond that": {"workers": 10, "worker_type": "G.2X"},
}
CONNECTED = "GitHub, GitLab and Bitbucket are reached through an AWS connection that somebody confirms once."
PROVIDERS = {"AWS CodeCommit": "codecommit", "GitHub": "github", "GitLab": "gitlab", "Bitbucket": "bitbucket"}


def region(message: str, now: str) -> str:
    found: str = ask.choice(
        message,
        {each: each for each in schema()["$defs"]["aws_region"]["enum"]},
        now,
        ask.rule_of("aws_region"),
    )
    return found


def environment(now: Answer, others: list[Answer], project_region: str) -> Answer:
    """One environment; `now` holds what is proposed."""
    taken = [each["name"] for each in others]
    name = ask.text("Environment", "environment", now.get("name", ""), taken=taken)
    found: Answer = {
        "name": name,
        "account": ask.text(
            "AWS account", "aws_account_id", now.get("account", ""), "The 12 digits of the account's ID."
        ),
    }
    if not ask.yes(f"Does {name} run in {project_region}?", now.get("region", project_region) == project_region):
        found["region"] = region(f"Region of {name}", now.get("region", project_region))
    found["approval"] = ask.yes(
        f"Must people approve what is applied to {name}?",
        now.get("approval", True),
        "They see the plan before it is applied.",
    )
    size = {"workers": now.get("workers", 2), "worker_type": now.get("worker_type", "G.1X")}
    help_text = "The number and type of Glue workers that each job run in this environment gets."
    found |= ask.choice(f"Size of {name}", SIZES, size, help_text)
    # What the interview does not ask, such as a network or JDBC connections of its own, stays.
    return {**{key: now[key] for key in ("network", "jdbc") if key in now}, **found}


def environments(project_region: str) -> list[Answer]:
    """The environments one by one, in promotion order."""
    found: list[Answer] = []
    for proposed in ("dev", "prod", *[""] * (MOST_ENVIRONMENTS - 2)):
        found.append(environment({"name": proposed}, found, project_region))
        if len(found) == MOST_ENVIRONMENTS or not ask.yes("Another environment?", len(found) == 1):
            break
    return found


def approvers(now: list[str]) -> list[str]:
    help_text = "The IAM roles whose members approve, with commas between them."
    return ask.listed("Approvers", "approver", now or ["Architects", "SMEs"], help_text, least=1)


def git(now: Answer) -> Answer:
    provider = ask.choice("Where does the code live?", PROVIDERS, now.get("provider"), CONNECTED)
    found: Answer = {"provider": provider}
    if provider != "codecommit":
        found["repository"] = ask.line(
            "Repository", repository_check(provider), now.get("repository", ""), ask.rule_of("repository")
        )
    elif "repository" in now and "/" not in now["repository"]:
        found["repository"] = now["repository"]
    help_text = "The pipeline delivers what is merged to this branch."
    found["branch"] = ask.text("Branch", "branch_name", now.get("branch", "main"), help_text)
    return found


def repository_check(provider: str) -> ask.Check:
    """Only GitLab has groups in groups."""

    def check(given: str) -> str | None:
        deep = given.count("/") > 1 and provider != "gitlab"
        return "It is not owner/repository." if deep else ask.refusal("repository", given)

    return check


def network(now: Answer) -> Answer:
    kinds = {"create a VPC": "cidr", "use an existing VPC": "vpc"}
    help_text = "Jobs and crawlers run in private subnets of a VPC."
    if ask.choice("Network", kinds, "vpc" if "vpc" in now else "cidr", help_text) == "cidr":
        return {"cidr": ask.text("Address block of the VPC", "vpc_cidr", now.get("cidr", "10.20.0.0/16"))}
    vpc = ask.text("VPC", "vpc_id", now.get("vpc", ""))
    help_text = "Its private subnets, with commas between them; two or more in different zones."
    return {
        "vpc": vpc,
        "subnets": ask.listed("Subnets", "subnet_id", now.get("subnets", []), help_text, least=1),
    }


def tags(now: dict[str, str]) -> dict[str, str]:
    help_text = "Tags on every resource, such as owner=data-team, cost center=42; empty for none."
    written = ", ".join(f"{key}={value}" for key, value in now.items())
    found = forms.tags(ask.line("Tags", tags_fault, written, help_text))
    return found if isinstance(found, dict) else {}


def tags_fault(given: str) -> str | None:
    read = forms.tags(given)
    if not isinstance(read, dict):
        return "It is not key=value, key=value, each key once."
    found = [ask.refusal("tag_key", key) or ask.refusal("tag_value", value) for key, value in read.items()]
    return next(filter(None, found), None)
