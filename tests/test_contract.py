"""A dataset can come from an Open Data Contract Standard file as from a sample, and goes back into one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataops.development.data_contract import write
from interview_keys import ENTER, line, pick, typed
from test_schema import FULL

from answers import interview_datasets
from answers.contract import ContractError, read_contract
from answers.project import project_faults, project_from

CONTRACT = """
apiVersion: v3.0.2
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
version: 1.0.0
status: active
servers:
  - {server: lake, type: s3, location: "s3://acme/", format: csv, delimiter: ";"}
schema:
  - name: Orders 2026
    physicalName: orders
    properties:
      - {name: Order ID, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true, unique: true}
      - {name: line, logicalType: integer, physicalType: SMALLINT, primaryKey: true, primaryKeyPosition: 2}
      - name: placed on
        logicalType: date
        logicalTypeOptions: {format: dd/MM/yyyy, minimum: "2020-01-01"}
        partitioned: true
        partitionKeyPosition: 1
      - {name: amount, logicalType: number, physicalType: "NUMERIC(12, 2)", logicalTypeOptions: {minimum: 0}}
      - {name: weight, logicalType: number, physicalType: float8}
      - {name: seen, logicalType: timestamp, physicalType: timestamptz}
      - name: status
        logicalType: string
        physicalType: varchar(20)
        logicalTypeOptions: {pattern: "[a-z]+", maxLength: 20}
        quality:
          - {type: library, rule: validValues, validValues: [placed, paid]}
          - {type: sql, query: select 1, mustBe: 1}
      - {name: address, logicalType: object, properties: [{name: street, logicalType: string}]}
      - {name: "%", logicalType: string}
    customProperties:
      - {property: newestBy, value: seen}
  - name: customers
    properties:
      - {name: id, logicalType: string, enum: [{value: a}, {value: b}]}
slaProperties:
  - {property: frequency, value: 1, unit: d, element: Orders 2026.placed on}
  - {property: retention, value: 5, unit: y}
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contract in the folder in which the person is."""
    monkeypatch.setenv("PWD", str(tmp_path))
    (tmp_path / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    return tmp_path / "contract.yaml"


def test_a_contract_gives_format_columns_types_keys_rules_and_freshness(path: Path) -> None:
    orders, customers = read_contract(path)

    assert orders.name == "orders"
    assert orders.settings == {
        "format": "csv",
        "delimiter": ";",
        "columns": [
            {"name": "order_id", "type": "bigint", "required": True, "unique": True},
            {"name": "line", "type": "smallint"},
            {"name": "placed_on", "type": "date", "format": "dd/MM/yyyy", "minimum": "2020-01-01"},
            {"name": "amount", "type": "decimal(12,2)", "minimum": 0},
            {"name": "weight", "type": "double"},
            {"name": "seen", "type": "timestamp"},
            {"name": "status", "type": "string", "pattern": "[a-z]+", "one_of": ["placed", "paid"]},
            {"name": "address", "type": "string"},
        ],
        "primary_key": ["order_id", "line"],
        "partition_by": "placed_on",
        "newest_by": "seen",
        "expected_every": "1 days",
    }
    assert customers.settings["columns"] == [{"name": "id", "type": "string", "one_of": ["a", "b"]}]
    assert "expected_every" not in customers.settings


def test_what_a_contract_gives_is_a_right_project(path: Path) -> None:
    datasets = {each.name: each.settings for each in read_contract(path)}
    answers = {"project_name": "A", "project_slug": "acme", "region": "eu-west-1", "environments": "dev=111111111111"}

    assert project_faults(project_from({**answers, "datasets": datasets})) == []


def test_what_project_yaml_cannot_say_is_said(path: Path) -> None:
    assert read_contract(path)[0].notes == (
        "a property is left out: it cannot name a column.",
        "status has a quality check that project.yaml has no rule for.",
        "address holds objects or arrays, which are kept as JSON text.",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "kind must be DataContract"),
        ("a: [", "cannot be read as YAML"),
        ("kind: Deployment", "kind must be DataContract"),
        ("{kind: DataContract, apiVersion: v2.2.2}", "apiVersion must begin with v3"),
        ("{kind: DataContract, apiVersion: v3.1.0}", "no object with properties"),
        ("{kind: DataContract, apiVersion: v3.1.0, schema: [a, {name: b}]}", "no object with properties"),
    ],
)
def test_another_file_is_refused_in_a_sentence(text: str, why: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ContractError, match=why):
        read_contract(path)
    assert why in str(interview_datasets.sample_fault(path))


def test_the_interview_takes_every_dataset_of_a_contract(path: Path) -> None:
    keys = (line("contract.yaml"), pick("Use it"), pick("name"), line("clients"), pick("Use it"), ENTER)
    found = typed(lambda: interview_datasets.datasets({}), *keys)

    assert list(found) == ["orders", "clients"]
    assert found["orders"]["expected_every"] == "1 days"


def test_one_dataset_of_a_contract_can_be_added(path: Path) -> None:
    keys = (line("contract.yaml"), pick("customers"), pick("Use it"))

    assert typed(lambda: interview_datasets.dataset(["orders"]), *keys)[0] == "customers"


def test_a_format_that_the_contract_does_not_say_is_asked(path: Path) -> None:
    path.write_text(CONTRACT.replace("format: csv", "format: avro"), encoding="utf-8")
    keys = (line("contract.yaml"), pick("Parquet"), pick("Use it"))
    found = typed(lambda: interview_datasets.from_contract(read_contract(path)[:1], []), *keys[1:])

    assert found[0][1]["format"] == "parquet"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Datasets as they come back from the contracts that the project writes of them."""

    def back(datasets: dict[str, Any]) -> dict[str, Any]:
        write(tmp_path, {"slug": "acme", "datasets": datasets})
        files = sorted((tmp_path / "contracts").glob("*.yaml"))
        return {each.name: each.settings for path in files for each in read_contract(path)}

    return back


def test_the_contracts_of_a_project_give_its_datasets_back(written: Callable[..., dict[str, Any]]) -> None:
    orders = FULL["datasets"]["orders"]
    said = ("format", "delimiter", "columns", "primary_key", "newest_by", "partition_by", "expected_every")

    assert written(FULL["datasets"])["orders"] == {key: orders[key] for key in said}
