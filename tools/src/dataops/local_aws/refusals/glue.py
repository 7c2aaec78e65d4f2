"""AWS Glue: what jobs, crawlers and rulesets refer to must exist, and what is at work is not changed."""

from typing import Any

from moto.s3.models import s3_backends

from dataops.local_aws.access.identity import AccessDeniedError
from dataops.local_aws.access.roles import as_service
from dataops.local_aws.account import account_profile
from dataops.local_aws.refusals.call import Call, Rules, refuse
from dataops.local_aws.refusals.data_quality import complaint

INVALID, MISSING = "InvalidInputException", "EntityNotFoundException"
# AWS Glue user guide, "AWS Glue versions".
VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1")
# AWS Glue API Reference, Job, ExecutionClass: Glue 3.0 and above, command glueetl; G.1X and G.2X only.
FLEX_WORKERS, FLEX_VERSIONS = ("G.1X", "G.2X"), ("3.0", "4.0", "5.0", "5.1")
# AWS Glue user guide, "Worker types": the DPUs of one worker.
DPUS = {"G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.12X": 12, "G.16X": 16, "Standard": 1}
DPUS |= {"R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8, "Z.2X": 2}
AT_WORK = ("STARTING", "RUNNING", "STOPPING", "WAITING")
# Linux, execve(2): MAX_ARG_STRLEN with its closing zero. Glue documents no limit of its own.
ARGUMENT_BYTES = 131_071


def job_can_run_so(call: Call) -> None:
    """aws-samples/cql-replicator#181 (workers), cloudposse/terraform-aws-glue#42 and provider#44420 (worker types)."""
    job = call.given.get("JobUpdate") or call.given
    version, workers, kind = job.get("GlueVersion"), job.get("NumberOfWorkers"), job.get("WorkerType")
    command = (job.get("Command") or {}).get("Name", "glueetl")
    if version and version not in VERSIONS:
        refuse(INVALID, f"Glue version {version} is not supported.")
    if kind and command == "pythonshell":
        refuse(INVALID, "Worker Type is not supported for Job Command pythonshell")
    if kind in ("G.1X", "G.2X") and workers is not None and workers < 2:
        refuse(INVALID, f"To use Worker Type {kind}, minimum allowed value of Number of Workers is 2.")
    is_flexible = job.get("ExecutionClass") == "FLEX"
    if is_flexible and (kind not in FLEX_WORKERS or version not in FLEX_VERSIONS or command != "glueetl"):
        refuse(INVALID, f"Execution class FLEX is not supported for Worker Type {kind} and Glue Version {version}.")


def what_a_job_names_exists(call: Call) -> None:
    """AWS Glue API Reference, CreateJob: EntityNotFoundException."""
    job, held = call.given.get("JobUpdate") or call.given, call.held("glue")
    settings = job.get("SecurityConfiguration")
    if settings and settings not in held.security_configurations:
        refuse(MISSING, f"Security Configuration {settings} not found")
    for name in (job.get("Connections") or {}).get("Connections") or []:
        if name not in held.connections:
            refuse(MISSING, f"Connection {name} not found.")


def role_can_be_taken(call: Call) -> None:
    """hashicorp/terraform-provider-aws#30371: a crawler's role is assumed when the crawler is made."""
    role = call.given.get("Role")
    if role and not role_admits_glue(call, role):
        refuse(INVALID, "Service is unable to assume provided role. Please verify role's TrustPolicy")


def targets_exist(call: Call) -> None:
    """hashicorp/terraform-provider-aws#30370 shows the sentence."""
    targets = call.given.get("Targets") or {}
    for target in targets.get("S3Targets") or []:
        bucket = target["Path"].removeprefix("s3://").partition("/")[0]
        if not _bucket_exists(bucket):
            refuse(INVALID, f"S3 bucket {bucket} does not exist.")
    for target in (targets.get("S3Targets") or []) + (targets.get("JdbcTargets") or []):
        name = target.get("ConnectionName")
        if name and name not in call.held("glue").connections:
            refuse(MISSING, f"Connection {name} not found.")


def crawler_rests_before_a_change(call: Call) -> None:
    """aws-cloudformation/cloudformation-coverage-roadmap#817, hashicorp/terraform-provider-aws#43345."""
    if _is_at_work(call):
        refuse(INVALID, "Cannot update Crawler while running")


def crawler_rests_before_it_goes(call: Call) -> None:
    """AWS Glue API Reference, DeleteCrawler: CrawlerRunningException; go-to-k/cdkd#870."""
    if _is_at_work(call):
        refuse("CrawlerRunningException", f"Crawler with name {call.given['Name']} is currently running")


def account_has_room_for_a_run(call: Call) -> None:
    """AWS General Reference, "AWS Glue endpoints and quotas"; both quotas answer alike."""
    profile, runs = account_profile.current(), _runs_at_work(call)
    jobs = call.held("glue").jobs
    dpus = sum(_dpus(jobs[name]) for name in runs if name in jobs)
    wanted = _dpus(jobs[call.given["JobName"]]) if call.given["JobName"] in jobs else 0
    if len(runs) >= profile.glue_concurrent_runs or dpus + wanted > profile.glue_dpus:
        sentence = f"Exceeded maximum concurrent compute capacity for your account: {profile.glue_dpus}."
        refuse("ResourceNumberLimitExceededException", sentence)


def arguments_can_be_passed(call: Call) -> None:
    """A process cannot be started with a longer argument; Glue would say so only when the run begins, if at all."""
    job = call.given.get("JobUpdate") or call.given
    for name, value in {**(job.get("DefaultArguments") or {}), **(job.get("Arguments") or {})}.items():
        if len(str(value).encode()) > ARGUMENT_BYTES:
            refuse(INVALID, f"Argument {name} is longer than the {ARGUMENT_BYTES} bytes that Linux passes to a process")


def ruleset_can_be_read(call: Call) -> None:
    """AWS Glue user guide, "Data Quality Definition Language (DQDL) reference"."""
    why = complaint(call.given["Ruleset"]) if call.given.get("Ruleset") else None
    if why:
        refuse(INVALID, f"Ruleset is invalid: {why}")


def ruleset_has_its_table(call: Call) -> None:
    """AWS Glue API Reference, CreateDataQualityRuleset: TargetTable "must exist in the catalog"."""
    target = call.given.get("TargetTable")
    database = call.held("glue").databases.get(target["DatabaseName"]) if target else None
    if target and (database is None or target["TableName"] not in database.tables):
        refuse(MISSING, f"Table {target['TableName']} not found.")


def role_admits_glue(call: Call, role: str) -> bool:
    """Whether Glue may take a role for a crawler; the role is given by its ARN or by its name."""
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{call.caller.account}:role/{role}"
    try:
        as_service("glue", arn, call.arn("glue", f"crawler/{call.given['Name']}"), call.caller.region)
    except AccessDeniedError:
        return False
    return True


def _bucket_exists(name: str) -> bool:
    return name in s3_backends.bucket_accounts


def _is_at_work(call: Call) -> bool:
    crawler = call.held("glue").crawlers.get(call.given["Name"])
    return crawler is not None and any(crawl.status in AT_WORK for crawl in crawler.crawls[-1:])


def _runs_at_work(call: Call) -> list[str]:
    """The job of every run that holds workers."""
    jobs = list(call.held("glue").jobs.values())
    return [job.name for job in jobs for run in job.job_runs if run.status in AT_WORK]


def _dpus(job: Any) -> float:
    return DPUS.get(job.worker_type or "G.1X", 1) * int(job.number_of_workers or 10)


REFUSALS: Rules = {
    "CreateJob": (job_can_run_so, what_a_job_names_exists, arguments_can_be_passed),
    "UpdateJob": (job_can_run_so, what_a_job_names_exists, arguments_can_be_passed),
    "StartJobRun": (arguments_can_be_passed, account_has_room_for_a_run),
    "CreateCrawler": (role_can_be_taken, targets_exist),
    "UpdateCrawler": (crawler_rests_before_a_change, role_can_be_taken, targets_exist),
    "DeleteCrawler": (crawler_rests_before_it_goes,),
    "CreateDataQualityRuleset": (ruleset_can_be_read, ruleset_has_its_table),
    "UpdateDataQualityRuleset": (ruleset_can_be_read,),
}
