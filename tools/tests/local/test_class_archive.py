"""Spark's classes from one file: used where it fits, without a word where it does not, and made once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dataops.local_aws.glue import class_archive
from dataops.local_aws.glue.java_options import SMALL_INPUT, spark_environment
from dataops.local_run import spark_settings

OF_SPARK = "org.apache.spark.sql.SparkSession source: shared objects file (top)"
SESSION = "from pyspark.sql import SparkSession; print(SparkSession.builder.getOrCreate().range(3).count())"


@pytest.fixture
def spark_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Spark with one jar, and the Java of /java."""
    spark, java = tmp_path / "spark", tmp_path / "java"
    for path in (spark / "jars/core.jar", java / "lib/modules", java / "bin/java"):
        path.parent.mkdir(parents=True)
        path.write_text("as it was")
    monkeypatch.setenv("SPARK_HOME", str(spark))
    monkeypatch.setenv("JAVA_HOME", str(java))
    return spark


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that a training has written."""
    found: list[Path] = []

    def train(written: Path, java_home: str | None) -> bool:
        written.write_text("classes")
        found.append(written)
        return True

    monkeypatch.setattr(class_archive, "_trained", train)
    return found


def place() -> Path:
    found = class_archive.archive(None)
    assert found
    return found


def test_spark_that_starts_for_a_job_takes_its_classes_from_the_archive(tmp_path: Path) -> None:
    class_archive.make(None)
    conf, loaded = tmp_path / "a folder" / "conf", tmp_path / "loaded"
    spark_settings.write(conf, tmp_path / "storage", [])
    java = f"spark.driver.extraJavaOptions={SMALL_INPUT} -Xlog:class+load:file={loaded}"
    given = os.environ | spark_environment(conf, None, "--conf", java)

    done = subprocess.run([sys.executable, "-c", SESSION], env=given, text=True, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, "3\n")
    assert OF_SPARK in loaded.read_text()


@pytest.mark.parametrize("content", [b"", b"no archive" * 1000], ids=["empty", "broken"])
def test_java_starts_without_a_word_with_an_archive_that_it_cannot_use(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "classes.jsa"
    broken.write_bytes(content)
    command = ["java", f"-XX:SharedArchiveFile={broken}", class_archive.SILENT, "-version"]

    done = subprocess.run(command, text=True, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
    assert "cds" not in done.stderr and "archive" not in done.stderr


def test_without_an_archive_spark_gets_no_option_for_one(spark_home: Path) -> None:
    assert class_archive.submit_arguments(None) == "pyspark-shell"


def test_an_archive_is_made_once_and_given_to_spark(spark_home: Path, trained: list[Path]) -> None:
    class_archive.make(None)
    class_archive.make(None)

    assert len(trained) == 1
    assert place().read_text() == "classes"
    assert f"-XX:SharedArchiveFile={place()}" in class_archive.submit_arguments(None)
    assert [path.name for path in (spark_home / "archives").iterdir()] == [place().name]


@pytest.mark.parametrize("changed", ["spark/jars/core.jar", "java/lib/modules"])
def test_another_spark_or_java_gets_an_archive_of_its_own_and_the_old_one_goes(
    changed: str, spark_home: Path, trained: list[Path]
) -> None:
    class_archive.make(None)
    old = place()

    (spark_home.parent / changed).write_text("another version")

    assert class_archive.submit_arguments(None) == "pyspark-shell"
    class_archive.make(None)
    assert place() != old and not old.exists()


def test_a_java_that_makes_no_archive_is_asked_once(spark_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def train(written: Path, java_home: str | None) -> bool:
        asked.append(written)
        return True

    monkeypatch.setattr(class_archive, "_trained", train)

    class_archive.make(None)
    class_archive.make(None)

    assert len(asked) == 1
    assert class_archive.submit_arguments(None) == "pyspark-shell"


def test_a_training_that_fails_leaves_nothing_and_is_tried_again(
    spark_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_archive, "_trained", lambda written, java_home: False)

    class_archive.make(None)

    assert list((spark_home / "archives").iterdir()) == []


def test_what_a_process_that_was_killed_has_left_is_removed(spark_home: Path, trained: list[Path]) -> None:
    left, at_work = spark_home / "archives" / "old", spark_home / "archives" / "at work"
    for folder in (left, at_work):
        folder.mkdir(parents=True)
        (folder / "half.jsa").write_text("half")
    os.utime(left, (0, 0))

    class_archive.make(None)

    assert (left.exists(), at_work.exists()) == (False, True)


def test_a_folder_that_may_not_be_written_is_left_alone(spark_home: Path, trained: list[Path]) -> None:
    (spark_home / "archives").write_text("a file of somebody")

    class_archive.make(None)

    assert trained == []
    assert class_archive.submit_arguments(None) == "pyspark-shell"


def test_what_two_processes_make_at_once_is_whole(spark_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(written: Path, java_home: str | None) -> bool:
        written.write_text("half")
        # Meanwhile another process has begun and ended.
        if not place().exists():
            monkeypatch.setattr(class_archive, "_trained", lambda other, _: other.write_text("whole") > 0)
            class_archive.make(None)
            assert place().read_text() == "whole"
        written.write_text("whole")
        return True

    monkeypatch.setattr(class_archive, "_trained", train)

    class_archive.make(None)

    assert [path.read_text() for path in (spark_home / "archives").iterdir()] == ["whole"]


def test_an_archive_is_made_after_the_first_runs_and_ended_with_the_local_aws(
    spark_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_archive, "command", lambda: [sys.executable, "-c", "import time; time.sleep(300)"])

    making: Any = class_archive.begin(None)
    assert making.poll() is None

    class_archive.end(making)
    assert making.poll() is not None


def test_nothing_is_begun_where_an_archive_is(spark_home: Path, trained: list[Path]) -> None:
    class_archive.make(None)

    assert class_archive.begin(None) is None
