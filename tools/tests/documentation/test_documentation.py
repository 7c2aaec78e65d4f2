"""What the README and the pages of docs/ tell people to type exists, and what they point at is there."""

import re
from pathlib import Path

import pytest
from documentation import checks_of, faults_of
from documents import Document, documents_below

from dataops import command_line
from dataops.project import PROJECT

DOCUMENTS = documents_below(PROJECT)
TOOLS = Path(command_line.__file__).parent
CHECKS = checks_of(PROJECT, [PROJECT / "Makefile"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_everything_that_a_document_tells_is_there(document: Document) -> None:
    assert faults_of(document, PROJECT, CHECKS) == []


ROT = {
    "a target that is gone": ("Type `make nothing`.", "make has no target nothing"),
    "a variable that nobody reads": ("Type `make where FLIE=a.csv`.", "make has no variable FLIE"),
    "a service of AWS that is misspelt": ("`aws glu get-job --job-name a`", "aws has no service glu"),
    "an operation that is misspelt": ("`aws glue get-jobb --job-name a`", "aws glue has no operation get-jobb"),
    "a parameter that is misspelt": ("`aws glue get-job --job-nam a`", "aws glue get-job has no --job-nam"),
    "a parameter that is missing": ("`aws glue get-job`", "aws glue get-job needs --job-name"),
    "a value that AWS does not know": (
        "`aws cloudwatch set-alarm-state --alarm-name a --state-reason b --state-value ALRM`",
        "aws cloudwatch set-alarm-state: --state-value cannot be ALRM",
    ),
    "a waiter that is misspelt": ("`aws s3api wait bucket-exist --bucket a`", "aws s3api wait has no bucket-exist"),
    "an option of a command without a model": ("`aws logs tail /a --sinc 1h`", "aws logs tail has no --sinc"),
    "a query about all pages": (
        "`aws s3api list-objects-v2 --bucket a --query 'sort_by(Contents, &LastModified)[-1].Key' --output text`",
        "aws s3api list-objects-v2: a query about all pages needs their lines",
    ),
    "a command that s3 lacks": ("`aws s3 copy a b`", "aws has no s3 copy"),
    "a word of Terraform that is misspelt": ("`terraform -chdir=dev aply`", "terraform has no command aply"),
    "an option of Terraform that is gone": ("`terraform plan -upgrade`", "terraform plan has no -upgrade"),
    "a folder that is gone": ("`terraform -chdir=nowhere plan`", "there is no folder nowhere"),
    "an output that is gone": ("`terraform -chdir=dev output bukets`", "has no output bukets"),
    "a word of git that is misspelt": ("`git comit`", "git has no command comit"),
    "an option of git that is gone": ("`git commit --mesage a`", "git commit has no --mesage"),
    "a module that is gone": ("`python -m operations.nothing`", "there is no module operations.nothing"),
    "a link that leads nowhere": ("[here](nowhere.md)", "the link leads nowhere: nowhere.md"),
    "a heading that is gone": ("# A\n\n[here](#b)", "there is no such heading: #b"),
    "a picture that is gone": ('<img src="picture.svg">', "the link leads nowhere: picture.svg"),
    "a file that is gone": ("See `modules/project/nothing.tf`.", "there is no file modules/project/nothing.tf"),
    "a page that is gone": ("See `nothing.md`.", "there is no file nothing.md"),
    "a variable that no command sets": ('\n    aws s3 mb "s3://$bucket"\n', "bucket: unbound variable"),
    "a program that nobody has checked": ("\n    make local\n    kubectl apply\n", "kubectl: command not found"),
    "a quote that does not end": ('\n    make query SQL="select 1\n', "unexpected EOF"),
    "a command inside another": ("\n    aws s3 ls $(make nothing)\n", "make has no target nothing"),
    "a command behind a pipe": ("\n    aws s3 ls | make nothing\n", "make has no target nothing"),
    "a command on a second line": ("\n    aws glue get-job \\\n      --nam a\n", "has no --nam"),
    "a block with a fence": ("```sh\nmake nothing\n```", "make has no target nothing"),
}


@pytest.mark.parametrize("text, fault", ROT.values(), ids=ROT)
def test_rot_is_noticed(text: str, fault: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")

    faults = faults_of(Document(page, "page.md"), PROJECT, CHECKS)

    assert len(faults) >= 1
    assert fault in "\n".join(faults)


SOUND = [
    "`make where FILE=name ENV=dev`, `make local`",
    "`aws s3api put-object --bucket <bucket> --key a --no-bucket-key-enabled --region eu-west-1`",
    "`aws logs tail /aws/lambda/<prefix>-sweep --since 1h`, `aws sso login`, `aws --version`",
    "`aws sqs send-message …` is cut short on purpose.",
    "`aws s3api list-objects-v2 --bucket a --query 'sort_by(Contents, &LastModified)[-1]'`",
    "`aws s3api list-objects-v2 --bucket a --query 'Contents[].[LastModified,Key]' --output text | sort | tail -n 1`",
    "`terraform -chdir=dev apply -auto-approve -input=false`",
    "`git clone codecommit::eu-west-1://acme-sales`, `git push --set-upstream origin HEAD`",
    "It will `make` sense; `.local/dev/report.html` comes later.",
    "```yaml\nmake: nothing\n```",
    '\n    bucket=$(terraform -chdir=dev output -json buckets | jq -r .input)\n    aws s3 cp a.csv "s3://$bucket/"\n',
    "[a site](https://example.com/nothing.md), `[not](a-link.md)`",
]


@pytest.mark.parametrize("text", SOUND)
def test_what_is_sound_is_left_alone(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")

    assert faults_of(Document(page, "page.md"), PROJECT, CHECKS) == []


def targets_named_in_messages() -> set[str]:
    """What the project's code tells people to make."""
    code = [
        path
        for pattern in ("*.py", "modules/**/*.tf", "*/*.py", "*/*/*.py", "lambda/**/*.py")
        for path in PROJECT.glob(pattern)
    ]
    code += TOOLS.rglob("*.py")
    texts = [
        path.read_text(encoding="utf-8")
        for path in code
        if path.parts[-2] != "documentation" and ".venv" not in path.parts
    ]
    return {target for text in texts for target in re.findall(r"[`'\"]make ([a-z-]+)", text)}


def test_every_command_that_a_message_names_exists() -> None:
    named = targets_named_in_messages()

    assert {"local", "plan"} <= named
    assert [target for target in sorted(named) if CHECKS["make"]([target])] == []


def test_the_documents_are_found() -> None:
    assert {"README.md", "docs/using.md"} <= {document.name for document in DOCUMENTS}
