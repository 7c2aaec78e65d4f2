"""Jobs of several datasets share one process and one Spark, and none sees what another one has set."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dataops.local_aws.glue.class_archive import submit_arguments
from dataops.local_aws.glue.java_options import SMALL_INPUT
from dataops.local_run import shared_spark as module
from dataops.local_run.shared_spark import SharedSpark, shared_spark

# Stands in the place of files/etl.py: it says which process and which Spark ran it, and leaves things behind.
JOB = """
import os, sys
def main(arguments):
    if arguments == ["refused"]:
        sys.exit("refused: a sentence")
    if arguments == ["killed"]:
        os._exit(137)
    print(os.getpid(), *arguments, file=sys.stderr)
"""
SPARK_JOB = """
import sys
def main(arguments):
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    left = spark.conf.get("spark.sql.ansi.enabled"), spark.catalog.tableExists("left_behind")
    print(spark.sparkContext.applicationId, *left, file=sys.stderr)
    spark.conf.set("spark.sql.ansi.enabled", "true")
    spark.range(1).createTempView("left_behind")
"""


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedSpark]:
    """A shared process whose job is JOB."""
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files/etl.py").write_text(JOB)
    environment = os.environ | {"PYSPARK_SUBMIT_ARGS": submit_arguments(None, options=tuple(SMALL_INPUT.split()))}
    with shared_spark(environment, tmp_path / "run/etl.log") as started:
        yield started


def test_two_jobs_run_in_one_process_and_each_has_its_own_text(spark: SharedSpark) -> None:
    first, second = spark.run("orders"), spark.run("visits")

    assert (first.split()[1], second.split()[1]) == ("orders", "visits")
    assert first.split()[0] == second.split()[0]


def test_a_job_that_refuses_says_why_and_the_next_one_runs(spark: SharedSpark) -> None:
    assert spark.run("refused") == "refused: a sentence\n"
    assert spark.run("orders").endswith(" orders\n")


def test_a_process_that_is_killed_ends_its_job_alone(spark: SharedSpark) -> None:
    assert spark.run("killed") == ""
    assert spark.run("orders").endswith(" orders\n")


def test_a_job_sees_no_option_and_no_view_of_the_one_before(spark: SharedSpark, tmp_path: Path) -> None:
    (tmp_path / "files/etl.py").write_text(SPARK_JOB)

    first, second = (spark.run("orders").split()[-3:] for _ in range(2))

    assert first[1:] == second[1:] == ["false", "False"]
    assert first[0] == second[0]
