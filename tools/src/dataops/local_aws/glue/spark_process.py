"""The process of a warm job: starts Spark, waits for one order, runs the script as Glue does, and ends."""

import json
import logging
import os
import runpy
import select
import sys
import tempfile
from threading import Thread
from typing import Any

# The beginning of the line about the heap: used and maximum bytes follow.
HEAP = "heap"
# The argument with which it only does what every job does, and ends: class_archive.py keeps what Java has loaded then.
TRAINING = "training"


def main() -> None:
    """Start the session, report it, and run the script that the first line of input names."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("etl").getOrCreate()
    # Glue's ErrorMessage is the error that ended the script, not py4j's closing of its connections afterwards.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    is_training = sys.argv[1:] == [TRAINING]
    # A job that waits already exercises enough by itself.
    if is_training or not select.select([0], [], [], 0)[0]:
        exercise(session)
    if is_training:
        return
    print("warm", flush=True)
    line = sys.stdin.readline()
    if not line:
        return
    Thread(target=_end_with_the_platform, daemon=True).start()
    job = json.loads(line)
    # The credentials of the job's role, which was unknown when this process was started.
    os.environ.update(job["environment"])
    sys.argv = [job["script"], *job["arguments"]]
    for archive in job["modules"]:
        session.sparkContext.addPyFile(archive)
    try:
        runpy.run_path(job["script"], run_name="__main__")
    finally:
        print(HEAP, *heap_of(session), flush=True)


def exercise(session: Any) -> None:
    """Load and compile in advance what every job uses in Java."""
    with tempfile.TemporaryDirectory() as folder:
        rows = session.range(2000).selectExpr("cast(id as string) as name", "cast(id % 7 as string) as kind")
        rows.write.csv(f"{folder}/text", header=True)
        read = session.read.csv(f"{folder}/text", header=True)
        newest = "row_number() over (partition by kind order by cast(name as bigint) desc) as place"
        read.selectExpr("*", newest).write.partitionBy("kind").parquet(f"{folder}/table")
        table = session.read.parquet(f"{folder}/table")
        table.groupBy("kind").count().join(table, "kind").write.json(f"{folder}/rows")


def heap_of(session: Any) -> tuple[int, int]:
    """The peak of Java's used heap in bytes, and its maximum."""
    beans = session.sparkContext._jvm.java.lang.management.ManagementFactory
    pools = [pool for pool in beans.getMemoryPoolMXBeans() if pool.getType().name() == "HEAP"]
    return sum(pool.getPeakUsage().getUsed() for pool in pools), beans.getMemoryMXBean().getHeapMemoryUsage().getMax()


def _end_with_the_platform() -> None:
    # sys.stdin would keep its lock while it waits, and Python could not end a finished job.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
