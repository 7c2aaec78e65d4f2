"""`make contract` writes datasets as Open Data Contract Standard files; `make check` finds where they differ."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import validate
from open_data_contract_standard.model import OpenDataContractStandard

from dataops.development import checks, data_contract, derived_files
from dataops.development.data_contract import faults_of, write
from dataops.project import PROJECT

SETTINGS: dict[str, Any] = {
    "slug": "acme-sales",
    "environments": [{"name": "dev", "account": "111111111111"}],
    "datasets": {
        "orders": {
            "format": "csv",
            "delimiter": ";",
            "columns": [
                {"name": "order_id", "type": "bigint", "unique": True, "minimum": 1},
                {"name": "line", "type": "smallint"},
                {"name": "placed_on", "type": "date", "format": "dd/MM/yyyy"},
                {"name": "amount", "type": "decimal(12,2)", "minimum": 0, "maximum": 1e6},
                {"name": "status", "type": "string", "required": True, "one_of": ["placed", "paid"]},
                {"name": "email", "type": "string", "pattern": "[^@ ]+@[^@ ]+"},
            ],
            "primary_key": ["order_id", "line"],
            "newest_by": "placed_on",
            "partition_by": "placed_on",
            "expected_every": "24 hours",
        },
        "visits": {"format": "parquet", "columns": [{"name": "id", "type": "bigint"}]},
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the contracts of two datasets."""
    write(tmp_path, SETTINGS)
    return tmp_path


def content(project: Path, name: str = "orders") -> dict[str, Any]:
    """A contract as it is in the folder."""
    found: dict[str, Any] = yaml.safe_load((project / f"contracts/{name}.yaml").read_text(encoding="utf-8"))
    return found


def put(project: Path, found: dict[str, Any], name: str = "orders") -> None:
    (project / f"contracts/{name}.yaml").write_text(yaml.safe_dump(found), encoding="utf-8")


def test_every_dataset_has_a_contract_that_the_standard_accepts(project: Path) -> None:
    for name in ("orders", "visits"):
        validate(content(project, name), json.loads(OpenDataContractStandard.json_schema()))


def test_a_contract_says_columns_keys_rules_and_freshness(project: Path) -> None:
    found = content(project)
    columns = {each["name"]: each for each in found["schema"][0]["properties"]}

    assert columns["order_id"]["primaryKeyPosition"] == 1 and columns["line"]["primaryKeyPosition"] == 2
    assert columns["amount"]["physicalType"] == "decimal(12,2)"
    assert columns["amount"]["logicalTypeOptions"] == {"minimum": 0, "maximum": 1e6}
    assert columns["placed_on"]["partitioned"] is True
    assert columns["status"]["quality"][0]["arguments"] == {"validValues": ["placed", "paid"]}
    assert found["slaProperties"] == [{"property": "frequency", "value": 24, "unit": "h", "element": "orders"}]
    assert found["servers"][0] == {"server": "input", "type": "custom", "format": "csv", "delimiter": ";"}


def test_what_was_just_written_has_no_fault_and_is_written_again_the_same(project: Path) -> None:
    before = content(project)
    write(project, SETTINGS)

    assert faults_of(project, SETTINGS) == []
    assert content(project) == before


def test_without_contracts_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert faults_of(tmp_path, SETTINGS) == []


def test_what_its_owner_adds_to_a_contract_stays(project: Path) -> None:
    found = content(project)
    found |= {"description": {"purpose": "Sales"}, "version": "2.1.0"}
    found["team"] = {"name": "Sales"}
    found["schema"][0]["description"] = "One row per line"
    found["schema"][0]["properties"][0] |= {"description": "The number", "classification": "public"}
    found["schema"][0]["properties"][5]["logicalTypeOptions"]["maxLength"] = 80
    found["slaProperties"].insert(0, {"property": "retention", "value": 5, "unit": "y"})
    found["servers"].append({"server": "lake", "type": "s3", "location": "s3://acme/"})
    put(project, found)

    assert faults_of(project, SETTINGS) == []
    write(project, SETTINGS)
    assert content(project) == found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("columns", [{"name": "order_id", "type": "string"}]),
        ("primary_key", ["order_id"]),
        ("expected_every", "7 days"),
        ("format", "json"),
        ("newest_by", "line"),
    ],
)
def test_a_contract_that_differs_from_project_yaml_is_a_fault_until_it_is_written_again(
    project: Path, key: str, value: Any
) -> None:
    orders = {**SETTINGS["datasets"]["orders"], key: value}
    changed = {**SETTINGS, "datasets": {**SETTINGS["datasets"], "orders": orders}}

    assert faults_of(project, changed) == [
        "contracts/orders.yaml: it differs from project.yaml. Run make fix, and review the difference."
    ]
    write(project, changed)
    assert faults_of(project, changed) == []


def test_a_contract_of_no_dataset_is_a_fault(project: Path) -> None:
    (project / "contracts/refunds.yaml").write_text((project / "contracts/visits.yaml").read_text())

    assert faults_of(project, SETTINGS)[0].startswith("contracts/refunds.yaml: project.yaml has no dataset refunds.")


@pytest.mark.parametrize("text", ["- a list", "kind: [", "kind: DataContract\nunknown: 1\n", "kind: DataContract\n"])
def test_a_file_that_is_no_contract_is_a_fault(project: Path, text: str) -> None:
    (project / "contracts/orders.yaml").write_text(text)

    (fault,) = faults_of(project, SETTINGS)
    assert fault.startswith("contracts/orders.yaml: it is not a valid data contract: ")


def test_make_contract_names_each_file_that_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_contract, "PROJECT", tmp_path)
    monkeypatch.setattr(data_contract, "settings_in", lambda _: SETTINGS)

    done = CliRunner().invoke(data_contract.main)

    assert done.output.splitlines() == ["Wrote contracts/orders.yaml.", "Wrote contracts/visits.yaml."]
    assert faults_of(tmp_path, SETTINGS) == []


def test_make_check_fails_with_the_sentences_and_writes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, {**content(project), "schema": []})
    before = content(project)

    done = checked(project, SETTINGS, monkeypatch)

    assert done.exit_code == 1
    assert "contracts/orders.yaml: it differs from project.yaml." in done.output
    assert content(project) == before


def test_make_check_lists_placeholders_and_passes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = checked(project, {**SETTINGS, "approvers": ["not-decided-yet"]}, monkeypatch)

    assert done.exit_code == 0
    assert done.output.splitlines()[1:] == ["  the approvers"]


def checked(project: Path, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Result:
    """`make check` of a project, without the programs that it starts."""
    monkeypatch.setattr(checks, "PROJECT", project)
    # The settings of these tests have no more than a contract needs.
    monkeypatch.setattr(checks, "refuse_faults", lambda _: None)
    monkeypatch.setattr(checks, "run", lambda *_: None)
    for others in ("folder_faults", "lock_faults", "picture_faults"):
        monkeypatch.setattr(derived_files, others, lambda *_: [])
    (project / "project.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (project / "project.schema.json").write_bytes((PROJECT / "project.schema.json").read_bytes())
    return CliRunner().invoke(checks.check)
