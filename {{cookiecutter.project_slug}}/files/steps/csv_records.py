"""What a record of a CSV file is: counted in any file, and rewritten where Spark would read it by other rules.

A record ends at LF or CR LF (at CR, in a file without LF) outside of quotes. A cell is quoted as a whole, its quotes
doubled, or it does not begin with a quote. A line of nothing but blanks is no record. Works on bytes of UTF-8.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from steps.failure import RejectedFileError

# Spark's parser gets the same number: it fails, with its whole task, on a line of more fields.
MAXIMUM_FIELDS = 1 << 17
# How far a record is looked for whose quote is open; who writes larger cells has forgotten a quote.
LOOKAHEAD = 4 << 20
# How far the other half of a record is looked for whose quotes do not pair.
LINES_OF_ONE_RECORD = 100
CONTROLS = bytes(range(33))
BLANK_LINE = re.compile(rb"\n[\x00-\x09\x0b\x0c\x0e-\x20]+\r?(?=\n)")


@dataclass(frozen=True)
class Grammar:
    """The rules of a dataset's CSV files as patterns."""

    delimiter: bytes
    quoted_newlines: bool

    @property
    def _rest(self) -> bytes:
        """A quoted cell after its first quote."""
        inside = rb'[^"]*+' if self.quoted_newlines else rb'[^"\r\n]*+'
        return inside + rb'(?:""' + inside + rb')*+"'

    @property
    def _quoted(self) -> bytes:
        return rb'"' + self._rest

    @property
    def _sign(self) -> bytes:
        return re.escape(self.delimiter)

    @property
    def _opening(self) -> bytes:
        # The quote first and what stands before it second: the search then leaps from quote to quote.
        return rb'"(?<![^' + self._sign + rb'\r\n]")'

    @cached_property
    def quoted_cell(self) -> re.Pattern[bytes]:
        """A cell that is quoted as it should be."""
        return re.compile(self._opening + self._rest + rb"(?=[" + self._sign + rb"\r\n]|\Z)")

    @cached_property
    def open_cell(self) -> re.Pattern[bytes]:
        """What is left of a quoted cell that is not."""
        return re.compile(self._opening)

    @cached_property
    def cell(self) -> re.Pattern[bytes]:
        """One cell and what ends it."""
        return re.compile(rb"(?:(" + self._quoted + rb")|([^" + self._sign + rb"]*+))(?:" + self._sign + rb"|\Z)")

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        """A whole record with its end."""
        bare, more = rb"[^" + self._sign + rb'\r\n"]', rb"[^" + self._sign + rb"\r\n]++"
        lone = rb"\r(?!\n)"
        unquoted = rb"(?:" + bare + rb"|" + lone + rb")(?:" + more + rb"|" + lone + rb")*+"
        cell = rb"(?:" + self._quoted + rb"|(?:" + unquoted + rb")?)"
        return re.compile(cell + rb"(?:" + self._sign + cell + rb")*+(?:\r?\n|\Z)")

    @property
    def blanks(self) -> bytes:
        """What a line may hold that is no record."""
        return CONTROLS.replace(self.delimiter, b"")

    def without_quotes(self, text: bytes) -> bytes | None:
        """The text with a letter for each quoted cell; None when a quote does not pair."""
        if b'"' not in text:
            return text
        reduced = self.quoted_cell.sub(b"q", text)
        return None if self.open_cell.search(reduced) else reduced

    def cells(self, record: bytes) -> list[bytes]:
        """The cells of a well-formed record, without their quotes."""
        if b'"' not in record:
            return record.split(self.delimiter)
        found, at = [], 0
        while True:
            cell = self.cell.match(record, at)
            assert cell is not None
            quoted, bare = cell.groups()
            # As Spark's parser does: a line break within quotes is LF, however the file's lines end.
            found.append(bare if quoted is None else quoted[1:-1].replace(b'""', b'"').replace(b"\r\n", b"\n"))
            at = cell.end()
            if at == len(record) and not cell[0].endswith(self.delimiter):
                return found
            if at == len(record):
                return [*found, b""]


@dataclass
class Survey:
    """What one pass over a file found; `records` counts the header too, and is right where `is_plain`."""

    records: int = 0
    is_plain: bool = True
    head: bytes = b""
    line_end: bytes | None = None

    def add(self, text: bytes, reduced: bytes, delimiter: bytes) -> None:
        """Count the records of some whole lines; `reduced` is the text without its quoted cells."""
        if not self.head:
            self.head = text
            # Spark takes the first line break that it meets for that of all lines, also one within quotes.
            first = text.find(b"\n")
            self.line_end = None if first < 0 else b"\r\n" if text[:first].endswith(b"\r") else b"\n"
        lines = reduced.splitlines()
        self.records += len(lines) - lines.count(b"")
        self.is_plain = (
            self._ends_alike(text, reduced)
            and not (lines and lines[0] and not lines[0].strip(CONTROLS))
            and not BLANK_LINE.search(reduced)
            and not any(line.count(delimiter) >= MAXIMUM_FIELDS for line in lines if len(line) >= MAXIMUM_FIELDS)
        )

    def _ends_alike(self, text: bytes, reduced: bytes) -> bool:
        """Whether Spark, which guesses how a file's lines end, guesses right for each of them."""
        returns = text.count(b"\r")
        if returns != text.count(b"\r\n"):
            return False
        returned, ended = reduced.count(b"\r"), reduced.count(b"\n")
        if returned not in (0, ended):
            return False
        line_end = (b"\r\n" if returned else b"\n") if ended else self.line_end
        self.line_end = self.line_end or line_end
        return line_end == self.line_end and (not returns or line_end == b"\r\n")


def survey(blocks: Iterable[bytes], grammar: Grammar) -> Survey:
    """Count the records, and see whether Spark reads them by the same rules; stops where it does not."""
    found, pending = Survey(), b""
    for block in blocks:
        pending += block
        cut = pending.rfind(b"\n") + 1
        reduced = grammar.without_quotes(pending[:cut])
        if cut and reduced is not None:
            found.add(pending[:cut], reduced, grammar.delimiter)
            pending = pending[cut:]
        elif len(pending) > LOOKAHEAD:
            found.is_plain = False
        if not found.is_plain:
            found.head = found.head or pending
            return found
    reduced = grammar.without_quotes(pending)
    if reduced is None:
        found.is_plain = False
    elif pending:
        found.add(pending, reduced, grammar.delimiter)
    found.head = found.head or pending
    return found


def records(blocks: Iterable[bytes], grammar: Grammar) -> Iterator[tuple[bytes, list[bytes] | None]]:
    """Each record's text, and its cells, which are None where its quotes do not pair."""
    text, at, source = b"", 0, iter(blocks)
    ended, alone = False, None
    while True:
        while not ended and len(text) - at < LOOKAHEAD:
            block = next(source, None)
            ended = block is None
            text, at = text[at:] + (block or b""), 0
        if alone is None:
            alone = b"\n" not in text
        if alone and at == 0:
            text = text.replace(b"\r", b"\n")
        if at >= len(text):
            return
        if (cut := _before_quotes(text, at)) > at:
            lines, at = text[at:cut].split(b"\n"), cut
            kept = [line.removesuffix(b"\r") for line in lines if line.strip(grammar.blanks)]
            yield from ((record, record.split(grammar.delimiter)) for record in kept)
            continue
        found = grammar.record.match(text, at)
        ends = [found.end()] if found else _bad_lines(text, at, grammar.quoted_newlines)
        for end in ends:
            record = text[at:end].removesuffix(b"\n").removesuffix(b"\r")
            at = end
            if record.strip(grammar.blanks):
                yield record, grammar.cells(record) if found else None


def _before_quotes(text: bytes, at: int) -> int:
    """Where the whole lines end that hold no quote."""
    quote = text.find(b'"', at)
    return text.rfind(b"\n", at, len(text) if quote < 0 else quote) + 1


def _bad_lines(text: bytes, at: int, joined: bool) -> list[int]:
    """Where the lines end that a quote which does not pair makes unreadable, up to the line with its other half."""
    ends = [_line_end(text, at)]
    odd = text.count(b'"', at, ends[0]) % 2
    while odd and ends[-1] < len(text) and len(ends) < LINES_OF_ONE_RECORD:
        start, end = ends[-1], _line_end(text, ends[-1])
        ends.append(end)
        if text.count(b'"', start, end) % 2:
            return ends[-1:] if joined else ends
    return ends[:1]


def _line_end(text: bytes, at: int) -> int:
    return text.find(b"\n", at) + 1 or len(text)


def header(head: bytes, grammar: Grammar) -> tuple[list[bytes], bool]:
    """The cells of the first record that has one which is not blank, and whether no record stands before it."""
    first = True
    for _, cells in records([head], grammar):
        if cells is None:
            raise RejectedFileError("header: its quotes do not pair")
        if any(cell.strip() for cell in cells):
            return cells, first
        first = False
    return [], first


def rewritten(blocks: Iterable[bytes], grammar: Grammar, width: int, has_header: bool) -> Iterator[bytes]:
    """The records without the header, each cell quoted, after one that holds the text of a malformed one."""
    awaited = has_header
    for record, cells in records(blocks, grammar):
        if awaited:
            awaited = not any(cell.strip() for cell in cells or [])
            continue
        good = cells is not None and len(cells) == width
        yield _line([b"", *cells] if good and cells else [record, *[b""] * width])


def _line(cells: list[bytes]) -> bytes:
    return b",".join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells) + b"\n"
