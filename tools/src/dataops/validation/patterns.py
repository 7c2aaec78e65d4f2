"""The regular expressions that a column's `pattern` may use: what Python and Java read in the same way.

The job uses Java, in which `\\d`, `\\w` and `\\s` mean ASCII only. docs/etl.md lists the subset.
"""

import re
from typing import NamedTuple

CLASS_ESCAPES = "dDwWsS"
CONTROL_ESCAPES = "tnrfa"
MOST_REPEATS = 1000
QUANTIFIER = re.compile(r"[*+?]|\{([0-9]{1,4})(,([0-9]{0,4}))?\}")
FLAGS = re.compile(r"\(\?([is]{1,2})\)")
GROUPS = ("(?:", "(?i:", "(?=", "(?!", "(?<=", "(?<!")
SET_SIGNS = ("&&", "--", "||", "~~")
# What people write in Python or in other notations, and what to write in the subset.
INSTEAD_OF_GROUP = {
    "(?P<": "Write (…) instead of a named group.",
    "(?P=": "Write \\1 instead of the group's name.",
    "(?<": "Write (…) instead of a named group.",
    "(?#": "Leave the comment out.",
    "(?(": "Write both alternatives with |.",
    "(?>": "Write (?:…).",
}
INSTEAD_OF_ESCAPE = {
    "b": "Write the characters that may stand there, such as [^A-Za-z0-9_].",
    "B": "Write the characters that may stand there, such as [A-Za-z0-9_].",
    "A": "Leave it out: the whole value must match.",
    "Z": "Leave it out: the whole value must match.",
    "z": "Leave it out: the whole value must match.",
    "p": "Write the characters, such as [A-Za-z].",
    "P": "Write the characters, such as [^A-Za-z].",
    "h": "Write [ \\t].",
    "v": "Write \\x0b for the vertical tab.",
    "Q": "Write a backslash before each sign.",
}


class PatternFault(NamedTuple):
    """Why a pattern is refused, and what to write instead."""

    why: str
    instead: str = ""


class _RefusedError(Exception):
    """The pattern uses something outside of the subset."""


def pattern_fault(pattern: str) -> PatternFault | None:
    """Return why a pattern is outside of the subset; None if Python and Java read it in the same way."""
    try:
        _Reader(pattern).read()
    except _RefusedError as refused:
        return PatternFault(*refused.args)
    try:
        re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        return PatternFault(f"is not a regular expression ({error})")
    return None


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0
        # The groups that are open: their numbers, None for one that captures nothing.
        self.open: list[int | None] = []
        self.closed: set[int] = set()
        self.count = 0
        # How many groups are open outside of a lookbehind, None outside of any.
        self.behind: int | None = None

    def read(self) -> None:
        """Read all of it."""
        if flags := FLAGS.match(self.pattern):
            self.at = flags.end()
        can_repeat = False
        while self.at < len(self.pattern):
            can_repeat = self._step(can_repeat)
        if self.open:
            raise _RefusedError("has a ( without its )")

    def _step(self, can_repeat: bool) -> bool:
        """Read the next part; return whether a quantifier may follow."""
        sign = self.pattern[self.at]
        if sign in "*+?" or sign == "{":
            return self._quantifier(can_repeat)
        if sign == "(":
            return self._group()
        if sign == ")":
            return self._end_of_group()
        if sign == "[":
            self._class()
            return True
        if sign == "\\":
            self._escape(self.at + 1, in_class=False)
            return True
        if sign in "^$":
            return self._anchor(sign)
        if sign == "|" and self.behind is not None:
            raise _RefusedError("has alternatives in a lookbehind", "Write one lookbehind for each.")
        self.at += 1
        return sign != "|"

    def _quantifier(self, can_repeat: bool) -> bool:
        found = QUANTIFIER.match(self.pattern, self.at)
        if not found:
            raise _RefusedError("has a { that begins no number of repeats", "Write \\{ for the sign itself.")
        if not can_repeat:
            raise _RefusedError(f"has {found[0]} with nothing before it to repeat")
        if self.behind is not None:
            raise _RefusedError("has a repeat in a lookbehind, whose length must be fixed")
        least, most = found[1], found[3]
        if least and max(int(least), int(most or 0)) > MOST_REPEATS:
            raise _RefusedError(f"repeats more than {MOST_REPEATS} times")
        if least and most and int(least) > int(most):
            raise _RefusedError(f"has {found[0]}, whose first number is the larger one")
        self.at = found.end()
        if self.pattern[self.at : self.at + 1] == "?":
            self.at += 1
        elif self.pattern[self.at : self.at + 1] == "+":
            raise _RefusedError(f"has the possessive {found[0]}+", f"Write {found[0]}.")
        return False

    def _group(self) -> bool:
        rest = self.pattern[self.at :]
        kind = next((each for each in GROUPS if rest.startswith(each)), "(")
        if self.behind is not None:
            raise _RefusedError("has a group in a lookbehind", "Write single characters and classes there.")
        if kind == "(" and rest.startswith("(?"):
            instead = next((way for each, way in INSTEAD_OF_GROUP.items() if rest.startswith(each)), "")
            flags = "" if instead else "Flags are (?i), (?s) and (?is), at the beginning only."
            raise _RefusedError(f"has {rest[:3]}, which Java and Python do not read in the same way", instead or flags)
        if kind == "(":
            self.count += 1
        self.open.append(self.count if kind == "(" else None)
        if kind in ("(?<=", "(?<!"):
            self.behind = len(self.open)
        # A lookaround stands for no character: None could be repeated.
        if kind in ("(?=", "(?!", "(?<=", "(?<!"):
            self.open[-1] = -1
        self.at += len(kind)
        return False

    def _end_of_group(self) -> bool:
        if not self.open:
            raise _RefusedError("has a ) without its (", "Write \\) for the sign itself.")
        if self.behind == len(self.open):
            self.behind = None
        number = self.open.pop()
        self.at += 1
        if number is not None and number > 0:
            self.closed.add(number)
        return number != -1

    def _anchor(self, sign: str) -> bool:
        before, after = self.pattern[: self.at], self.pattern[self.at + 1 :]
        if sign == "^" and not re.search(r"(^|\||\(|\(\?i?:|^\(\?[is]{1,2}\))$", before):
            raise _RefusedError("has ^ in its middle", "Write \\^ for the sign itself.")
        if sign == "$" and not re.match(r"\)*($|\|)", after):
            raise _RefusedError("has $ in its middle", "Write \\$ for the sign itself.")
        self.at += 1
        return False

    def _escape(self, at: int, in_class: bool) -> str:
        """Read what follows a backslash; return the character that it means, "" for a class of characters."""
        sign = self.pattern[at : at + 1]
        self.at = at + 1
        if sign in CLASS_ESCAPES and sign:
            return ""
        if sign in CONTROL_ESCAPES and sign:
            return {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a"}[sign]
        if sign in ("x", "u"):
            return self._number(at + 1, 2 if sign == "x" else 4)
        if sign.isascii() and sign and not sign.isalnum():
            return sign
        if sign in "123456789" and sign and not in_class:
            self._reference(int(sign))
            return ""
        if not sign:
            raise _RefusedError("ends with a backslash", "Write \\\\ for the sign itself.")
        raise _RefusedError(
            f"has \\{sign}, which Java and Python do not read in the same way", INSTEAD_OF_ESCAPE.get(sign, "")
        )

    def _number(self, at: int, digits: int) -> str:
        found = re.compile(rf"[0-9A-Fa-f]{{{digits}}}").match(self.pattern, at)
        if not found or 0xD800 <= int(found[0], 16) <= 0xDFFF:
            raise _RefusedError(f"has a \\{'x' if digits == 2 else 'u'} without {digits} digits of a character")
        self.at = found.end()
        return chr(int(found[0], 16))

    def _reference(self, number: int) -> None:
        if number not in self.closed:
            raise _RefusedError(f"has \\{number}, and no group {number} ends before it")
        if self.pattern[self.at : self.at + 1].isdigit():
            raise _RefusedError(f"has a digit after \\{number}", f"Write (?:\\{number}).")
        if self.behind is not None:
            raise _RefusedError("refers to a group in a lookbehind, whose length must be fixed")

    def _class(self) -> None:
        """Read [...] to its end."""
        if name := re.match(r"\[\^?\[:(\w*):", self.pattern[self.at :]):
            raise _RefusedError(
                f"has [:{name[1]}:], which is neither Java's nor Python's notation",
                "Write the characters, such as [A-Za-z].",
            )
        self.at += 2 if self.pattern.startswith("[^", self.at) else 1
        first = self.at
        while self.pattern[self.at : self.at + 1] != "]" or self.at == first:
            self._refuse_in_class(first)
            low = self._member()
            if self._is_range():
                self.at += 1
                high = self._member()
                if not low or not high or low > high:
                    raise _RefusedError("has a range in [ ] that does not go from a lower to a higher character")
                if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
                    raise _RefusedError("has a - after a range in [ ]", "Write \\- for the sign itself.")
        self.at += 1

    def _refuse_in_class(self, first: int) -> None:
        rest = self.pattern[self.at :]
        if not rest:
            raise _RefusedError("has a [ without its ]")
        if rest[0] in "[]":
            raise _RefusedError(f"has {rest[0]} in [ ]", f"Write \\{rest[0]} for the sign itself.")
        if found := next((each for each in SET_SIGNS if rest.startswith(each)), None):
            raise _RefusedError(f"has {found} in [ ]", f"Write \\{found[0]} for the sign itself.")
        if rest[0] == "-" and self.at != first and not rest.startswith("-]"):
            raise _RefusedError("has a - in the middle of [ ]", "Write \\- for the sign itself.")

    def _member(self) -> str:
        """Read one character of a class; return it, "" for a class such as \\d."""
        sign = self.pattern[self.at : self.at + 1]
        if sign == "\\":
            return self._escape(self.at + 1, in_class=True)
        if sign in ("", "[", "]"):
            raise _RefusedError("has a range in [ ] without an end")
        self.at += 1
        return sign

    def _is_range(self) -> bool:
        if self.pattern.startswith("--", self.at):
            raise _RefusedError("has -- in [ ]", "Write \\- for the sign itself.")
        return self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at)
