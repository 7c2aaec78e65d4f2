"""A pattern that the validator accepts means the same in Python and in Java."""

import random
import re
from typing import Any

import pytest
from platform_in_a_folder import column, job_settings
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from steps import rules

from dataops.validation.patterns import pattern_fault

# pyspark shows some of Java's errors as its own.
REFUSED = (Py4JJavaError, PySparkException)
PIECES_WITH_BLANKS = (
    r"a b 1 é _ - . , : @ / # & ~ < > = ! % ' \d \w \s \D \W \S \. \- \\ \t \n \x41 \u00e9 \b \A \Z \z \v \h \R \e \0 "
    r"\p{L} \Q \E \1 \2 \a \/ \_ \< ^ $ | ( ) (?: (?i: (?= (?! (?<= (?<! (?P<x> (?P=x) (?<x> (?> (?#c) (?i) (?m) (?s) "
    r"(?is) (?x) (?u) * + ? {2} {1,2} {2,} {,2} { } ] *? +? ?? *+ ++ {2,1} {1,2}? [ab] [^ab] [a-c] [^a-c1] [a-] [-a] "
    r"[]a] [^]a] [a[b]] [a&&b] [a--b] [\d-z] [\w-] [a-z-9] [[:alpha:]] [\b] [\]] [a^b] [^^] [é-ü] [\x41-\x43] [] [.] "
    r"[|] [()] [$] [*+?] [{}] [a||b] [a~~b] [c-a] [\\] [\-a] [^\d] [^\W] [,-.] [#-&] [+--] [a-\d] [\s\S]"
)
# Without \r and its like, which `.` takes in Python only; docs/etl.md says so.
WORDS = (
    r"a b A aa ab ba 1 é É a1 ab1 _ - a-b a.b ] [ a] } { a{2} ^ $ | \ c abc abab aab aba ABC K x € 😀 ü z 9 & ~ # "
    r"( ) + * ? a_b 1a 11 : / , @a"
)
VALUES = [*WORDS.split(), "", " ", "a b", "\t", "\n", "a\n", "ab\n"]
USUAL = [
    *(r"[A-Z]{2}[0-9]{6}", r"\d{4}-\d{2}", r"[^@ ]+@[^@ ]+\.[a-z]{2,}", r"^(yes|no)$", r"(?i)yes|no", r".+", r"\S*"),
    *(r"\+?[0-9 ]{6,15}", r"(?:[A-Z][a-z]+)( [A-Z][a-z]+)*", r"[A-Za-zÀ-ÖØ-öø-ÿ' -]+", r"(?!00)\d{5}", r"(a|b)\1"),
]
# Each with a text that shows the difference; None where one of the two refuses the pattern.
OUTSIDE = {
    r"(?P<x>a)": None,
    r"(?<x>a)": None,
    r"[[:alpha:]]+": "a",
    r"\p{Alpha}": None,
    r"a{,2}": None,
    r"a{": None,
    r"\Aa\z": None,
    r"[a&&b]": "&",
    r"[a[b]]": "b",
    r"\h": None,
    r"\v": "\n",
    r"\bé\b.*": "é",
    r"(?u)\w": "é",
    r"(?#x)a": None,
    r"\Qa.b\E": None,
    r"(": None,
    r"a)": None,
    r"[a": None,
    r"[c-a]": None,
    r"*a": None,
    r"a{2,1}": None,
    r"(?<=a+)b": None,
    r"\1(a)": None,
    "a\\": None,
}


class Java:
    """The patterns of Java, as the job uses them."""

    def __init__(self, spark: SparkSession) -> None:
        self.patterns: Any = spark.sparkContext._jvm.java.util.regex.Pattern  # type: ignore[union-attr]

    def compiled(self, pattern: str) -> Any:
        """A pattern for the whole value; None if Java refuses it."""
        try:
            return self.patterns.compile(rf"^(?:{pattern})\z")
        except REFUSED:
            return None


def in_python(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, ValueError):
        return None


@pytest.fixture(scope="module")
def java(spark: SparkSession) -> Java:
    return Java(spark)


def differing(pattern: str, java: Java) -> list[str] | None:
    """The values that only one of the two matches; None if one refuses the pattern."""
    one, other = in_python(pattern), java.compiled(pattern)
    if one is None or other is None:
        return None
    return [each for each in VALUES if bool(one.fullmatch(each)) != bool(other.matcher(each).find())]


def test_an_accepted_pattern_matches_the_same_values_in_python_and_in_java(java: Java) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    pieces = [*PIECES_WITH_BLANKS.split(), " "]
    made = {"".join(chance.choice(pieces) for _ in range(chance.randint(1, 6))) for _ in range(1200)}
    accepted = [each for each in sorted(made) if pattern_fault(each) is None]

    assert len(accepted) > 80
    assert [(each, found) for each in accepted if (found := differing(each, java)) != []] == []


@pytest.mark.parametrize("pattern", USUAL)
def test_a_usual_pattern_is_accepted_and_means_the_same_in_both(pattern: str, java: Java) -> None:
    assert pattern_fault(pattern) is None
    assert differing(pattern, java) == []


@pytest.mark.parametrize(("pattern", "value"), OUTSIDE.items())
def test_a_pattern_outside_of_the_subset_is_refused_because_the_two_read_it_differently(
    pattern: str, value: str | None, java: Java
) -> None:
    one, other = in_python(pattern), java.compiled(pattern)

    assert pattern_fault(pattern) is not None
    if value is None:
        assert one is None or other is None
    else:
        # Python's \w and \b mean all scripts unless a flag says otherwise.
        read = [each for each in (one, re.compile(pattern)) if each]
        assert other and any(bool(each.fullmatch(value)) != bool(other.matcher(value).find()) for each in read)


@pytest.mark.parametrize("pattern", [r"it's \"[a-z]\"", r"a\\b", r"[\x41-\x43]\t?", r"\d+\.\d{2}"])
def test_the_job_checks_an_accepted_pattern_like_python(pattern: str, spark: SparkSession) -> None:
    settings = job_settings([column("v", pattern=pattern)])
    texts = [*VALUES, 'it\'s "a"', "a\\b", "A\t", "1.50"]
    rows = spark.sql(f"select explode(array({', '.join(map(rules.quoted, texts))})) as v")
    checked = rows.selectExpr("v", "v as _typed_v", "cast(null as string) as _corrupt")
    reasons = checked.selectExpr("v", f"{rules.reasons(settings)} as reasons").collect()
    expected = {row["v"]: "" if re.fullmatch(pattern, row["v"], re.ASCII) else "pattern:v" for row in reasons}

    assert pattern_fault(pattern) is None
    assert set(expected) == set(texts)
    assert "" in expected.values()
    assert {row["v"]: row["reasons"] for row in reasons} == expected
