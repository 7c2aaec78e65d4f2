"""Tests of runs on the running platform: lost events, busy jobs, Lambdas and jobs that die between two calls."""

import itertools
from concurrent.futures import ThreadPoolExecutor

from dataops.acceptance.platform.accounting import books_of, stored_rows, unaccounted
from dataops.acceptance.platform.running_project import Row, RunningProject, orders

CRAWLER, JOB = "Glue Crawler State Change", "Glue Job State Change"


def crawled(chain: RunningProject, *names: str) -> list[str]:
    """Return files that wait although a crawl has seen them, because its event was lost."""
    crawls = len(crawls_of(chain))
    chain.ask("lose", detail_type=CRAWLER)
    chain.ask("hold", crawls=True)
    files = [chain.upload(f"orders/{name}", orders(2)) for name in names]
    chain.wait_for("PENDING", *files)
    chain.wait("the start of a crawl", lambda: len(crawls_of(chain)) == crawls + 1)
    chain.ask("hold", crawls=False)
    chain.wait("the end of the crawl", lambda: {crawl["State"] for crawl in crawls_of(chain)} == {"COMPLETED"})
    return files


def crawls_of(chain: RunningProject) -> list[Row]:
    found: list[Row] = chain.glue.list_crawls(CrawlerName=chain.name("orders"))["Crawls"]
    return found


def started(chain: RunningProject, name: str) -> tuple[str, str]:
    """Return a file and the run that has started with it."""
    file = chain.upload(f"orders/{name}", orders(2))
    chain.wait_for("CLAIMED", file)
    run = chain.row(file)["run"]
    chain.wait("the start of the job", lambda: chain.row(f"run/{run}").get("job_run"))
    return file, run


def test_when_the_event_of_the_crawl_is_lost_the_sweep_starts_the_run(chain: RunningProject) -> None:
    (file,) = crawled(chain, "crawl unheard.csv")
    assert chain.states([file]) == ["PENDING"]

    chain.sweep("orders")

    assert chain.states([file]) == ["CLAIMED"]
    chain.wait_for("DONE", file)
    chain.wait_until_quiet()
    assert unaccounted(books_of(chain)) == []


def test_two_lambdas_at_once_give_each_file_to_one_run(chain: RunningProject) -> None:
    files = crawled(chain, *(f"shared {number}.csv" for number in range(8)))

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(chain.tell_crawl_succeeded, ["orders", "orders"]))

    assert all("errorType" not in answer for answer in answers)
    # If one of them released its files because the job was busy, the end of that job starts them.
    chain.wait_for("DONE", *files)
    chain.wait_until_quiet()
    manifests = [chain.report("orders", run)["files"] for run in {chain.row(file)["run"] for file in files}]
    assert sorted(line["key"] for lines in manifests for line in lines) == sorted(
        file.removeprefix(f"{chain.input}/").rpartition("@")[0] for file in files
    )
    assert unaccounted(books_of(chain)) == []


def test_a_busy_job_gives_the_files_back_uncounted_and_its_end_starts_them(chain: RunningProject) -> None:
    chain.ask("hold", jobs=True)
    first, run = started(chain, "busy.csv")
    (second,) = crawled(chain, "while busy.csv")

    assert chain.tell_crawl_succeeded("orders") == {"run": None, "crawler": None}

    assert chain.states([first, second]) == ["CLAIMED", "PENDING"]
    assert chain.row(second)["attempts"] == 0
    chain.ask("hold", jobs=False)
    chain.wait_for("DONE", first, second)
    chain.wait_until_quiet()
    assert chain.row(second)["run"] != run
    assert unaccounted(books_of(chain)) == []


def test_when_the_event_of_a_busy_jobs_end_is_lost_the_sweep_starts_what_waited_for_it(
    chain: RunningProject,
) -> None:
    chain.ask("hold", jobs=True)
    first, run = started(chain, "busy and unheard.csv")
    (second,) = crawled(chain, "while unheard.csv")
    chain.ask("lose", detail_type=JOB)
    chain.ask("hold", jobs=False)
    chain.wait("the end of the job", lambda: chain.job_runs("orders", run)[0]["JobRunState"] == "SUCCEEDED")
    chain.wait("nothing at work", lambda: not chain.ask("status")["busy"])
    assert chain.states([first, second]) == ["CLAIMED", "PENDING"]

    chain.sweep("orders")

    chain.wait_for("DONE", first, second)
    chain.wait_until_quiet()
    assert (chain.row(second)["run"] != run, chain.row(second)["attempts"]) == (True, 0)
    assert unaccounted(books_of(chain)) == []


def test_when_a_lambda_dies_before_it_starts_the_job_its_files_are_given_back_after_the_grace_time(
    chain: RunningProject,
) -> None:
    (file,) = crawled(chain, "claimed and left.csv")
    chain.ask("die", who="start_etl_job", call="AWSGlue.StartJobRun", takes_effect=False)
    assert "errorType" in chain.tell_crawl_succeeded("orders")
    run = chain.row(file)["run"]
    assert chain.job_runs("orders", run) == []

    chain.sweep("orders")
    assert chain.states([file]) == ["CLAIMED"]
    chain.age(run, minutes=25)
    chain.sweep("orders")

    chain.wait_for("DONE", file)
    chain.wait_until_quiet()
    assert chain.row(file)["attempts"] == 0
    assert unaccounted(books_of(chain)) == []


def test_when_a_lambda_dies_after_it_started_the_job_its_files_stay_with_their_run(chain: RunningProject) -> None:
    (file,) = crawled(chain, "started and left.csv")
    chain.ask("hold", jobs=True)
    chain.ask("die", who="start_etl_job", call="AWSGlue.StartJobRun", takes_effect=True)
    assert "errorType" in chain.tell_crawl_succeeded("orders")
    run = chain.row(file)["run"]
    assert "job_run" not in chain.row(f"run/{run}")

    chain.age(run, minutes=25)
    chain.sweep("orders")
    assert chain.states([file]) == ["CLAIMED"]
    chain.ask("hold", jobs=False)

    chain.wait_for("DONE", file)
    chain.wait_until_quiet()
    assert len(chain.job_runs("orders", run)) == 1
    assert unaccounted(books_of(chain)) == []


def test_a_file_whose_runs_all_fail_is_dead_and_each_run_is_notified_once(chain: RunningProject) -> None:
    close_run = chain.functions.get_function_configuration(FunctionName=f"{chain.prefix}-close-run")
    attempts = int(close_run["Environment"]["Variables"]["MAXIMUM_ATTEMPTS"])
    chain.ask("hold", jobs=True)
    file, run = started(chain, "hopeless.csv")
    runs = [run]
    for state in itertools.islice(itertools.cycle(("TIMEOUT", "STOPPED", "ERROR")), attempts):
        chain.ask("end", job=chain.name("orders"), state=state)
        chain.wait("the end of the run", lambda: chain.row(f"run/{runs[-1]}").get("state") == "FAILED")
        chain.wait("the file to be given back", lambda: chain.states([file]) != ["CLAIMED"])
        if len(runs) < attempts:
            assert (chain.states([file]), int(chain.row(file)["attempts"])) == (["PENDING"], len(runs))
            chain.sweep("orders")
            runs.append(chain.row(file)["run"])
    chain.ask("hold", jobs=False)
    chain.wait_until_quiet()

    assert chain.states([file]) == ["DEAD"]
    assert [len(chain.notifications(f"Run {run} ")) for run in runs] == [1] * attempts
    assert "given up" in chain.notifications(f"Run {runs[-1]} ")[0]["subject"]
    assert unaccounted(books_of(chain)) == []


def test_when_a_job_dies_half_way_nothing_of_it_is_published_and_the_next_attempt_publishes_it_once(
    chain: RunningProject,
) -> None:
    before = books_of(chain).commits
    chain.ask("die", who="job", call=f"PUT /{chain.output}/_commits/orders/", takes_effect=False)
    file = chain.upload("orders/half way.csv", orders(50))
    chain.wait("a failed attempt", lambda: chain.row(file).get("attempts") == 1)
    (failed,) = (row for row in chain.rows() if row.get("state") == "FAILED" and half_written(chain, row))
    half = half_written(chain, failed)

    assert len(half) == 50
    assert books_of(chain).commits == before
    seen = "select count(*) from orders where _file like '%half way%'"
    assert chain.query(seen)[-1] == "0"
    chain.sweep("orders")

    chain.wait_for("DONE", file)
    chain.wait_until_quiet()
    assert chain.row(file)["run"] == failed["file"].removeprefix("run/").replace("-1", "-2")
    assert chain.query(seen)[-1] == "50"
    assert half_written(chain, failed) == half
    assert unaccounted(books_of(chain)) == []


def half_written(chain: RunningProject, run: Row) -> list[Row]:
    """Return the rows in the folder of a run's batch, committed or not, in the order of their lines."""
    if "batch" not in run:
        return []
    return sorted(
        stored_rows(chain, f"s3://{chain.output}/orders/batch_id={run['batch']}/"), key=lambda row: row["_line"]
    )


def test_when_close_run_dies_between_the_commit_and_the_ledger_the_sweep_closes_the_run(
    chain: RunningProject,
) -> None:
    chain.ask("lose", detail_type=JOB)
    file, run = started(chain, "committed and left.csv")
    job_run = chain.row(f"run/{run}")["job_run"]
    chain.wait("the end of the job", lambda: chain.job_runs("orders", run)[0]["JobRunState"] == "SUCCEEDED")
    chain.ask("die", who="close_run", call=f"GET /{chain.output}/_reports/orders/{run}.json", takes_effect=True)
    event = {"detail": {"jobName": chain.name("orders"), "jobRunId": job_run, "state": "SUCCEEDED"}}
    assert "errorType" in chain.invoke("close-run", event)
    assert chain.states([file]) == ["CLAIMED"]

    chain.sweep("orders")

    assert chain.states([file]) == ["DONE"]
    chain.wait_until_quiet()
    assert len(chain.job_runs("orders", run)) == 1
    assert unaccounted(books_of(chain)) == []


def test_a_run_that_is_executed_again_after_its_commit_changes_nothing(chain: RunningProject) -> None:
    before = books_of(chain)
    commit = next(iter(before.commits.values()))
    manifest = f"s3://{chain.output}/_manifests/{commit['dataset']}/{commit['run']}.json"

    again = chain.glue.start_job_run(JobName=chain.name(commit["dataset"]), Arguments={"--manifest": manifest})
    chain.wait("the end of the job", lambda: state_of(chain, commit["dataset"], again["JobRunId"]) == "SUCCEEDED")
    chain.wait_until_quiet()

    after = books_of(chain)
    assert (after.commits, after.reports, after.batches) == (before.commits, before.reports, before.batches)
    assert unaccounted(after) == []


def state_of(chain: RunningProject, dataset: str, job_run: str) -> str:
    return str(chain.glue.get_job_run(JobName=chain.name(dataset), RunId=job_run)["JobRun"]["JobRunState"])


# The fields of GetJob's answer that UpdateJob accepts.
UPDATED = (
    *("Role", "Command", "ExecutionProperty", "DefaultArguments", "Connections", "MaxRetries", "Timeout"),
    *("WorkerType", "NumberOfWorkers", "SecurityConfiguration", "GlueVersion", "ExecutionClass"),
)


def test_a_log_group_that_a_job_is_given_stays_empty(chain: RunningProject) -> None:
    """Glue 5 names its log groups by the security configuration and the role, whatever modules/dataset/job.tf sets."""
    logs, name, group = chain.client("logs"), chain.name("orders"), f"/aws-glue/jobs/{chain.prefix}"
    job = chain.glue.get_job(JobName=name)["Job"]
    before = {key: job[key] for key in UPDATED if key in job}
    argument = {"--continuous-log-logGroup": group, "--enable-continuous-cloudwatch-log": "true"}
    logs.create_log_group(logGroupName=group)
    chain.glue.update_job(JobName=name, JobUpdate=before | {"DefaultArguments": before["DefaultArguments"] | argument})
    try:
        file, run = started(chain, "logged.csv")
        chain.wait_for("DONE", file)
        written = chain.log(group)
    finally:
        chain.glue.update_job(JobName=name, JobUpdate=before)
        logs.delete_log_group(logGroupName=group)

    output = f"/aws-glue/jobs/{job['SecurityConfiguration']}-role/{job['Role'].rpartition('/')[2]}/output"
    streams = [each["logStreamName"] for each in logs.describe_log_streams(logGroupName=output)["logStreams"]]
    assert written == ""
    assert chain.row(f"run/{run}")["job_run"] in streams
