"""A process in which Spark is already warm: it waits for one job, runs it as Glue does, and ends."""

import json
import runpy
import sys


def main() -> None:
    """Start the session, say so, and run the script that the first line of input names."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("etl").getOrCreate()
    print("warm", flush=True)
    line = sys.stdin.readline()
    if not line:
        return
    job = json.loads(line)
    sys.argv = [job["script"], *job["arguments"]]
    for archive in job["modules"]:
        session.sparkContext.addPyFile(archive)
    runpy.run_path(job["script"], run_name="__main__")


if __name__ == "__main__":
    main()
