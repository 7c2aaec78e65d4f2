"""Pages that must follow the code: each service that Terraform makes is explained, each message quoted exists."""

import json
import re
from pathlib import Path

import pytest

from dataops import command_line
from dataops.operations.doctor.finding import State
from dataops.project import PROJECT

TOOLS = Path(command_line.__file__).parent
PARTS = ["Question", "Decision", "Because", "Price", "Reconsider when"]
# What the first word of a resource's type stands for in docs/services.md.
SERVICES = {
    "budgets": "Budgets",
    "chatbot": "Amazon Q Developer in chat applications",
    "cloudwatch": "CloudWatch",
    "codebuild": "CodeBuild",
    "codecommit": "CodeCommit",
    "codeconnections": "connection",
    "codepipeline": "CodePipeline",
    "codestarnotifications": "SNS",
    "default": "VPC",
    "dynamodb": "DynamoDB",
    "flow": "VPC",
    "glue": "Glue",
    "lakeformation": "Lake Formation",
    "iam": "IAM",
    "kms": "KMS",
    "lambda": "Lambda",
    "route": "VPC",
    "s3": "S3",
    "scheduler": "EventBridge",
    "security": "VPC",
    "sns": "SNS",
    "sqs": "SQS",
    "subnet": "VPC",
    "vpc": "VPC",
}
# Said by AWS, pip or git, not by this project.
OTHERS_SAY = ("ReservedConcurrentExecutions",)


def services_made() -> set[str]:
    """The first word of every type of resource that a module or a root of this project makes."""
    files = [path for path in PROJECT.glob("*/**/*.tf") if ".terraform" not in path.parts and ".venv" not in path.parts]
    return {
        name for path in files for name in re.findall(r'^resource "aws_([a-z0-9]+)_?', path.read_text(), re.MULTILINE)
    }


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the one table below a heading, without its own head."""
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert lines, f"{page} has no table below {heading}"
    return [[cell.strip(" `") for cell in re.split(r" ?\| ?", line)[1:-1]] for line in lines[0].splitlines()[2:]]


def test_the_page_of_notifications_has_every_kind_as_it_is_and_nothing_else() -> None:
    source = (PROJECT / "modules/project/notification.tf").read_text(encoding="utf-8")
    entry = r'^ +"([a-z ]+)" += { happens = \[(.+?)\], usual = (true|false), urgent = (true|false) }$'
    folders = {'"environment"': "environments", '"pipeline"': "pipeline"}
    said = {"true": "yes", "false": ""}
    kinds = [
        [kind, ", ".join(folders[each] for each in happens.split(", ")), said[usual], said[urgent]]
        for kind, happens, usual, urgent in re.findall(entry, source, re.MULTILINE)
    ]

    assert len(kinds) > 10
    written = [[row[0], row[2].replace("`", ""), *row[3:]] for row in table("notifications.md", "Kinds")]
    assert written == kinds


def test_the_page_of_notifications_has_every_protocol_and_nothing_else() -> None:
    schema = json.loads((PROJECT / "project.schema.json").read_text(encoding="utf-8"))
    targets = [each["$ref"].rpartition("/")[2] for each in schema["$defs"]["notification"]["oneOf"]]
    protocols = {schema["$defs"][target]["properties"]["protocol"]["const"] for target in targets}
    rows = table("notifications.md", "What each target receives")

    assert len(protocols) > 5
    assert sorted(re.findall("[a-z]+", " ".join(row[0] for row in rows))) == sorted(protocols)


def test_the_page_of_notifications_has_everything_that_a_target_may_say_of_what_it_hears() -> None:
    schema = json.loads((PROJECT / "project.schema.json").read_text(encoding="utf-8"))["$defs"]
    who = {"protocol", "endpoint", "arn", "workspace", "tenant", "team", "channel"}
    written = {row[0] for row in table("notifications.md", "Settings of a target")}

    assert written == schema["email_target"]["properties"].keys() - who


def test_every_service_that_terraform_makes_is_on_the_page_of_services() -> None:
    page = (PROJECT / "docs/services.md").read_text(encoding="utf-8")

    assert len(services_made()) > 10
    assert services_made() - SERVICES.keys() == set(), "say in docs/services.md what this service is for, then here"
    assert [name for name in services_made() if SERVICES[name] not in page] == []


def test_every_service_has_an_advantage_a_drawback_and_an_alternative() -> None:
    page = (PROJECT / "docs/services.md").read_text(encoding="utf-8").partition("## If it had to be another cloud")[0]
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ") and "---" not in line]

    assert len(rows) > 15
    assert [row for row in rows if len(row) != 5 or not all(row)] == []


def test_every_heading_that_the_tools_name_is_in_the_page_that_they_name() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(TOOLS.rglob("*.py")))
    named = set(re.findall(r'docs/([a-z-]+)\.md, \\?"([^"\\]+)', sources))

    assert ("upgrading", "Resolve a conflict") in named
    assert [each for each in sorted(named) if each[1] not in headings(each[0])] == []


def headings(page: str) -> list[str]:
    text = (PROJECT / f"docs/{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^#+ (?:[0-9]+[.] )?(.+)$", text, re.MULTILINE)


def decisions() -> dict[str, str]:
    """The text of each decision by its title."""
    page = (PROJECT / "docs/decisions.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (.+)\n\n((?:- .+\n)+)", page, re.MULTILINE))


def test_every_decision_has_its_parts_in_order() -> None:
    page = (PROJECT / "docs/decisions.md").read_text(encoding="utf-8")
    parts = {title: re.findall(r"^- ([A-Z][a-z ]+): .{10}", text, re.MULTILINE) for title, text in decisions().items()}

    assert len(parts) == page.count("\n## ") > 5
    assert {title: found for title, found in parts.items() if found != PARTS} == {}


def quoted_messages() -> list[str]:
    """What troubleshooting says that this project says, up to where it differs from case to case."""
    page = (PROJECT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    seen = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")]
    quoted = [re.split('[…"]', text)[0].strip() for first in seen for text in re.findall("`([^`]+)`", first)]
    return [text for text in quoted if " " in text and not text.startswith(("make ", "git ", *OTHERS_SAY))]


def test_every_message_that_is_quoted_is_one_of_this_project() -> None:
    code = [
        PROJECT / "Makefile",
        *(
            path
            for pattern in ("*/*.py", "lambda/**/*.py", "*/*/*.py", "modules/*/*.tf")
            for path in PROJECT.glob(pattern)
        ),
        *Path(command_line.__file__).parent.rglob("*.py"),
    ]
    said = "\n".join(
        path.read_text(encoding="utf-8") for path in code if ".venv" not in path.parts and "tests" not in path.parts
    )

    assert len(quoted_messages()) >= 4
    assert [text for text in quoted_messages() if text not in said] == []


def test_the_page_of_the_first_deployment_explains_every_state_of_the_doctor() -> None:
    explained = [row[0] for row in table("first-deployment.md", "Before anything is created")]

    assert explained == [state.value for state in State]


def test_the_first_steps_of_the_first_deployment_are_the_least_certain_ones() -> None:
    text = (PROJECT / "docs/first-deployment.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\| (\d+)\. ([^|]+) \|", text, re.MULTILINE)

    assert [int(number) for number, _ in steps] == [*range(1, len(steps) + 1)]
    assert [words for _, words in steps[:3]] == [
        "EventBridge delivers to an encrypted queue",
        "Glue's boto3 publishes",
        "A key can be used at once",
    ]


def test_the_readme_leads_to_every_page() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")

    pages = [path.name for path in (PROJECT / "docs").glob("*.md") if path.name != "pull_request_template.md"]

    assert [name for name in pages if f"docs/{name}" not in readme] == []


def statements_made() -> set[str]:
    """The name of every statement of a policy that Terraform makes."""
    text = [path.read_text() for path in PROJECT.glob("*/**/*.tf") if ".terraform" not in path.parts]
    return {name for each in text for name in re.findall(r'^ *(?:sid|Sid) += "(\w+)"', each, re.MULTILINE)}


@pytest.mark.parametrize("page", sorted((PROJECT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_a_statement_of_a_policy_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"statement `(\w+)`", page.read_text(encoding="utf-8")))

    assert named <= statements_made()
