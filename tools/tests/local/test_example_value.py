"""The example of a reason is the value of its column, found by the rule by which the job finds columns."""

import pytest

from dataops.report.example_value import value_of


@pytest.mark.parametrize(
    ("name", "column"), [("Order ID", "order_id"), ("2019", "column_2019"), ("名前", "u540d_u524d")]
)
def test_a_value_is_found_under_every_name_that_the_job_finds(name: str, column: str) -> None:
    assert value_of(f"type:{column}", "1,x", ["id", name], {"format": "csv"}) == "x"
    assert value_of(f"type:{column}", f'{{"id": 1, "{name}": "x"}}', [], {"format": "json"}) == "x"
