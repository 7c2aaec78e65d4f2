"""How Java is set for a job of Spark, by the size of what the job reads."""

# Over small files a job ends before Java's second compiler pays off: without it, it takes half the time. That compiler
# costs about 19 s of processor in every job and saves 0.16 s for each MB of CSV, measured with 2 million rows (192 MB):
# parsing, checking, sorting and writing took 26 s instead of 57 s. Both are equal at about 120 MB.
LARGE_BYTES = 120_000_000
SMALL_INPUT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LARGE_INPUT = "-XX:+UseParallelGC"


def java_options(input_bytes: int) -> str:
    """The options of a job that reads so many bytes."""
    return LARGE_INPUT if input_bytes >= LARGE_BYTES else SMALL_INPUT
