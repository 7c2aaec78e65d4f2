"""`make bench ONLY=…` runs what it names: one measurement, or all of a folder."""

import pytest

from benches.__main__ import MEASUREMENTS, chosen

OF_ETL = ["benches.etl.comparison", "benches.etl.history"]


@pytest.mark.parametrize(
    ("only", "modules"),
    [
        ("", list(MEASUREMENTS)),
        ("etl", OF_ETL),
        ("benches/etl/", OF_ETL),
        ("etl.history", ["benches.etl.history"]),
        ("comparison", ["benches.etl.comparison"]),
        ("upgrade", ["benches.upgrade"]),
    ],
)
def test_only_names_a_measurement_or_a_folder(only: str, modules: list[str]) -> None:
    assert list(chosen(only)) == modules


def test_a_name_that_is_no_measurement_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(SystemExit, match="There is no measurement lineage: ONLY may be etl, generation, upgrade, "):
        chosen("lineage")
