"""One Spark session for all ETL tests, and a new platform for each."""

from platform_in_a_folder import platform, spark, storage  # noqa: F401 (pytest finds fixtures by importing them here)
