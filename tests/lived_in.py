"""A project that a team has lived in, and three newer versions of this template that it meets."""

import json
import sys

from upgrade_lab import FOLDER, Project, Template, run

README = """# Sales data of Acme

Ask Ana or Bo. We load orders, customers and refunds; the numbers of the board report come from here.
"""
REFUNDS = """
  refunds:
    format: csv
    columns:
      - {name: refund_id, type: bigint}
      - {name: order_id, type: bigint, required: true}
      - {name: refunded_on, type: date}
      - {name: amount, type: "decimal(12,2)", minimum: 0}
    primary_key: [refund_id]
    newest_by: refunded_on
"""
REFUND_FILE = "refund_id,order_id,refunded_on,amount\n1,1001,2026-03-01,9.90\n2,1002,2026-03-02,4.50\n"
TRANSFORM = '''"""Refunds are losses: our board wants them negative."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def transform(rows: "DataFrame") -> "DataFrame":
    """Turn the amount's sign."""
    return rows.withColumn("amount", (-rows["amount"]).cast("decimal(12,2)"))
'''
OWN_LOCALS = """
# Ours: the finance team's cost centre, for their own report.
locals {
  cost_center = "42"
}
"""
MOVED = "\nmoved {\n  from = aws_dynamodb_table.ledger\n  to   = aws_dynamodb_table.files\n}\n"
REPORT = "board-report: ## The numbers of the board report.\n\t@cat README.md\n"
ALL_VERSIONS = ("1.1.0", "1.2.0", "2.0.0")


def live_in(project: Project) -> None:
    """What a team does with its project: settings, code, Terraform, documents, another environment."""
    project.replace("project.yaml", "\n# Who gets notifications", REFUNDS + "\n# Who gets notifications")
    project.replace("project.yaml", "expected_every: 24 hours", "expected_every: 2 days")
    project.write(
        {
            "README.md": README,
            "files/transforms/refunds.py": TRANSFORM,
            "samples/refunds/2026-03.csv": REFUND_FILE,
            "docs/our-agreements.md": "# What we have agreed with finance\n",
            "modules/environment/main.tf": project.read("modules/environment/main.tf") + OWN_LOCALS,
        }
    )
    project.git("mv", "docs/etl.md", "docs/how-the-job-works.md")
    project.replace("Makefile", "\ncost:", f"\n{REPORT}\ncost:")
    # A page that the team rewrites is the team's alone from then on: docs/upgrading.md.
    project.replace(".cruft.json", '"skip": [', '"skip": [\n    "README.md",')
    project.commit("Refunds")
    prod = next(line for line in project.read("project.yaml").splitlines() if "name: prod" in line)
    project.replace("project.yaml", prod, f'  - {{name: uat, account: "333333333333"}}\n{prod}')
    done = project.upgrade("--sync")
    assert done.returncode == 0, done.stdout + done.stderr
    project.commit("An environment for acceptance")
    # What a build leaves behind, git does not know.
    built = run(project.folder, sys.executable, "build_archives.py")
    assert built.returncode == 0, built.stderr


def release_versions(template: Template) -> None:
    """1.1.0 adds and fixes, 1.2.0 moves and renames, 2.0.0 asks one question more."""
    provider, glossary = (
        "# Our provider.\nterraform {",
        "\nglossary: ## Show what the words mean.\n\t@cat docs/glossary.md\n",
    )
    template.replace_in_project("modules/environment/main.tf", "terraform {", provider)
    template.replace_in_project("docs/etl.md", "the job does with every row", "the job does with each row")
    template.replace_in_project("README.md", "## A new dataset", "## One dataset more")
    template.replace_in_project("Makefile", "\nbuild:", f"{glossary}\nbuild:")
    template.release("1.1.0", {"docs/glossary.md": "# What the words mean\n"})
    for path in (template.folder / FOLDER / "modules/environment").glob("*.tf"):
        text = path.read_text().replace('aws_dynamodb_table" "ledger"', 'aws_dynamodb_table" "files"')
        path.write_text(text.replace("aws_dynamodb_table.ledger.", "aws_dynamodb_table.files."))
    ledger = f"{FOLDER}/modules/environment/ledger.tf"
    template.write({ledger: template.read(ledger) + MOVED})
    template.git("mv", f"{FOLDER}/docs/glossary.md", f"{FOLDER}/docs/words.md")
    template.replace_in_project("Makefile", "docs/glossary.md", "docs/words.md")
    output = "{{first_environment()}}/output.tf"
    template.release("1.2.0", {output: "# What people ask for.\n\n" + template.read(f"{FOLDER}/{output}")})
    questions = json.loads(template.read("cookiecutter.json"))
    questions["glue_version"] = "5.1"
    questions["__prompts__"]["glue_version"] = "Which version of Glue do the jobs run on?"
    template.write({"cookiecutter.json": json.dumps(questions)})
    template.replace("answers/project.py", '"tags": forms.tags,', '"tags": forms.tags,\n    "glue_version": str,')
    template.release("2.0.0", {"docs/versions.md": "# Which version of Glue\n"})
