"""The log groups of Glue 5: Glue names them by security configuration and role, and creates missing ones.

Sources: AWS Glue guide, "Logging for AWS Glue jobs" (error and output; --continuous-log-logGroup is for Glue 4.0 and
older) and "Encrypting data written by AWS Glue"; the names with a security configuration as public Terraform declares
them for running jobs and crawlers (cds-snc/data-lake; ministryofjustice/modernisation-platform-environments#2840).
"""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from dataops.local_aws.access.caller import Caller
from dataops.local_aws.access.identity import AccessDeniedError, require
from dataops.local_aws.cloudwatch.log_stream import keep_log
from dataops.local_aws.server.client import LocalAws

log = logging.getLogger("logs")
# Lines of Spark's own processes go to error, what the job prints to output. local_run/spark_settings.py sets the form.
OF_SPARK = re.compile(r"(TRACE|DEBUG|INFO|WARN|ERROR|FATAL) \w+: ")


def groups_of_job(job: dict[str, Any]) -> dict[str, str]:
    """The names of a job's groups, error and output; they do not depend on the job's arguments."""
    role, configuration = name_of_role(job["Role"]), job.get("SecurityConfiguration")
    prefix = f"/aws-glue/jobs/{configuration}-role/{role}" if configuration else "/aws-glue/jobs"
    return {kind: f"{prefix}/{kind}" for kind in ("error", "output")}


def group_of_crawler(crawler: dict[str, Any]) -> str:
    """The name of a crawler's group."""
    role, configuration = name_of_role(crawler["Role"]), crawler.get("CrawlerSecurityConfiguration")
    return f"/aws-glue/crawlers-role/{role}-{configuration}" if configuration else "/aws-glue/crawlers"


def name_of_role(role: str) -> str:
    """A role's path and name, whether Glue was given its ARN or its name."""
    return role.partition(":role/")[2] or role


def keep_job_log(aws: LocalAws, job: dict[str, Any], run: str, lines: Iterable[str], writer: Caller) -> None:
    """Write the output of a run to the job's groups, in the role of the job."""
    said: dict[str, list[str]] = {"error": [], "output": []}
    for line in lines:
        said["error" if OF_SPARK.match(line) else "output"].append(line)
    for kind, group in groups_of_job(job).items():
        make_group(aws, group, job.get("SecurityConfiguration"), writer)
        keep_log(aws, group, run, said[kind], writer)


def keep_crawl_log(aws: LocalAws, crawler: dict[str, Any], lines: Iterable[str], writer: Caller) -> None:
    """Write the log of a crawl to the crawler's group, in a stream with the crawler's name."""
    group = group_of_crawler(crawler)
    make_group(aws, group, crawler.get("CrawlerSecurityConfiguration"), writer)
    keep_log(aws, group, crawler["Name"], lines, writer)


def make_group(aws: LocalAws, group: str, configuration: str | None, writer: Caller) -> None:
    """Create a missing group as Glue does: with the security configuration's key, and without expiry."""
    logs = aws.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if group in [each["logGroupName"] for each in found]:
        return
    key = key_of(aws, configuration)
    try:
        for action in ["logs:CreateLogGroup", *(["logs:AssociateKmsKey"] if key else [])]:
            require(writer, action, f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{group}")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group, **key)
    except AccessDeniedError as error:
        log.warning("the group %s is not made: %s", group, error)


def key_of(aws: LocalAws, configuration: str | None) -> dict[str, str]:
    """The key with which a security configuration encrypts logs, as CreateLogGroup takes it."""
    if configuration is None:
        return {}
    described = aws.client("glue").get_security_configuration(Name=configuration)["SecurityConfiguration"]
    key = described["EncryptionConfiguration"].get("CloudWatchEncryption", {}).get("KmsKeyArn")
    return {"kmsKeyId": key} if key else {}
