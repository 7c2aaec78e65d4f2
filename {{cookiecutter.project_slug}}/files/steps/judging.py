"""Refuses rules that Spark cannot judge before anything is read: as null they would pass every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steps import rules
from steps.errors import text_of
from steps.failure import RunError
from steps.settings import Column, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def refuse_unjudgeable(spark: SparkSession, settings: Settings) -> None:
    """End the run when a column's limits, pattern or format mean nothing to Spark."""
    added = settings.partition_column
    if added != settings.partition_by and added in [column.name for column in settings.columns]:
        raise RunError(
            f"The column {added} is declared, and is also what partition_by: {settings.partition_by} adds; rename it."
        )
    for column in settings.columns:
        if wrong := _wrong(spark, column):
            raise RunError(f"The rules of {column.name} cannot be judged: {wrong}.")


def _wrong(spark: SparkSession, column: Column) -> str | None:
    """What is wrong with a column's rules, as Spark itself finds."""
    if column.pattern and "[[:" in column.pattern:
        # Java reads the class of POSIX as a set of the letters in its name, without a word.
        return (
            f"pattern {column.pattern!r} has a class such as [[:alpha:]], which Java does not know; write \\p{{Alpha}}"
        )
    for what, judged in rules.judgements(column):
        try:
            found = spark.sql(f"select {judged} as judged").collect()[0]["judged"]
        except Exception as error:
            # In its own words: they speak of a setting, and no row was read yet.
            return f"Spark refuses {what}: {text_of(error)}"
        if found is None:
            return f"{what} is no {column.type}"
    return None
