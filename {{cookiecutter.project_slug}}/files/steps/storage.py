"""S3 as the job reads it: an object as a stream of blocks, and folders through the file system that Spark uses."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from steps.failure import RejectedFileError
from steps.settings import ManifestFile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BLOCK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
# Of zlib: expect a gzip header.
GZIP = 31
OTHER_COMPRESSIONS = (".bz2", ".zst", ".lz4", ".snappy", ".deflate", ".xz", ".zip", ".Z")
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Where a text may show that it is none.
HEAD_BYTES = 65_536


class Content:
    """One object version, read once to its end: unpacked, in UTF-8, without a byte order mark.

    `must_be_copied` tells, once it was read, that Spark would read other bytes than these.
    """

    def __init__(self, s3: Any, version: dict[str, str], file: ManifestFile, encoding: str = "utf-8") -> None:
        self._s3, self._version, self._file, self._encoding = s3, version, file, encoding
        self.must_be_copied = encoding == "utf-16"
        self.has_mark = False

    def blocks(self) -> Iterator[bytes]:
        """The text; raises RejectedFileError for what is none."""
        if self._file.size == 0:
            return
        if self._file.key.endswith(OTHER_COMPRESSIONS):
            raise RejectedFileError("compression")
        stored = self._unpacked(self._stored())
        yield from self._checked(stored) if self._encoding == "utf-8" else self._recoded(stored)

    def _stored(self) -> Iterator[bytes]:
        body = self._s3.get_object(**self._version)["Body"]
        while block := body.read(BLOCK):
            yield block

    def _unpacked(self, stored: Iterator[bytes]) -> Iterator[bytes]:
        first = _beginning(stored, len(GZIP_MAGIC))
        packed = first.startswith(GZIP_MAGIC)
        if packed != self._file.key.endswith(".gz"):
            raise RejectedFileError("compression")
        given = _rejoined(first, stored)
        yield from self._members(given) if packed else given

    def _members(self, packed: Iterable[bytes]) -> Iterator[bytes]:
        """The content of a gzip's members, one after the other; zeros after the last one are padding."""
        member = zlib.decompressobj(GZIP)
        try:
            for block in packed:
                while block:
                    if member.eof:
                        block = self._without_padding(block)
                        if not block:
                            break
                        member = zlib.decompressobj(GZIP)
                    text = member.decompress(block, BLOCK)
                    block = member.unused_data if member.eof else member.unconsumed_tail
                    if text:
                        yield text
            rest = b"" if member.eof else member.flush()
        except zlib.error as error:
            raise RejectedFileError("truncated") from error
        if rest:
            yield rest
        if not member.eof:
            raise RejectedFileError("truncated")

    def _without_padding(self, block: bytes) -> bytes:
        # Java's reader, and with it Spark, fails on the zeros with which some backup tools and tapes fill a block.
        stripped = block.lstrip(b"\x00")
        self.must_be_copied |= len(stripped) < len(block)
        return stripped

    def _checked(self, stored: Iterator[bytes]) -> Iterator[bytes]:
        first = _beginning(stored, len(codecs.BOM_UTF8))
        if first.startswith(WIDE_MARKS) or b"\x00" in first[:HEAD_BYTES]:
            raise RejectedFileError("encoding")
        self.has_mark = first.startswith(codecs.BOM_UTF8)
        yield from _rejoined(first.removeprefix(codecs.BOM_UTF8), stored)

    def _recoded(self, stored: Iterator[bytes]) -> Iterator[bytes]:
        first = _beginning(stored, len(codecs.BOM_UTF16))
        is_wide, encoding = self._encoding == "utf-16", self._encoding
        if is_wide and first and not first.startswith(WIDE_MARKS):
            if b"\x00" not in first:
                raise RejectedFileError("encoding")
            # Without a mark Python refuses to guess; Windows writes the low byte first.
            encoding = "utf-16-le"
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for block in _rejoined(first, stored):
            if not is_wide and not self.must_be_copied and block.isascii():
                yield block
                continue
            self.must_be_copied = True
            yield decoder.decode(block).encode()
        if rest := decoder.decode(b"", final=True):
            yield rest.encode()


def _beginning(blocks: Iterator[bytes], length: int) -> bytes:
    """The first block, and further ones while that is shorter than a length."""
    first = next(blocks, b"")
    while len(first) < length and (more := next(blocks, b"")):
        first += more
    return first


def _rejoined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def exists(spark: SparkSession, address: str) -> bool:
    """Whether there is anything below an address."""
    path = hadoop_path(spark, address)
    return bool(file_system(spark, path).exists(path))


def remove(spark: SparkSession, address: str) -> None:
    """Delete a folder; none there is fine."""
    path = hadoop_path(spark, address)
    file_system(spark, path).delete(path, True)


def hadoop_path(spark: SparkSession, address: str) -> Any:
    """An address as Hadoop takes it."""
    return spark._jvm.org.apache.hadoop.fs.Path(address)  # type: ignore[union-attr]


def file_system(spark: SparkSession, path: Any) -> Any:
    """What Spark reads and writes a path with."""
    return path.getFileSystem(spark._jsc.hadoopConfiguration())
