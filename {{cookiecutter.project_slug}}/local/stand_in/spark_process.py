"""The inside of a warm job: starts Spark, waits for one order, runs the script as Glue does, and ends."""

import json
import os
import runpy
import sys
from threading import Thread


def main() -> None:
    """Start the session, say so, and run the script that the first line of input names."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("etl").getOrCreate()
    print("warm", flush=True)
    line = sys.stdin.readline()
    if not line:
        return
    Thread(target=_end_with_the_platform, daemon=True).start()
    job = json.loads(line)
    sys.argv = [job["script"], *job["arguments"]]
    for archive in job["modules"]:
        session.sparkContext.addPyFile(archive)
    runpy.run_path(job["script"], run_name="__main__")


def _end_with_the_platform() -> None:
    # sys.stdin would keep its lock while it waits, and Python could not end a job that is done.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
