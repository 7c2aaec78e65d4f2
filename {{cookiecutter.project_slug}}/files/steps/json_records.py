"""What a record of a JSON file is: a line that is not blank, where each holds one object; else each value is a line.

A file of another shape (one array, values without line breaks, a value over several lines) is rewritten, as lines.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BETWEEN_VALUES = " \t\r\n\x0b\x0c,[]"
# The largest value of a file that is rewritten.
LOOKAHEAD = 16 << 20
HEAD_BYTES = 65_536
# Where a second value on a line may begin; inside of one value it stands between objects of an array.
NEXT_VALUE = re.compile(rb"\}[ \t,]*\{")
# What an escape may write and no text can hold; Spark puts a question mark in its place.
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
# How much is kept of what cannot be read at all.
RECORD_CHARACTERS = 65_536


@dataclass
class Survey:
    """What one pass over a file found; `records` is right where `is_plain`."""

    records: int = 0
    is_plain: bool = True
    head: bytes = b""
    keys: list[str] = field(default_factory=list)


def survey(blocks: Iterable[bytes]) -> Survey:
    """Count the records, and see whether each stands on its own line; stops where one does not."""
    found, pending = Survey(), b""
    for block in blocks:
        found.head = found.head or block[:HEAD_BYTES]
        pending += block
        cut = pending.rfind(b"\n") + 1
        if not cut and len(pending) > LOOKAHEAD:
            found.is_plain = False
        else:
            _add(found, pending[:cut])
        pending = pending[cut:]
        if not found.is_plain:
            break
    else:
        _add(found, pending)
    found.keys = _keys(found.head.decode(errors="replace"))
    return found


def _add(found: Survey, text: bytes) -> None:
    lines = [line for line in map(bytes.strip, text.splitlines()) if line]
    found.records += len(lines)
    found.is_plain = all(line[0] == 0x7B and line[-1] == 0x7D for line in lines) and all(
        _is_one_value(text[text.rfind(b"\n", 0, match.start()) + 1 : _line_end(text, match.end())])
        for match in NEXT_VALUE.finditer(text)
    )


def _line_end(text: bytes, at: int) -> int:
    return text.find(b"\n", at) + 1 or len(text)


def _is_one_value(line: bytes) -> bool:
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        # A broken line is one record; Spark's parser finds it malformed.
        return not error.msg.startswith("Extra data")
    except (ValueError, RecursionError):
        return True
    return True


def _keys(text: str) -> list[str]:
    """The keys of the objects in a text, in their order, each once."""
    found: dict[str, None] = {}
    for value in values([text.encode()]):
        try:
            record = json.loads(value)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found |= dict.fromkeys(key for key in record if not HALF_CHARACTER.search(key))
    return list(found)


def rewritten(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Each value as a line of its own, as it stands in the file; what is no value as a line that is malformed."""
    for value in values(blocks):
        yield value.replace("\r", " ").replace("\n", " ").encode() + b"\n"


class _Text:
    """A stream as text, of which as much is held as the value at `at` needs."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.text, self.at, self.ended = "", 0, False

    def more(self) -> bool:
        """Hold twice as much; False when there is no more, or what is held should have been enough."""
        wanted = 2 * (len(self.text) - self.at)
        if self.ended or wanted > 2 * LOOKAHEAD:
            return False
        held = [self.text[self.at :]]
        while not self.ended and sum(map(len, held)) <= wanted:
            block = next(self._blocks, None)
            self.ended = block is None
            held.append(self._decoder.decode(block or b"", final=self.ended))
        self.text, self.at = "".join(held), 0
        return True

    def skip(self) -> str:
        """Go to the next value; returns what was passed over."""
        passed = []
        while True:
            end = self.at
            while end < len(self.text) and self.text[end] in BETWEEN_VALUES:
                end += 1
            passed.append(self.text[self.at : end])
            self.at = end
            if end < len(self.text) or not self.more():
                return "".join(passed)

    def skip_all(self) -> None:
        """Go to the end."""
        self.at = len(self.text)
        while self.more():
            self.at = len(self.text)

    def line(self) -> str:
        """Take the rest of the line."""
        while (end := self.text.find("\n", self.at)) < 0 and self.more():
            pass
        start, self.at = self.at, end if end >= 0 else len(self.text)
        return self.text[start : self.at].rstrip("\r")


def values(blocks: Iterable[bytes]) -> Iterator[str]:
    """The texts of a file's values, the elements of its arrays one by one, and of the lines that hold none."""
    yield from _Values(_Text(blocks)).all()


class _Values:
    """A file's values; a broken one is held until it is known how far it goes."""

    def __init__(self, held: _Text) -> None:
        self.held, self.decoder = held, json.JSONDecoder()
        self.open_arrays, self.indent = 0, ""
        self.broken: list[str] = []
        self.broken_at = ""

    def all(self) -> Iterator[str]:
        while True:
            if self._unopened():
                yield "]"
            if self.held.at == len(self.held.text):
                break
            yield from self._next()
        yield from self._end_of_broken()
        if self.open_arrays:
            # It does not end: what came after this was lost.
            yield "["

    def _unopened(self) -> bool:
        """Go to the next value; whether an array ends on the way that never began."""
        passed = self.held.skip()
        if self.open_arrays or not self.broken:
            self.open_arrays += passed.count("[") - passed.count("]")
        self.indent = passed.rpartition("\n")[2] if "\n" in passed else self.indent + passed
        unopened, self.open_arrays = self.open_arrays < 0, max(self.open_arrays, 0)
        return unopened

    def _next(self) -> Iterator[str]:
        held = self.held
        # A line that is indented deeper than the broken value above it belongs to that one.
        is_inside = bool(self.broken) and len(self.indent) > len(self.broken_at)
        value = None if is_inside else _value(held, self.decoder)
        if value is not None:
            yield from self._end_of_broken()
            yield value
        elif self.open_arrays and _breaks_later(held, self.decoder):
            # Where the broken element ends nobody can tell, and its parts must not pass for records.
            self.broken.append(held.text[held.at :][:RECORD_CHARACTERS])
            held.skip_all()
            self.open_arrays = 0
        else:
            if not is_inside and held.text[held.at] == "{":
                yield from self._end_of_broken()
            self._hold_line()

    def _hold_line(self) -> None:
        self.broken_at = self.broken_at if self.broken else self.indent
        self.broken.append(self.held.line())
        if self.open_arrays and self.broken[-1].rstrip().endswith("]"):
            self.open_arrays -= 1

    def _end_of_broken(self) -> Iterator[str]:
        if self.broken:
            yield "\n".join(self.broken)
        self.broken = []


def _value(held: _Text, decoder: json.JSONDecoder) -> str | None:
    """Take the value at this place; None when there is none."""
    while True:
        try:
            _, end = decoder.raw_decode(held.text, held.at)
        except json.JSONDecodeError as error:
            if _is_cut(error, held) and held.more():
                continue
            return None
        except (ValueError, RecursionError):
            # Digits or brackets beyond what Python reads: Spark gets the line as it is.
            return None
        if end == len(held.text) and held.text[held.at] not in '{["' and held.more():
            continue
        value, held.at = held.text[held.at : end], end
        return value


def _is_cut(error: json.JSONDecodeError, held: _Text) -> bool:
    return error.msg.startswith("Unterminated string") or error.pos >= len(held.text) - 16


def _breaks_later(held: _Text, decoder: json.JSONDecoder) -> bool:
    """Whether the value at this place goes wrong on a later line than it begins on."""
    try:
        decoder.raw_decode(held.text, held.at)
    except json.JSONDecodeError as error:
        return "\n" in held.text[held.at : error.pos]
    except (ValueError, RecursionError):
        return False
    return False
