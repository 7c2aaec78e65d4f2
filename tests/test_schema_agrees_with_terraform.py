"""project.schema.json and modules/project say the same: the generator asks one, Terraform the other."""

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_answers import answers_with, cases, some_of_each_field
from terraform_runner import Terraform
from test_schema import FULL, accepted_by_library

from answers.project import project_faults, project_from
from answers.schema import schema

MODULE = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}/modules/project"
DRAFT = {
    **FULL,
    "notifications": [
        *FULL["notifications"],
        {
            "protocol": "teams",
            "tenant": "12345678-1234-1234-1234-123456789012",
            "team": "22345678-1234-1234-1234-123456789012",
            "channel": "19:abcdef@thread.tacv2",
        },
    ],
}
# Terraform checks the drafts of a folder in one plan, and gives back what it has understood.
ROOT = """
variable "drafts" {
  type = set(string)
}

module "project" {
  for_each    = var.drafts
  source      = "./project"
  settings    = jsondecode(file(each.key))
  environment = jsondecode(file(each.key)).environments[0].name
}

output "understood" {
  value = { for name, project in module.project : name => project.understood }
}
"""
ORDERS = ("datasets", "orders")
KeyPath = tuple[str | int, ...]
WRONG: list[tuple[KeyPath, Any]] = [
    (("slug",), "Acme"),
    (("slug",), "a" * 25),
    (("bucket_prefix",), "acme.data"),
    (("bucket_prefix",), "ab"),
    (("region",), "Europe"),
    (("glue_version",), "4.0"),
    (("tags",), {"price in €": "50"}),
    (("tags",), {"owner": "data•team"}),
    (("kms_keys",), ["arn:aws:kms:eu-west-1:222222222222:alias/acme"]),
    (("git", "provider"), "sourceforge"),
    (("git",), {"provider": "codecommit", "repository": "a/b"}),
    (("git",), {"provider": "github", "repository": "sales"}),
    *(
        (("git", "branch"), name)
        for name in ("a..b", "/main", "main/", "x.lock", "refs/heads/main", "HEAD", "Con/a", "a b")
    ),
    (("approvers",), ["The Architects"]),
    (("readers",), ["Analysts"]),
    (("readers",), ["arn:aws:iam::111111111111:user/ann"]),
    (("readers",), ["arn:aws:iam::111111111111:role/data+team"]),
    (("queries", "most_scanned"), "100 MB"),
    (("queries", "results_kept"), "a month"),
    (("delivery", "account"), "3333"),
    (("delivery", "approvals"), 0),
    (("delivery", "approvals"), 1.5),
    (("delivery", "approval_timeout"), "3 weeks"),
    (("delivery", "developers"), ["All developers"]),
    (("delivery", "connection"), "github"),
    (("environments", 0, "name"), "pipeline"),
    (("environments", 1, "deploy_window", "days"), "weekdays"),
    (("environments", 1, "deploy_window", "hours"), "9-24"),
    (("environments", 1, "deploy_window", "time_zone"), "a b"),
    (("network",), {"cidr": "10.20.0.0/16", "vpc": "vpc-0123456789abcdef0"}),
    (("environments", 1, "network"), {"vpc": "vpc-1", "subnets": ["subnet-0123456789abcdef0"]}),
    (("environments", 1, "network"), {"vpc": "vpc-0123456789abcdef0", "subnets": ["a"]}),
    (("environments", 1, "network"), {"vpc": "vpc-0123456789abcdef0", "subnets": []}),
    (("environments", 0, "name"), "Dev"),
    (("environments", 0, "name"), "integration"),
    (("environments", 0, "account"), "1111"),
    (("environments", 1, "region"), "eu"),
    (("environments", 1, "workers"), 1),
    (("environments", 1, "workers"), 2.5),
    (("environments", 1, "workers"), 300),
    (("environments", 1, "worker_type"), "Standard"),
    (("environments", 1, "monthly_budget"), 0),
    (("environments", 1, "monthly_budget"), 2000000),
    (("environments", 1, "flex"), "spare"),
    (("environments", 1, "lake_formation"), "governed"),
    (("environments", 1, "jdbc"), {"Ware House": {"url": "jdbc:postgresql://h/db", "secret": "s"}}),
    (("environments", 1, "jdbc", "warehouse", "url"), "postgresql://host/db"),
    (("environments", 1, "jdbc", "warehouse", "secret"), "a secret"),
    (("datasets",), {}),
    (("datasets",), {"Orders": FULL["datasets"]["orders"]}),
    ((*ORDERS, "format"), "avro"),
    ((*ORDERS, "readers"), ["arn:aws:s3:::Finance"]),
    ((*ORDERS, "prefix"), "orders"),
    ((*ORDERS, "delimiter"), ",,"),
    ((*ORDERS, "maximum_quarantined_share"), 1.1),
    ((*ORDERS, "on_drift"), "ignore"),
    ((*ORDERS, "table_format"), "delta"),
    ((*ORDERS, "expected_every"), "daily"),
    ((*ORDERS, "schedule"), "every day"),
    ((*ORDERS, "schedule"), "rate(1 hours)"),
    ((*ORDERS, "schedule"), "rate(2 hour)"),
    ((*ORDERS, "schedule"), "rate(0 minutes)"),
    ((*ORDERS, "schedule"), "cron(0 6 * * * *)"),
    ((*ORDERS, "schedule"), "cron(0 6 ? * ? *)"),
    ((*ORDERS, "schedule"), "cron(0 6 * *)"),
    ((*ORDERS, "schedule"), "cron(61 6 * * ? *)"),
    ((*ORDERS, "timeout"), "all night"),
    ((*ORDERS, "columns", 0, "name"), "Order Id"),
    ((*ORDERS, "columns", 0, "type"), "long"),
    ((*ORDERS, "columns", 0, "type"), "decimal(39,2)"),
    ((*ORDERS, "quarantined_share"), 0),
    (("monitoring", "log_retention"), "10 days"),
    (("monitoring", "longest_wait"), "long"),
    (("monitoring", "longest_crawl"), "an hour"),
    (("monitoring", "failed_runs"), 1.5),
    (("monitoring", "quarantined_share"), 1.5),
    (("monitoring", "memory_share"), 90),
    (("monitoring", "error_share"), 0),
    (("monitoring", "timeout_share"), 2),
    (("monitoring", "unusual_deviations"), 0),
    (("monitoring", "rejected_connections"), 0),
    (("notifications", 0, "protocol"), "pigeon"),
    (("notifications", 0, "endpoint"), "nobody"),
    (("notifications", 0, "kinds"), ["run faild"]),
    (("notifications", 0, "successes"), "hourly"),
    (("notifications", 1, "endpoint"), "0470123456"),
    (("notifications", 2, "endpoint"), "http://example.com/in"),
    (("notifications", 3, "workspace"), "acme"),
    (("notifications", 3, "channel"), "#data"),
    (("notifications", 4, "arn"), "alerts"),
    (("notifications", 5, "tenant"), "acme"),
    (("notifications", 5, "team"), "data"),
    (("notifications", 5, "channel"), "General"),
]


class Validator:
    """modules/project in a folder of its own, which tells what it understood."""

    def __init__(self, folder: Path, terraform: Terraform) -> None:
        self.folder, self.terraform = folder, terraform
        shutil.copytree(MODULE, folder / "project", ignore=shutil.ignore_patterns("tests", ".terraform*"))
        (folder / "project/understood.tf").write_text('output "understood" {\n  value = var.settings\n}\n')
        (folder / "main.tf").write_text(ROOT)
        done = terraform.run(folder, "init", "-input=false")
        assert done.returncode == 0, done.stderr

    def plan(self, drafts: list[dict[str, Any]]) -> tuple[bool, str]:
        """Whether Terraform takes all drafts, and what it said."""
        names = [f"draft{number}.json" for number, _ in enumerate(drafts)]
        for name, draft in zip(names, drafts, strict=True):
            (self.folder / name).write_text(json.dumps(draft))
        chosen = f"-var=drafts={json.dumps(names)}"
        done = self.terraform.run(self.folder, "plan", "-input=false", "-out=plan", chosen)
        return done.returncode == 0, done.stderr

    def understood(self, draft: dict[str, Any]) -> dict[str, Any]:
        """The draft as Terraform's types hold it: with every key that they know."""
        is_taken, said = self.plan([draft])
        assert is_taken, said
        shown = json.loads(self.terraform.run(self.folder, "show", "-json", "plan").stdout)
        found: dict[str, Any] = shown["planned_values"]["outputs"]["understood"]["value"]["draft0.json"]
        return found


@pytest.fixture(scope="module")
def validator(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Validator:
    return Validator(tmp_path_factory.mktemp("validator"), terraform)


def paths_in(node: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Where each entry of a draft stands."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        if isinstance(node, dict):
            yield (*path, key)
        yield from paths_in(value, (*path, key))


def changed(path: KeyPath, *values: Any) -> dict[str, Any]:
    """A draft in which an entry has another value, or is left out."""
    draft = copy.deepcopy(DRAFT)
    node: Any = draft
    for key in path[:-1]:
        node = node[key]
    if values:
        node[path[-1]] = values[0]
    else:
        del node[path[-1]]
    return draft


def lost(given: Any, understood: Any, path: KeyPath = ()) -> list[KeyPath]:
    """The entries of a draft that Terraform's types dropped."""
    if not isinstance(given, dict | list):
        return []
    entries = given.items() if isinstance(given, dict) else enumerate(given)
    held = understood if isinstance(understood, dict) else range(len(understood))
    inside = [(key, value) for key, value in entries if key in held]
    dropped: list[KeyPath] = [(*path, key) for key in given if key not in held] if isinstance(given, dict) else []
    return dropped + [each for key, value in inside for each in lost(value, understood[key], (*path, key))]


def test_terraform_knows_every_key_that_the_schema_knows(validator: Validator) -> None:
    assert lost(DRAFT, validator.understood(DRAFT)) == []


def test_terraform_knows_no_key_that_the_schema_does_not(validator: Validator) -> None:
    understood = validator.understood(DRAFT)
    known = {path[-1] for path in paths_in(DRAFT)}
    renamed = {old for kind in schema()["$defs"].values() for old in kind.get("renamed", {})}

    assert {path[-1] for path in paths_in(understood)} - renamed <= known
    assert renamed


def test_what_may_be_left_out_may_be_left_out_in_both(validator: Validator) -> None:
    drafts = [changed(path) for path in paths_in(DRAFT)]
    optional = [draft for draft in drafts if accepted_by_library(draft) and not project_faults(draft)]

    assert len(optional) > 25
    assert validator.plan(optional) == (True, "")


@pytest.mark.parametrize("path", [path for path in paths_in(DRAFT) if not accepted_by_library(changed(path))])
def test_what_must_be_said_must_be_said_in_both(path: KeyPath, validator: Validator) -> None:
    assert not validator.plan([changed(path)])[0]


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_a_wrong_entry_is_refused_by_both(path: KeyPath, value: Any, validator: Validator) -> None:
    draft = changed(path, value)

    assert not accepted_by_library(draft)
    assert not validator.plan([draft])[0]


def test_both_refuse_a_renamed_key_in_the_same_sentence(validator: Validator) -> None:
    draft = changed((*ORDERS, "maximum_bad_share"), 0.2)
    is_taken, said = validator.plan([draft])

    assert not is_taken
    assert " ".join(re.sub(r"[╷│╵]", "", said).split()).count(project_faults(draft)[0]) == 1


def test_both_know_the_same_kinds_of_notification(validator: Validator) -> None:
    said = " ".join(validator.plan([changed(("notifications", 0, "kinds"), ["run faild"])])[1].split())
    known = re.search(r'kind "run faild" must be one of ([a-z, ]+)', said)

    assert known and sorted(known[1].split(", ")) == sorted(schema()["$defs"]["notification_kind"]["enum"])


def deaf(kind: str, path: str) -> str:
    """The address of a target that receives one kind from one environment."""
    return f"{kind}.{path}@example.com".replace(" ", "-")


def test_both_refuse_in_one_sentence_a_target_that_would_receive_nothing(validator: Validator) -> None:
    paths_in = (DRAFT["environments"][0]["name"], "pipeline")
    pairs = [(kind, path) for kind in schema()["$defs"]["notification_kind"]["enum"] for path in paths_in]
    targets = [
        {"protocol": "email", "endpoint": deaf(*pair), "kinds": [pair[0]], "environments": [pair[1]]} for pair in pairs
    ]
    targets.append({"protocol": "email", "endpoint": "o@example.com", "kinds": ["run succeeded"], "successes": "never"})
    drafts = [changed(("notifications",), some) for some in (targets[:16], targets[16:])]
    sentences = {fault for draft in drafts for fault in project_faults(draft)}
    said = " ".join(re.sub(r"[╷│╵]", "", validator.plan(drafts)[1]).split())

    # Of 16 kinds 14 occur only in environments or only in the pipeline, and a target without successes receives none.
    assert len(sentences) == 15 and all("would receive nothing" in sentence for sentence in sentences)
    assert [sentence for sentence in sentences if sentence not in said] == []
    assert said.count("would receive nothing") == 15


def test_terraform_takes_what_the_generator_accepts(validator: Validator) -> None:
    answers = json.loads((MODULE.parents[2] / "cookiecutter.json").read_text())
    defaults = {key: value for key, value in answers.items() if not key.startswith("_")}
    listed = some_of_each_field(cases(accepted=True), 12)
    drafts = [project_from({**defaults, **answers_with(case)}) for case in listed if case.field != "webhook_url"]

    assert len(drafts) > 150
    assert validator.plan(drafts) == (True, "")
