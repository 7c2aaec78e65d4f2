"""Reads the two tables that tell a drift: what the crawler saw, and what project.yaml declares."""

import re
from typing import Any

from ledger import Row


def raw_and_published(glue: Any, crawler_name: str, dataset: str) -> tuple[Row, Row] | None:
    """Both tables as GetTable gives them; None as long as nothing was crawled."""
    crawler = glue.get_crawler(Name=crawler_name)["Crawler"]
    folder = crawler["Targets"]["S3Targets"][0]["Path"].rstrip("/")
    # Glue names the table for the folder, and writes an underscore for what a name must not hold.
    name = crawler.get("TablePrefix", "") + re.sub(r"\W", "_", folder.rpartition("/")[2])
    raw = _table(glue, crawler["DatabaseName"], name)
    # A folder of the same name elsewhere in the bucket may have had that table first.
    if not raw or raw["StorageDescriptor"].get("Location", "").rstrip("/") != folder:
        return None
    published: Row = glue.get_table(DatabaseName=crawler["DatabaseName"], Name=f"{dataset}_batches")["Table"]
    return raw, published


def _table(glue: Any, database: str, name: str) -> Row | None:
    try:
        table: Row = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return None
    return table
