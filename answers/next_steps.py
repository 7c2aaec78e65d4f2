"""What a person does after the generation: on this machine, then on AWS, up to the first query."""

import shlex
from pathlib import Path
from typing import Any

from dataops.validation.project_rules import bucket_of

from answers import left_open
from answers.code_host import HOSTS, provider_of

TEXT = """
{slug} is ready. Next:

    cd {folder}
    git init --initial-branch {branch} && git add --all && git commit --message "Start {slug}"
    make check    # sets up the virtual environment, then checks project.yaml, lint and types
    make local    # runs the whole platform on this machine with the files in samples/; make run runs only the ETL job

Then deploy it to AWS, signed in to the account (docs/onboarding.md, "Sign in"). Each step has a page:

{steps}
"""
OF_DOCTOR = "checks the account for what would stop a deployment, and changes nothing"
OF_BOOTSTRAP = "creates the state bucket and the deployment roles"


def next_steps(settings: dict[str, Any], folder: str, samples: dict[str, str]) -> str:
    """The text that ends a generation; `folder` is written for a shell."""
    return TEXT.format(
        slug=settings["slug"], folder=folder, branch=branch_of(settings), steps=on_aws(settings, samples)
    )


def branch_of(settings: dict[str, Any]) -> str:
    branch: str = settings.get("git", {}).get("branch", "main")
    return branch


def on_aws(settings: dict[str, Any], samples: dict[str, str]) -> str:
    """The commands of the first deployment, each with what it does and its page."""
    first, *others = [each["name"] for each in settings["environments"]]
    further = ", ".join(f"ENV={name}" for name in [*others, "pipeline"])
    dataset = next(iter(settings["datasets"]))
    steps = [
        (f"make doctor ENV={first}", f"{OF_DOCTOR}: docs/first-deployment.md"),
        (f"make bootstrap ENV={first}", f"{OF_BOOTSTRAP}; repeat it with {further}: docs/deploying.md"),
        ("make pipeline", f"{of_the_pipeline(settings)}: docs/change-management.md"),
        ("make push", f"{of_the_push(settings)}: docs/delivery.md"),
        (first_upload(settings, dataset, samples), 'uploads the first file: docs/using.md, "Upload"'),
        (
            f'make query ENV={first} SQL="select * from {dataset} limit 10"',
            'asks Athena for the first rows, once `make where` says DONE: docs/using.md, "Query"',
        ),
    ]
    return "\n".join(f"    # {comment}\n    {command}" for command, comment in steps)


def of_the_pipeline(settings: dict[str, Any]) -> str:
    host = HOSTS.get(provider_of(settings))
    connected = settings.get("delivery", {}).get("connection")
    once = f"; authorize its connection to {host} once, in the console" if host and not connected else ""
    return f"creates the delivery pipeline and its rules{once}"


def of_the_push(settings: dict[str, Any]) -> str:
    asking = [each["name"] for each in settings["environments"] if each.get("approval", True)]
    approvals = f", which waits for an approval in {' and '.join(asking)}" if asking else ""
    host = HOSTS.get(provider_of(settings))
    return f"{f'says how to push to {host}; the push ' if host else ''}starts the first delivery{approvals}"


def first_upload(settings: dict[str, Any], dataset: str, samples: dict[str, str]) -> str:
    """The command that uploads one file to the first environment: a sample, if the dataset has one."""
    environment = settings["environments"][0]
    known = not left_open.is_account_open(environment["account"])
    bucket = bucket_of(settings, environment if known else {**environment, "account": "ACCOUNT"}, "input")
    file = shlex.quote(f"samples/{dataset}/{sample_in(samples.get(dataset))}")
    return f"aws s3 cp {file} s3://{bucket}/{settings['datasets'][dataset].get('prefix', f'{dataset}/')}"


def sample_in(folder: str | None) -> str:
    """The name of the first sample file."""
    return min((path.name for path in Path(folder).iterdir()), default="FILE") if folder else "FILE"
