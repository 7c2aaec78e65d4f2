"""Metric math, as far as this project's alarms use it: a series is {number of the period: value}."""

import ast
import operator
import statistics
from collections.abc import Callable
from dataclasses import dataclass

Series = dict[int, float]
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[[list[float]], float]] = {"SUM": sum, "MAX": max, "MIN": min, "AVG": statistics.fmean}
FEWEST_TO_LEARN_FROM = 5
# A history without any change still leaves some room: nothing is as exact as its past.
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Band:
    """The expected band of a metric, from its own history."""

    low: float
    high: float


def evaluated(expression: str, given: dict[str, Series]) -> Series:
    """The series of a formula over others; a period in which an operand lacks a value has none."""
    return _series(ast.parse(expression, mode="eval").body, given)


def _series(node: ast.expr, given: dict[str, Series]) -> Series:
    match node:
        case ast.Name(id=name):
            return given[name]
        case ast.BinOp(left=left, op=sign, right=right):
            return _combined(OPERATORS[type(sign)], left, right, given)
        case ast.Call(func=ast.Name(id=name), args=[ast.List(elts=parts)]):
            return _over_all(FUNCTIONS[name], [_series(part, given) for part in parts])
    raise ValueError(f"the local AWS does not know this metric math: {ast.unparse(node)}")


def _combined(
    act: Callable[[float, float], float], left: ast.expr, right: ast.expr, given: dict[str, Series]
) -> Series:
    first = _series(left, given)
    if isinstance(right, ast.Constant) and isinstance(right.value, int | float):
        number = right.value
        return {period: act(value, number) for period, value in first.items()}
    second = _series(right, given)
    both = first.keys() & second.keys()
    # CloudWatch has no value where it would divide by zero.
    return {each: act(first[each], second[each]) for each in both if second[each] or act is not operator.truediv}


def _over_all(act: Callable[[list[float]], float], parts: list[Series]) -> Series:
    periods = {period for part in parts for period in part}
    return {period: act([part[period] for part in parts if period in part]) for period in periods}


def band_of(history: list[float], deviations: float) -> Band | None:
    """Mean and deviation of the past, where there is enough of it; CloudWatch also learns hours and days."""
    if len(history) < FEWEST_TO_LEARN_FROM:
        return None
    mean = statistics.fmean(history)
    spread = deviations * max(statistics.pstdev(history), LEAST_SPREAD * abs(mean))
    return Band(mean - spread, mean + spread)
