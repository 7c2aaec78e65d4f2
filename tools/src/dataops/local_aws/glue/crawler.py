"""Crawls as a Glue crawler does: reads the content of objects, and writes the raw table to the catalog."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from dataops.local_aws.glue.crawler_schema import RangedObject, Schema, schema_of
from dataops.local_aws.glue.crawler_table import Crawler, Stored, partitions_of, table_of, write_partitions, write_table

log = logging.getLogger("crawler")
DELETED_MEANWHILE = ("NoSuchKey", "404")


class CrawlError(Exception):
    """The crawl as a whole failed; the message is the reason."""


def crawl(s3: Any, glue: Any, description: dict[str, Any]) -> dict[str, int]:
    """Run a crawler, as GetCrawler describes it; the counts of Glue's event and of the objects read."""
    crawler = _crawler(glue, description)
    stored = list(_data_objects(s3, crawler))
    read = [(each, schema) for each in _sampled(stored, crawler) if (schema := _schema(s3, crawler, each))]
    counts = {"tablesCreated": 0, "tablesUpdated": 0, "partitionsCreated": 0, "objectsRead": len(read)}
    if not read:
        log.info("%s: nothing below %s has a known format", crawler.name, crawler.location)
        return counts
    # A table has one format: that of most files, because two formats are never compatible.
    classification = Counter(schema.classification for _, schema in read).most_common(1)[0][0]
    read = [(each, schema) for each, schema in read if schema.classification == classification]
    table = table_of(crawler, stored, read)
    counts |= write_table(glue, crawler.database, table)
    return counts | write_partitions(glue, crawler.database, table, partitions_of(stored, crawler))


def _crawler(glue: Any, description: dict[str, Any]) -> Crawler:
    name, target = description["Name"], description["Targets"]["S3Targets"][0]
    bucket, _, prefix = target["Path"].removeprefix("s3://").partition("/")
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    try:
        glue.get_database(Name=description["DatabaseName"])
    except glue.exceptions.EntityNotFoundException as error:
        raise CrawlError(f"The database {description['DatabaseName']} of the crawler {name} does not exist.") from error
    return Crawler(
        name,
        bucket,
        prefix,
        description["DatabaseName"],
        description.get("TablePrefix") or "",
        target.get("SampleSize"),
    )


def _data_objects(s3: Any, crawler: Crawler) -> Iterator[Stored]:
    """The objects below the prefix, except empty files, folder markers and files that Spark and Hadoop hide."""
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=crawler.bucket, Prefix=crawler.prefix):
            for item in page.get("Contents", []):
                name = item["Key"].rpartition("/")[2]
                if item["Size"] and name and not name.startswith(("_", ".")) and not name.endswith("_$folder$"):
                    yield Stored(item["Key"], item["Size"], -item["LastModified"].timestamp())
    except ClientError as error:
        raise CrawlError(f"{crawler.name} cannot list {crawler.location}: {_reason(error)}") from error


def _sampled(stored: list[Stored], crawler: Crawler) -> list[Stored]:
    """The newest files of each folder, in the order of their keys."""
    folders: dict[str, list[Stored]] = defaultdict(list)
    for each in stored:
        folders[each.folder].append(each)
    chosen = [each for files in folders.values() for each in sorted(files, key=_newest_first)[: crawler.sample_size]]
    return sorted(chosen, key=lambda each: each.key)


def _newest_first(stored: Stored) -> tuple[float, str]:
    return stored.age, stored.key


def _schema(s3: Any, crawler: Crawler, stored: Stored) -> Schema | None:
    try:
        schema = schema_of(RangedObject(s3, crawler.bucket, stored.key, stored.size))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in DELETED_MEANWHILE:
            return None
        raise CrawlError(f"{crawler.name} cannot read s3://{crawler.bucket}/{stored.key}: {_reason(error)}") from error
    if not schema:
        log.info("%s: no classifier knows %s", crawler.name, stored.key)
    return schema


def _reason(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
