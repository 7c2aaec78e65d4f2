"""How much one run may read: what its workers can hold on their disks."""

from dataclasses import dataclass

GB = 1000**3
# Free disk of one worker: AWS Glue Developer Guide, "AWS Glue worker types".
FREE_DISK = {"G.1X": 44 * GB, "G.2X": 78 * GB, "G.4X": 230 * GB, "G.8X": 485 * GB}
# The job keeps every parsed row, about four times its text (measured), and shuffles the rows once to write them.
DISK_PER_BYTE_OF_TEXT = 5
# Text that one stored byte becomes. Deflate packs rows of text five to ten times; Parquet and ORC about four times.
GZIP, COLUMNAR = 10, 4
TEXT = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")


@dataclass(frozen=True)
class Workers:
    """The workers of one run; one of them is the driver, which holds no rows."""

    type: str
    number: int

    def __str__(self) -> str:
        return f"{self.number} workers of {self.type}"

    @property
    def text_held(self) -> int:
        """Bytes of text that they hold together."""
        return (self.number - 1) * self.text_held_by_one

    @property
    def text_held_by_one(self) -> int:
        """Bytes of text that one holds: a file that cannot be split, such as a gzip, is read by one alone."""
        return FREE_DISK[self.type] // DISK_PER_BYTE_OF_TEXT

    def excess(self, text: int) -> str:
        """Why a file of so many bytes of text may have been too much."""
        return "too-large-for-the-workers" if text > self.text_held else "perhaps-too-large-for-one-worker"

    def number_for(self, text: int) -> int:
        """How many of them hold so many bytes of text."""
        return 1 - (-text // self.text_held_by_one)

    def advice(self, text: int) -> str:
        """What to do about a file that is more than one worker, or all workers of a run, hold."""
        return (
            f"The file is about {text / GB:,.1f} GB as text. {self} hold about {self.text_held / GB:,.1f} GB, "
            f"one alone {self.text_held_by_one / GB:,.1f} GB. Split it, or set in project.yaml a larger worker_type "
            f"or, if Spark can split the file, workers: {self.number_for(text)}. "
            'See docs/etl.md, "How large may a file be?"'
        )


def text_of(key: str, size: int) -> int:
    """About how many bytes of text a file becomes; a name that shows no format is counted as Parquet or ORC."""
    name = key.lower()
    if name.endswith((".gz", ".gzip")):
        return size * GZIP
    return size if name.endswith(TEXT) else size * COLUMNAR
