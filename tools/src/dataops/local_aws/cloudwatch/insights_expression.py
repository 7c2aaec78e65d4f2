"""Conditions and sums of CloudWatch Logs Insights, made into functions of a row, or of a group of rows."""

import operator
import re
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Act = Callable[[Any], Any]
TOKEN = re.compile(r'\s*(?:"([^"]*)"|(\d+(?:\.\d+)?)|([@\w][@\w.]*)|(!=|>=|<=|[=<>()\[\],*/+-]))')
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
SUMS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else 0.0,
}
OVER_ROWS: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "sum": sum,
    "max": max,
    "min": min,
    "avg": lambda values: sum(values) / len(values),
    "latest": lambda values: values[-1],
}


def parsed(text: str) -> Act:
    """An expression as a function: of a row, or where it counts something, of a list of rows."""
    reader = Reader(text)
    act = reader.either()
    if reader.text.strip():
        raise ValueError(f"the local AWS does not understand this part of a query: {reader.text}")
    return act


class Reader:
    """Reads an expression from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, *words: str) -> str:
        """The next word when it is one of these, else nothing."""
        found = TOKEN.match(self.text)
        if not found or (found[3] or found[4]) not in words:
            return ""
        self.text = self.text[found.end() :]
        return str(found[3] or found[4])

    def either(self) -> Act:
        """Conditions of which one must hold."""
        parts = [self.all()]
        while self.take("or"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def all(self) -> Act:
        """Conditions that must all hold."""
        parts = [self.comparison()]
        while self.take("and"):
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def comparison(self) -> Act:
        """Two sums and a sign, a text and a pattern, or a value and a list."""
        left = self.sum()
        if self.take("like"):
            pattern = self.pattern()
            return lambda row: bool(pattern.search(str(left(row) or "")))
        if self.take("in"):
            values = self.list()
            return lambda row: left(row) in values
        sign = self.take(*COMPARISONS)
        if not sign:
            return left
        right = self.sum()
        return lambda row: _compared(COMPARISONS[sign], left(row), right(row))

    def pattern(self) -> re.Pattern[str]:
        """A regular expression between slashes."""
        found = re.match(r"\s*/((?:[^/\\]|\\.)*)/", self.text)
        if not found:
            raise ValueError(f"the local AWS expects /a pattern/ here: {self.text}")
        self.text = self.text[found.end() :]
        return re.compile(found[1])

    def list(self) -> list[Any]:
        """Values between brackets."""
        self.take("[")
        values = [self.value()(None)]
        while self.take(","):
            values.append(self.value()(None))
        self.take("]")
        return values

    def sum(self) -> Act:
        """Values with signs between them, from left to right: no query here mixes signs."""
        act = self.value()
        while sign := self.take(*SUMS):
            act = _summed(SUMS[sign], act, self.value())
        return act

    def value(self) -> Act:
        """A text, a number, a field, something counted, or an expression in parentheses."""
        if self.take("("):
            act = self.either()
            self.take(")")
            return act
        found = TOKEN.match(self.text)
        if not found or found[4]:
            raise ValueError(f"the local AWS expects a value here: {self.text}")
        self.text = self.text[found.end() :]
        if found[3] is None:
            constant = float(found[2]) if found[2] else found[1]
            return lambda row: constant
        name = found[3]
        return self.counted(name) if self.take("(") else lambda row: row.get(name)

    def counted(self, name: str) -> Act:
        """A function over rows; a row that lacks the value does not count."""
        act: Act = (lambda row: 1) if self.take("*") else self.either()
        self.take(")")
        over = OVER_ROWS[name]

        def count(rows: list[Row]) -> Any:
            values = [value for value in map(act, rows) if value is not None]
            return over(values) if values else 0

        return count


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return compare(left, right)
    except TypeError:
        return False


def _summed(act: Callable[[float, float], float], left: Act, right: Act) -> Act:
    def both(row: Any) -> Any:
        one, other = left(row), right(row)
        is_sum = isinstance(one, int | float) and isinstance(other, int | float)
        return act(one, other) if is_sum else None

    return both
