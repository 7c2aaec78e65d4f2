"""Which rows are copies of a newer row, and which break a promise of uniqueness."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from steps.rules import named, quoted
from steps.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# A row is known by its file and line; only these and the keys are shuffled, never the whole rows.
POSITION = ["_recency", "_line"]


def duplicates(rows: DataFrame, settings: Settings) -> DataFrame:
    """The places of all rows but the newest of each primary key."""
    return _older(rows, settings.primary_key, settings)


def not_unique(rows: DataFrame, settings: Settings) -> DataFrame | None:
    """The places of rows that repeat a newer row's unique value, and `_broken`: one reason per column."""
    from pyspark.sql.functions import expr

    names = [column.name for column in settings.columns if column.unique]
    repeated = [
        _older(rows.where(f"{named(name)} is not null"), [name], settings).withColumn("_reason", expr(reason))
        for name, reason in ((name, quoted(f"unique:{name}")) for name in names)
    ]
    if not repeated:
        return None
    together = reduce(lambda frame, other: frame.unionByName(other), repeated)
    return together.groupBy(*POSITION).agg(expr("sort_array(collect_list(_reason)) as _broken")).persist()


def _older(rows: DataFrame, keys: list[str], settings: Settings) -> DataFrame:
    """Newest by the declared column, then by upload, then by line: a total order, so a rerun agrees."""
    newest = [named(settings.newest_by)] if settings.newest_by else []
    order = ", ".join([*(f"{column} desc nulls last" for column in newest), "_recency desc", "_line desc"])
    partition = ", ".join(named(key) for key in keys)
    narrow = rows.selectExpr(*dict.fromkeys([*map(named, keys), *newest, *POSITION]))
    ranked = narrow.selectExpr(*POSITION, f"row_number() over (partition by {partition} order by {order}) as _rank")
    return ranked.where("_rank > 1").select(*POSITION)
