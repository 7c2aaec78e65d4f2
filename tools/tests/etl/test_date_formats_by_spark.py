"""What the validator says about a date format is what Spark does with it, in both directions, and so for its texts."""

import itertools
import random
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from dataops.validation.date_formats import UnreadableError, format_fault, moment_in, tokens

# pyspark shows some of Java's errors as its own.
REFUSED = (Py4JJavaError, PySparkException)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = [
    datetime(2026, 3, 17, 13, 45, 59, 123456),
    datetime(2024, 12, 31, 0, 5, 7, 900000),
    datetime(2001, 11, 9, 12, 0, 0, 1),
]
# The part of a date or a time that a letter shows, from the year to a fraction of a second.
PART = {"y": 1, "M": 2, "L": 2, "d": 3, "D": 3, "g": 3, "H": 4, "h": 4, "k": 4, "K": 4, "m": 5, "s": 6, "S": 7}
ZONES = "XxZzVOv"
OFFSET = "X" * 3  # Z or +02:00
PIECES = [
    *("y", "yy", "yyyy", "M", "MM", "MMM", "MMMM", "L", "LL", "LLL", "d", "dd", "D", "DD", "DDD", "H", "HH", "h", "hh"),
    *("k", "K", "m", "mm", "s", "ss", "S", "SSS", "SSSSSS", "SSSSSSSSS", "a", "X", "XX", OFFSET, "x", "xxx", "Z"),
    *("ZZZZZ", "z", "VV", "O", "OOOO", "G", "'T'", "[", "]"),
]
PLAIN = [
    *(["y", "yy", "yyyy", "yyy", "yyyyy"], ["M", "MM", "MMM", "MMMM", "L"], ["d", "dd"], ["H", "HH", "k", "kk"]),
    *(["m", "mm"], ["s", "ss"], ["S", "SS", "SSSSSS"]),
]
CHOSEN = [
    *("epoch", "yyyy-MM-dd'T", "yyyy]", "[yyyy", "yyyy-MM-dd[ HH:mm]", "yyyy-MM-dd[ HH:mm", "yyyy''MM''dd"),
    *(f"yyyy-MM-dd'T'HH:mm:ss[.SSS][{OFFSET}]", "d''MMM yyyy", "hh:mm a dd/MM/yyyy", "[yyyy-MM-dd][dd/MM/yyyy]"),
    *("yyyyMMdd HHmmssSSS", "HmmssSSS yyyyMMdd", "HmmssS yyyyMMdd", "yyyyMMddHHmmssSSSSSS", "SSyyyy-MM-dd HH:mm:ss"),
    *("d[MM]yyyy", "d[MM-]yyyy", "yyyy[MMdd]", "yyyy-MM-d[HH]", "yyyyMMdd[HHmm]", "yyyyMMdd'T'HHmmssX", "yyyyMMddXX"),
    *("dd/MMM/yy h:mm a", "yyyy-MM-dd HH:mm:ss.SSSSSSX", "yyyy-MM-dd HH:mm:ss VV", "yyyy-mm-dd", "dd/mm/yyyy"),
]


def formats(seed: int) -> list[str]:
    """Every letter in every length, alone and within a date; offsets before numbers; formats from pieces."""
    runs = [letter * times for letter in string.ascii_letters for times in range(1, 12)]
    short = [run for run in runs if len(run) < 6]
    found = [*runs, *(f"yyyy-MM-dd HH:mm:ss {run}" for run in runs), *(f"yyyy-MM-dd {run}" for run in short)]
    for frame in ("{}-MM-dd", "yyyy-{}-dd", "yyyy-MM-{}", "yyyy-{}", "yyyy-MM-dd {}:mm"):
        found += [frame.format(run) for run in short]
    offsets = [run for run in short if run[0] in ZONES]
    for frame in ("MM-dd HH:mm {}yyyy", "MM-dd HH:mm {}:yyyy", "yyyy HH:mm{}MMdd", "MM-dd {} yyyy"):
        found += [frame.format(run) for run in offsets]
    chance = random.Random(seed)
    for _ in range(150):
        signs = ["", "-", "/", " ", ":", ".", ""]
        found.append("".join(chance.choice(PIECES) + chance.choice(signs) for _ in range(chance.randint(2, 7))))
        parts = [chance.choice(each) for each in PLAIN[: chance.randint(1, 7)]]
        order = chance.sample(parts, len(parts)) if chance.random() < 0.4 else parts
        found.append(chance.choice(["", "-", ".", "/", " ", "'x'"]).join(order))
    return list(dict.fromkeys(found + CHOSEN))


class Formats:
    """Spark's own parser, and Java's writer of the same notation."""

    def __init__(self, spark: SparkSession) -> None:
        self.java: Any = spark.sparkContext._jvm.java  # type: ignore[union-attr]
        spark_classes: Any = spark.sparkContext._jvm.org.apache.spark.sql.catalyst.util  # type: ignore[union-attr]
        self.formatters = getattr(spark_classes, "TimestampFormatter$").__getattr__("MODULE$")
        self.simple = getattr(spark_classes, "LegacyDateFormats$").__getattr__("MODULE$").SIMPLE_DATE_FORMAT()

    def parser(self, form: str) -> Any:
        """Spark's parser of a format; None if it refuses the format."""
        try:
            return self.formatters.apply(form, self.java.time.ZoneId.of("UTC"), self.simple, True)
        except REFUSED:
            return None

    def instant(self, moment: datetime, zone: str) -> Any:
        """A local time in a zone, as Java's ZonedDateTime."""
        parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
        return self.java.time.ZonedDateTime.of(*parts, moment.microsecond * 1000, self.java.time.ZoneId.of(zone))

    def text(self, moment: datetime, form: str, zone: str) -> str:
        """A local time in the notation."""
        # Spark reads y as the year that counts backwards too, as Java's u, unless there is an era.
        spelt = form if "G" in form else form.replace("y", "u")
        writer = self.java.time.format.DateTimeFormatter.ofPattern(spelt, self.java.util.Locale.US)
        return str(writer.format(self.instant(moment, zone)))

    def read(self, parser: Any, text: str) -> int | None:
        """Microseconds since 1970; None if Spark reads nothing."""
        try:
            return int(parser.parse(text))
        except REFUSED:
            return None

    def keeps(self, form: str) -> bool:
        """Whether Spark reads back what the format shows: the local time, cut after its finest part."""
        parser = self.parser(form)
        letters = [each for each in tokens(form) if each.times]
        finest = max((PART.get(each.text, 0) for each in letters), default=0)
        if parser is None or not finest:
            return False
        zone = "Europe/Brussels" if any(each.text in ZONES for each in letters) else "UTC"
        digits = max((each.times for each in letters if each.text == "S"), default=0)
        return all(
            self.read(parser, self.text(moment, form, zone))
            == self._microseconds(self.instant(cut(moment, finest, digits), zone))
            for moment in MOMENTS
        )

    def _microseconds(self, instant: Any) -> int:
        return int(instant.toInstant().getEpochSecond()) * 1_000_000 + int(instant.getNano()) // 1000


def cut(moment: datetime, finest: int, digits: int) -> datetime:
    """A moment without the parts that are finer than a part, and than so many digits of a second."""
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    kept = [*parts[:finest], *[1, 1, 1, 0, 0, 0][finest:]]
    fraction = moment.microsecond - moment.microsecond % 10 ** max(0, 6 - digits) if finest > 6 else 0
    return datetime(kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], fraction)


@pytest.fixture(scope="module")
def by_spark(spark: SparkSession) -> Formats:
    return Formats(spark)


def test_a_format_is_accepted_exactly_if_spark_reads_back_what_it_shows(by_spark: Formats) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    listed = formats(seed)
    accepted = [form for form in listed if format_fault(form) is None]

    assert len(listed) > 1800
    assert len(accepted) > 200
    assert [form for form in listed if (format_fault(form) is None) != by_spark.keeps(form)] == []


READ = [
    *("yyyy-MM-dd", "dd/MM/yyyy", "d/M/yyyy", "MM/dd/yy", "yyyyMMdd", "dMMMyyyy", "d MMMM yyyy", "yyyy-DDD", "yyyy-MM"),
    *(
        "yyyy-MM-dd HH:mm:ss",
        "dd/MM/yyyy HH:mm",
        "yyyyMMddHHmmss",
        f"yyyy-MM-dd'T'HH:mm:ss.SSS{OFFSET}",
        "d/M/yyyy h:mm a",
    ),
    *("yyyy-MM-dd[ HH:mm[:ss]]", "yyyy-MM-dd HH:mm:ssX", "yyyy-MM-dd HH:mmZ", "yyyy-MM-dd kk:mm", "dd.MM.yyyy K:mm a"),
    *("[yyyy-MM-dd][dd/MM/yyyy]", "yyyy-MM-dd HH:mm:ss.SSSSSSxxx", "yyyy 'o''clock' MM dd", "y-M-d", "yyyyy-MM-dd"),
]
# Years before 1, which Spark reads too, are outside of what the job publishes.
TEXTS = [
    *("2024-02-30", "30/02/2024", "29/02/2024", "1/2/2024", "01/02/2024", "2024-1-2", "20240102"),
    *("2024-13-01", "1Jan2024", "31 february 2024", "3 MARCH 2024", "2024-366", "2023-366", "2024-000"),
    *("2024-02", "9999-12-31", "2024-02-01 24:00", "2024-02-01 00:00"),
    *("2024-02-01 12:60:00", "1/2/2024 12:00 AM", "1/2/2024 0:00 PM", "12/31/99", "1/2/2024 12:30 pm"),
    *("2024-02-01T10:00:00.5+02:00", "2024-02-01T10:00:00.123Z", "2024-02-01 10:00:00+18:00", " "),
    *("2024-02-01 10:00:00Z", "2024-02-01 10:00:00+0230", "2024-02-01 10:00+0100", "2024-02-01 10:00:00-19"),
    *("02024-01-01", "2024-02-01 10:00:00.12345678+01:00", "2024-02-01 10:00:00.1+00:00"),
    *("01.02.2024 0:30 PM", "2024 o'clock 02 03"),
]


def test_a_text_means_the_same_moment_to_the_validator_as_to_spark(by_spark: Formats) -> None:
    written = [(form, by_spark.text(moment, form, "UTC")) for form in READ for moment in MOMENTS]
    pairs = [*itertools.product(READ, TEXTS), *written]
    differing = [
        (form, text, moment_in(text, form))
        for form, text in pairs
        if microseconds(moment_in(text, form)) != by_spark.read(by_spark.parser(form), text)
    ]

    assert [form for form in READ if format_fault(form)] == []
    assert all(moment_in(text, form) for form, text in written)
    assert differing == []


def microseconds(moment: datetime | None) -> int | None:
    return (moment - EPOCH) // timedelta(microseconds=1) if moment else None


@pytest.mark.parametrize("form", ["yyyy-MM-dd HH:mm VV", "yyyy-MM-dd HH:mm z", "yyyy-MM-dd G", "ggggg"])
def test_what_only_spark_can_read_is_said_to_be_so(form: str) -> None:
    with pytest.raises(UnreadableError):
        moment_in("2024-01-01", form)
