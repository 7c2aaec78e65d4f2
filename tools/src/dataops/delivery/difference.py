"""What differs between two pieces of data, value by value, without ever showing what could be a secret."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ABSENT = object()
LONGEST_VALUE = 80
# A name like this can hold a secret, and a value like this can be one, whoever has put it there.
SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|credential|private|(api|access|auth|signing|encryption)[_-]?key|authori[sz]ation"
    r"|connection_properties|user_data",
    re.IGNORECASE,
)
SECRET_VALUE = re.compile(r"(AKIA|ASIA)[0-9A-Z]{16}|-----BEGIN|://[^/\s:@]+:[^/\s@]+@")
RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=_-]{20,}")


@dataclass(frozen=True)
class Difference:
    """One value that is not what it was; absent where there is none."""

    path: str
    before: Any
    after: Any

    @property
    def text(self) -> str:
        """`path before → after`; only the path where a value is long or could be a secret."""
        if any(is_secret(self.path, value) or not _is_short(value) for value in (self.before, self.after)):
            return self.path
        return f"{self.path} {value_text(self.before)} → {value_text(self.after)}"


def is_secret(path: str, value: Any) -> bool:
    """Whether a value may be one that nobody should read."""
    if SECRET_NAME.search(path) and not isinstance(value, bool):
        return value is not ABSENT and value is not None
    return isinstance(value, str) and bool(SECRET_VALUE.search(value) or RANDOM.fullmatch(value))


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Every value that differs; entries of lists are told apart by their name where they have one."""
    before, after = _as_data(before), _as_data(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(
                before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}" if path else str(key)
            )
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif not _is_same(before, after):
        yield Difference(path, before, after)


def value_text(value: Any) -> str:
    """A value in words."""
    if value is ABSENT or value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else json.dumps(value) if value == "" else str(value)


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Difference]:
    named = [
        {each["name"]: each for each in some if isinstance(each, dict) and "name" in each} for some in (before, after)
    ]
    if all(len(found) == len(some) for found, some in zip(named, (before, after), strict=True)):
        for name in dict.fromkeys([*named[0], *named[1]]):
            one, other = named[0].get(name, ABSENT), named[1].get(name, ABSENT)
            yield from differences(one, other, f"{path}[{name}]")
    elif all(not isinstance(each, dict | list) for each in (*before, *after)):
        yield from (Difference(path, each, ABSENT) for each in before if each not in after)
        yield from (Difference(path, ABSENT, each) for each in after if each not in before)
    else:
        for number in range(max(len(before), len(after))):
            one, other = (some[number] if number < len(some) else ABSENT for some in (before, after))
            yield from differences(one, other, f"{path}[{number}]")


def _as_data(value: Any) -> Any:
    """JSON in a text is looked into."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _is_same(before: Any, after: Any) -> bool:
    # To Terraform what is empty and what is not there are one.
    empty: tuple[Any, ...] = (None, "", [], {})
    return before == after or all(each is ABSENT or each in empty for each in (before, after))


def _is_short(value: Any) -> bool:
    if isinstance(value, dict | list):
        return False
    return not isinstance(value, str) or (len(value) <= LONGEST_VALUE and "\n" not in value)
