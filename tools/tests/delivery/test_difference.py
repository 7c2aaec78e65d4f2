"""What differs is shown value by value, and what could be a secret never is."""

from typing import Any

import pytest

from dataops.delivery.difference import differences
from dataops.delivery.settings_change import settings_lines


def texts(before: Any, after: Any) -> list[str]:
    return [each.text for each in differences(before, after)]


def test_each_value_that_differs_is_shown_with_its_place() -> None:
    before = {"a": {"b": 1, "same": 2}, "list": ["x", "y"], "gone": "v"}
    after = {"a": {"b": 2, "same": 2}, "list": ["y", "z"], "new": True}

    assert texts(before, after) == ["a.b 1 → 2", "list x → none", "list none → z", "gone v → none", "new none → true"]


def test_entries_of_a_list_are_compared_by_their_name_and_not_by_their_order() -> None:
    before = [{"name": "id", "type": "bigint"}, {"name": "note", "type": "string"}]
    after = [{"name": "note", "type": "string"}, {"name": "id", "type": "string"}]

    assert texts(before, after) == ["[id].type bigint → string"]


def test_json_in_a_text_is_looked_into() -> None:
    before = {"--settings": '{"columns": [{"name": "price", "minimum": 0}]}'}
    after = {"--settings": '{"columns": [{"name": "price", "minimum": 1}]}'}

    assert texts(before, after) == ["--settings.columns[price].minimum 0 → 1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "hunter2"),
        ("db_token", "abc"),
        ("secret_string", "abc"),
        ("url", "postgresql://ann:hunter2@db.example.com/sales"),
        ("text", "AKIA0123456789ABCDEF"),
        ("text", "-----BEGIN PRIVATE KEY-----"),
        ("text", "wJalrXUtnFEMI7K7MDENGbPxRfiCYzzzKEY"),
    ],
)
def test_what_could_be_a_secret_is_named_and_not_shown(name: str, value: str) -> None:
    assert texts({name: "plain"}, {name: value}) == [name]
    assert texts({name: value}, {name: "plain"}) == [name]


def test_a_long_value_is_named_and_not_shown() -> None:
    assert texts({"query": "a"}, {"query": "b" * 200}) == ["query"]


def test_empty_and_absent_are_one() -> None:
    assert texts({"a": None, "b": []}, {"a": "", "c": {}}) == []


SETTINGS: dict[str, Any] = {
    "glue_version": "5.1",
    "environments": [{"name": "dev", "account": "1"}, {"name": "prod", "account": "2"}],
    "datasets": {"orders": {"format": "csv", "columns": [{"name": "id", "type": "bigint"}]}},
}


def test_what_project_yaml_changes_is_said_by_dataset_column_and_environment() -> None:
    column = {"name": "note", "type": "string", "one_of": ["a", "b"]}
    orders = {"format": "csv", "columns": [{"name": "id", "type": "bigint", "minimum": 1}, column]}
    after = {
        "glue_version": "6.0",
        "environments": [{"name": "dev", "account": "1", "protected": True}],
        "datasets": {"orders": orders, "visits": {"format": "json", "columns": [{"name": "id", "type": "bigint"}]}},
    }

    assert settings_lines(SETTINGS, after) == [
        "glue_version 5.1 → 6.0",
        "environment dev: protected none → true",
        "environment prod removed",
        "dataset orders: column id, minimum none → 1",
        "dataset orders: column note added (type string, 2 one_of)",
        "dataset visits added (format json, 1 columns)",
    ]


def test_a_password_in_project_yaml_is_not_shown() -> None:
    url = "postgresql://ann:hunter2@db.example.com/sales"
    after = SETTINGS | {"environments": [{"name": "dev", "account": "1", "jdbc": {"w": {"url": url}}}]}

    assert "hunter2" not in "\n".join(settings_lines(SETTINGS, after))
