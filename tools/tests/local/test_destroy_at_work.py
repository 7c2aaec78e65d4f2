"""`make destroy` first ends the job runs and crawls of the environment, and no others."""

from collections.abc import Iterator

import pytest
from local_aws_server import ACCOUNT, REGION, Server, eventually

from dataops.delivery.destroy import end_crawls, end_runs, stop_writing
from dataops.local_aws.refusals.glue import AT_WORK

HERE = {"LocationConstraint": REGION}


@pytest.fixture
def held(server: Server) -> Iterator[Server]:
    """Let runs and crawls start, but not end by themselves."""
    server.ask("hold", jobs=True, crawls=True)
    yield server
    server.ask("hold", jobs=False, crawls=False)
    server.settle()


def started_run(server: Server, job: str) -> str:
    glue = server.client("glue")
    glue.create_job(Name=job, Role="any", Command={"Name": "glueetl", "ScriptLocation": "s3://none/etl.py"})
    return str(glue.start_job_run(JobName=job)["JobRunId"])


def run_state(server: Server, job: str, run: str) -> str:
    return str(server.client("glue").get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"])


def started_crawl(server: Server, crawler: str) -> None:
    glue, s3 = server.client("glue"), server.client("s3")
    s3.create_bucket(Bucket=crawler, CreateBucketConfiguration=HERE)
    targets = {"S3Targets": [{"Path": f"s3://{crawler}/"}]}
    glue.create_crawler(Name=crawler, Role=f"arn:aws:iam::{ACCOUNT}:role/any", DatabaseName="raw", Targets=targets)
    glue.start_crawler(Name=crawler)


def crawler_state(server: Server, crawler: str) -> str:
    return str(server.client("glue").get_crawler(Name=crawler)["Crawler"]["State"])


def test_a_run_at_work_is_stopped_and_named_in_one_line(held: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run = started_run(held, "ending-orders")

    end_runs(held.client("glue"), "ending-orders")

    eventually(lambda: run_state(held, "ending-orders", run) == "STOPPED", "the run's end")
    assert capsys.readouterr().out == "ending 1 runs of ending-orders\n"


def test_a_run_that_has_ended_is_left_as_it_is(held: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run = started_run(held, "ended-orders")
    held.ask("hold", jobs=False, crawls=True)
    eventually(lambda: run_state(held, "ended-orders", run) not in AT_WORK, "the run's end")
    state = run_state(held, "ended-orders", run)

    end_runs(held.client("glue"), "ended-orders")

    assert (run_state(held, "ended-orders", run), capsys.readouterr().out) == (state, "")


def test_a_crawl_at_work_is_stopped_so_that_its_crawler_can_be_deleted(held: Server) -> None:
    started_crawl(held, "ending-crawler")
    glue = held.client("glue")
    with pytest.raises(glue.exceptions.CrawlerRunningException):
        glue.delete_crawler(Name="ending-crawler")

    end_crawls(glue, "ending-")

    assert crawler_state(held, "ending-crawler") == "READY"
    glue.delete_crawler(Name="ending-crawler")


def test_what_another_environment_has_at_work_goes_on(held: Server) -> None:
    run = started_run(held, "acme-prod-orders")
    started_crawl(held, "acme-prod-orders")
    ended = started_run(held, "acme-dev-orders")

    stop_writing(held.client, {"buckets": {}, "prefix": "acme-dev"})

    eventually(lambda: run_state(held, "acme-dev-orders", ended) == "STOPPED", "the end of dev's run")
    assert run_state(held, "acme-prod-orders", run) == "RUNNING"
    assert crawler_state(held, "acme-prod-orders") == "RUNNING"


def test_glue_says_of_each_run_why_it_cannot_be_stopped(held: Server) -> None:
    run = started_run(held, "stopped-twice")
    glue = held.client("glue")
    glue.batch_stop_job_run(JobName="stopped-twice", JobRunIds=[run])
    eventually(lambda: run_state(held, "stopped-twice", run) == "STOPPED", "the run's end")

    answer = glue.batch_stop_job_run(JobName="stopped-twice", JobRunIds=[run, "jr_none"])

    codes = [each["ErrorDetail"]["ErrorCode"] for each in answer["Errors"]]
    assert codes == ["InvalidInputException", "EntityNotFoundException"]
    assert answer["SuccessfulSubmissions"] == []
