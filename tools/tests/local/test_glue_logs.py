"""The local AWS writes the logs of jobs and crawlers to Glue's own groups, regardless of the job's arguments."""

import json
from pathlib import Path

import pytest
from local_aws_server import ACCOUNT, REGION, Server, policy_for

from dataops.local_aws.access.caller import Caller, root_of
from dataops.local_aws.glue.glue_logs import group_of_crawler, groups_of_job, keep_crawl_log, keep_job_log
from dataops.local_aws.server.client import LocalAws

JOB = {
    "Name": "acme-dev-orders",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/acme-dev-glue-job",
    "SecurityConfiguration": "acme-dev",
    "DefaultArguments": {"--continuous-log-logGroup": "/aws-glue/jobs/acme-dev"},
}
CRAWLER = {"Name": "acme-dev-orders", "Role": "acme-dev-glue-crawler", "CrawlerSecurityConfiguration": "acme-dev"}
OWNER = Caller(ACCOUNT, REGION, root_of(ACCOUNT), None)


@pytest.fixture
def aws(server: Server, tmp_path: Path) -> LocalAws:
    return LocalAws(ACCOUNT, REGION, server.platform.access["endpoint_url"], tmp_path)


def test_a_jobs_groups_are_named_by_its_security_configuration_and_role_whatever_its_arguments_say() -> None:
    assert groups_of_job(JOB) == {
        "error": "/aws-glue/jobs/acme-dev-role/acme-dev-glue-job/error",
        "output": "/aws-glue/jobs/acme-dev-role/acme-dev-glue-job/output",
    }


def test_a_job_without_a_security_configuration_shares_the_groups_of_its_account() -> None:
    assert groups_of_job({"Name": "orders", "Role": "any"})["error"] == "/aws-glue/jobs/error"


def test_a_crawlers_group_is_named_by_its_role_and_security_configuration() -> None:
    assert group_of_crawler(CRAWLER) == "/aws-glue/crawlers-role/acme-dev-glue-crawler-acme-dev"
    assert group_of_crawler({"Name": "orders", "Role": "any"}) == "/aws-glue/crawlers"


def test_a_group_that_is_missing_is_made_with_the_security_configurations_key(server: Server, aws: LocalAws) -> None:
    logs, root = policy_for(f"logs.{REGION}.amazonaws.com", "kms:*"), {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    logs["Statement"].append(logs["Statement"][0] | {"Principal": root})
    key = server.client("kms").create_key(Policy=json.dumps(logs))["KeyMetadata"]["Arn"]
    encryption = {"CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": key}}
    server.client("glue").create_security_configuration(Name="acme-dev", EncryptionConfiguration=encryption)

    keep_job_log(aws, JOB, "jr_1", ["WARN TaskSetManager: lost a task", "12 rows published"], OWNER)
    keep_crawl_log(aws, CRAWLER, ["INFO : Crawler Succeeded"], OWNER)

    groups = server.client("logs").describe_log_groups(logGroupNamePrefix="/aws-glue/")["logGroups"]
    made = {group["logGroupName"]: group["kmsKeyId"] for group in groups if "acme-dev-glue" in group["logGroupName"]}
    assert made == dict.fromkeys([*groups_of_job(JOB).values(), group_of_crawler(CRAWLER)], key)
    assert server.logged(groups_of_job(JOB)["error"]) == ["WARN TaskSetManager: lost a task"]
    assert server.logged(groups_of_job(JOB)["output"]) == ["12 rows published"]
    assert server.logged(group_of_crawler(CRAWLER)) == ["INFO : Crawler Succeeded"]
