"""The inside of a warm job: starts Spark, waits for one order, runs the script as Glue does, and ends."""

import json
import logging
import os
import runpy
import sys
import tempfile
from threading import Thread
from typing import Any

# What the line with the heap begins with: used and possible bytes follow.
HEAP = "heap"


def main() -> None:
    """Start the session, say so, and run the script that the first line of input names."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("etl").getOrCreate()
    # Glue's ErrorMessage is what ended the script, not that py4j closes its connections afterwards.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    exercise(session)
    print("warm", flush=True)
    line = sys.stdin.readline()
    if not line:
        return
    Thread(target=_end_with_the_platform, daemon=True).start()
    job = json.loads(line)
    # The credentials of the job's role: nobody knew it when this process was started.
    os.environ.update(job["environment"])
    sys.argv = [job["script"], *job["arguments"]]
    for archive in job["modules"]:
        session.sparkContext.addPyFile(archive)
    try:
        runpy.run_path(job["script"], run_name="__main__")
    finally:
        print(HEAP, *heap_of(session), flush=True)


def exercise(session: Any) -> None:
    """Let Java load and compile what every job uses, while nobody waits for it."""
    with tempfile.TemporaryDirectory() as folder:
        rows = session.range(2000).selectExpr("cast(id as string) as name", "cast(id % 7 as string) as kind")
        rows.write.csv(f"{folder}/text", header=True)
        read = session.read.csv(f"{folder}/text", header=True)
        newest = "row_number() over (partition by kind order by cast(name as bigint) desc) as place"
        read.selectExpr("*", newest).write.partitionBy("kind").parquet(f"{folder}/table")
        table = session.read.parquet(f"{folder}/table")
        table.groupBy("kind").count().join(table, "kind").write.json(f"{folder}/rows")


def heap_of(session: Any) -> tuple[int, int]:
    """The most bytes of Java's heap that were in use, and how many there may be."""
    beans = session.sparkContext._jvm.java.lang.management.ManagementFactory
    pools = [pool for pool in beans.getMemoryPoolMXBeans() if pool.getType().name() == "HEAP"]
    return sum(pool.getPeakUsage().getUsed() for pool in pools), beans.getMemoryMXBean().getHeapMemoryUsage().getMax()


def _end_with_the_platform() -> None:
    # sys.stdin would keep its lock while it waits, and Python could not end a job that is done.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
