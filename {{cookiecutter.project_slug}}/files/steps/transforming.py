"""Runs the team's own code on the good rows, and holds what it returns against the declared columns."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from steps.failure import LastingError, is_on_a_laptop, text_of
from steps.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger("etl")

REJECT = "_reject"
SOURCE_COLUMNS = ("_file", "_line", "_uploaded_at", "_sequencer")
# Their texts speak of code, columns and types; any other error may quote values of rows.
OF_THE_CODE = (
    "AnalysisException",
    "ParseException",
    "SyntaxError",
    "IndentationError",
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "PySparkAttributeError",
    "NameError",
    "UnboundLocalError",
)


def transform_of(dataset: str) -> Callable[[DataFrame], DataFrame] | None:
    """The team's own code for a dataset, when there is some."""
    name = f"transforms.{dataset}"
    return importlib.import_module(name).transform if importlib.util.find_spec(name) else None


def transformed(rows: DataFrame, settings: Settings) -> DataFrame:
    """The rows as transforms/<dataset>.py returns them, or as they are."""
    try:
        transform = transform_of(settings.dataset)
        if transform is None:
            return rows
        returned = transform(rows)
        columns = dict(returned.dtypes)
    except Exception as error:
        raise LastingError(f"transforms/{settings.dataset}.py failed: {_words(error)}") from error
    given = dict(rows.dtypes)
    if wrong := _differences(given, columns, settings):
        raise LastingError(f"transforms/{settings.dataset}.py returns other columns than declared: {'; '.join(wrong)}.")
    if added := [name for name in columns if name not in given and name != REJECT]:
        log.warning("transforms/%s.py adds %s: not declared, not published.", settings.dataset, ", ".join(added))
    return returned


def _differences(given: dict[str, str], returned: dict[str, str], settings: Settings) -> list[str]:
    """What a transform lost, and whose type it changed; spelt as Spark compares names, without case."""
    lower = {name.lower(): kind for name, kind in returned.items()}
    published = [*(column.name for column in settings.columns), *SOURCE_COLUMNS]
    lost = [f"{name} is missing" for name in published if name.lower() not in lower]
    changed = [
        f"{name} is {lower[name]}, not {given[name]}"
        for name in published
        if name in lower and lower[name] != given[name]
    ]
    return [*lost, *changed]


def _words(error: Exception) -> str:
    """The error's own sentence where it can hold no value of a row, or where nobody else reads it."""
    kind = type(error).__name__
    if kind in OF_THE_CODE or is_on_a_laptop():
        return f"{kind}: {text_of(error)} ({_line_of_error(error)})."
    log.error("%s", "".join(traceback.format_tb(error.__traceback__)))
    return f"{kind} at {_line_of_error(error)}."


def _line_of_error(error: Exception) -> str:
    """Where in the team's code it happened."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "transforms" in frame.filename]
    return f"line {frames[-1].lineno}" if frames else "its import"
