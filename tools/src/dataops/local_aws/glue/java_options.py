"""The Java options of a Spark job, by the size of its input, and the settings with which its Spark starts."""

from pathlib import Path

from dataops.local_aws.glue import class_archive

# With small files a job ends before Java's second compiler pays off: without it, it takes half the time. That compiler
# costs about 19 s of CPU time in every job and saves 0.16 s for each MB of CSV, measured with 2 million rows (192 MB):
# parsing, checking, sorting and writing took 26 s instead of 57 s. Both are equal at about 120 MB.
LARGE_BYTES = 120_000_000
SMALL_INPUT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LARGE_INPUT = "-XX:+UseParallelGC"


def java_options(input_bytes: int) -> str:
    """The options of a job that reads this many bytes."""
    return LARGE_INPUT if input_bytes >= LARGE_BYTES else SMALL_INPUT


def spark_environment(conf: Path, java_home: str | None, *more: str) -> dict[str, str]:
    """The variables that give Spark the settings in a folder.

    The folder itself must not be on the class path: Java then takes no class archive.
    """
    log = f"-Dlog4j2.configurationFile={(conf / 'log4j2.properties').resolve().as_uri()}"
    given = ["--properties-file", str((conf / "spark-defaults.conf").resolve()), *more]
    return {
        "SPARK_CONF_DIR": str(conf / "none"),
        "PYSPARK_SUBMIT_ARGS": class_archive.submit_arguments(java_home, *given, options=(log,)),
    }
