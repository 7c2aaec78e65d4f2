"""Behaviour of the Glue catalog, connections, crawlers and jobs that moto lacks."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import FakeConnection, FakeCrawler, FakeJob, FakeJobRun, GlueBackend
from moto.glue.responses import GlueResponse
from moto.moto_api import state_manager

from dataops.local_aws.moto_patches.patching import add, replace

# An account and a region.
Owner = tuple[str, str]
# moto lets every job succeed and every crawl run for ever; here both do real work.
FROZEN = {"progression": "manual", "times": 10**9}
CAN_BE_STOPPED = ("STARTING", "RUNNING", "WAITING")
JOB_INPUT = {
    "Role": "role",
    "Description": "description",
    "Command": "command",
    "DefaultArguments": "default_arguments",
    "ExecutionProperty": "execution_property",
    "Connections": "connections",
    "MaxRetries": "max_retries",
    "Timeout": "timeout",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
    "GlueVersion": "glue_version",
    "SecurityConfiguration": "security_configuration",
    "ExecutionClass": "execution_class",
}
CRAWLER_INPUT = {
    "Role": "role",
    "DatabaseName": "database_name",
    "Description": "description",
    "Targets": "targets",
    "TablePrefix": "table_prefix",
    "SchemaChangePolicy": "schema_change_policy",
    "RecrawlPolicy": "recrawl_policy",
    "Configuration": "configuration",
    "CrawlerSecurityConfiguration": "crawler_security_configuration",
}


RunAct = Callable[[Owner, Any], None]


def patch_moto(crawl: Callable[[Owner, str, Any], None], run_job: RunAct, stop_run: RunAct) -> None:
    """Make crawlers and jobs do real work: `crawl` and `run_job` start it, `stop_run` ends the run of a job."""
    for model in ("glue::crawl", "glue::job_run"):
        state_manager.set_transition(model, FROZEN)
    replace(FakeCrawler, "start_crawler", lambda original: _then(original, lambda crawler: _began(crawler, crawl)))
    replace(FakeCrawler, "as_dict", _with_last_crawl)
    replace(
        FakeJob,
        "start_job_run",
        lambda original: _then(original, lambda job: run_job(_owner(job), job.job_runs[-1])),
    )
    replace(FakeJob, "get_job_runs", _newest_first)
    replace(FakeJobRun, "as_dict", _as_glue_describes)
    replace(FakeConnection, "as_dict", _with_type)
    add(GlueBackend, "rulesets", {})
    add(GlueResponse, "batch_stop_job_run", lambda response: _stop_runs(response, stop_run))
    for name, method in METHODS.items():
        add(GlueResponse, name, method)


def _then(original: Callable[..., Any], act: Callable[[Any], None]) -> Callable[..., Any]:
    def both(model: Any, *values: Any, **arguments: Any) -> Any:
        answer = original(model, *values, **arguments)
        act(model)
        return answer

    return both


def _began(crawler: Any, crawl: Callable[[Owner, str, Any], None]) -> None:
    crawl(_owner(crawler), crawler.name, crawler.crawls[-1])


def _stop_runs(response: Any, stop_run: RunAct) -> str:
    """AWS Glue API Reference, BatchStopJobRun: each run that cannot be stopped has an error of its own."""
    job = response.glue_backend.get_job(response._get_param("JobName"))
    runs = {run.job_run_id: run for run in job.job_runs}
    answer: dict[str, list[dict[str, Any]]] = {"SuccessfulSubmissions": [], "Errors": []}
    for run_id in response._get_param("JobRunIds"):
        named = {"JobName": job.name, "JobRunId": run_id}
        run = runs.get(run_id)
        if run is None:
            detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Job run {run_id} not found."}
            answer["Errors"].append(named | {"ErrorDetail": detail})
        elif run.status not in CAN_BE_STOPPED:
            detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": f"Job run {run_id} is {run.status}."}
            answer["Errors"].append(named | {"ErrorDetail": detail})
        else:
            stop_run(_owner(job), run)
            answer["SuccessfulSubmissions"].append(named)
    return json.dumps(answer)


def _newest_first(original: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    return lambda job: original(job)[::-1]


def _owner(model: Any) -> Owner:
    return model.backend.account_id, model.backend.region_name


def _with_last_crawl(original: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def as_dict(crawler: Any) -> dict[str, Any]:
        content = original(crawler)
        content.pop("LastCrawl", None)
        at_work = [crawl for crawl in crawler.crawls[-1:] if crawl.status in ("RUNNING", "STOPPING")]
        content["CrawlElapsedTime"] = sum(_milliseconds_since(crawl.start_time) for crawl in at_work)
        # During a crawl, Glue still describes the previous one; its status words differ from those of ListCrawls.
        ended = [crawl for crawl in crawler.crawls if crawl.status not in ("RUNNING", "STOPPING")]
        if ended:
            status = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED"}.get(ended[-1].status, ended[-1].status)
            content["LastCrawl"] = {"Status": status, "StartTime": ended[-1].start_time, "LogStream": crawler.name}
            if getattr(ended[-1], "complaint", ""):
                content["LastCrawl"]["ErrorMessage"] = ended[-1].complaint
        return content

    return as_dict


def _milliseconds_since(moment: datetime) -> int:
    return round((utcnow() - moment).total_seconds() * 1000)


def _as_glue_describes(original: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def as_dict(job_run: Any) -> dict[str, Any]:
        content = original(job_run) | {"LogGroupName": "/aws-glue/jobs", "GlueVersion": "local"}
        ended: datetime | None = getattr(job_run, "ended_on", None)
        content["ExecutionTime"] = round(((ended or utcnow()) - job_run.started_on).total_seconds())
        content["CompletedOn"] = ended
        if getattr(job_run, "complaint", None):
            content["ErrorMessage"] = job_run.complaint
        return {name: value for name, value in content.items() if value is not None}

    return as_dict


def _with_type(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def as_dict(connection: Any, hide_password: bool = False) -> dict[str, Any]:
        content = original(connection, hide_password) | {
            "ConnectionType": connection.connection_input["ConnectionType"]
        }
        del content["Connection"]
        return content

    return as_dict


def _update(found: Any, names: dict[str, str], given: dict[str, Any]) -> None:
    for name, attribute in names.items():
        if name in given:
            setattr(found, attribute, given[name])


def _update_job(response: Any) -> str:
    name = response._get_param("JobName")
    _update(response.glue_backend.get_job(name), JOB_INPUT, response._get_param("JobUpdate"))
    return json.dumps({"JobName": name})


def _update_crawler(response: Any) -> str:
    crawler = response.glue_backend.get_crawler(response._get_param("Name"))
    _update(crawler, CRAWLER_INPUT, response.parameters)
    crawler.last_updated, crawler.version = utcnow(), crawler.version + 1
    return "{}"


def _delete_connection(response: Any) -> str:
    response.glue_backend.connections.pop(response._get_param("ConnectionName"), None)
    return "{}"


def _update_connection(response: Any) -> str:
    backend, given = response.glue_backend, response._get_param("ConnectionInput")
    backend.connections[given["Name"]] = FakeConnection(backend, backend.account_id, given, {})
    return "{}"


def _put_ruleset(response: Any) -> str:
    names = ("Name", "Description", "Ruleset", "TargetTable")
    given = {name: response._get_param(name) for name in names if response._get_param(name) is not None}
    backend = response.glue_backend
    before = backend.rulesets.get(given["Name"], {"CreatedOn": utcnow().timestamp()})
    backend.rulesets[given["Name"]] = before | given | {"LastModifiedOn": utcnow().timestamp()}
    arn = f"arn:aws:glue:{backend.region_name}:{backend.account_id}:dataQualityRuleset/{given['Name']}"
    if response._get_param("Tags"):
        backend.tag_resource(arn, response._get_param("Tags"))
    return json.dumps({"Name": given["Name"]})


def _get_ruleset(response: Any) -> str:
    name = response._get_param("Name")
    if name not in response.glue_backend.rulesets:
        raise EntityNotFoundException(f"Ruleset {name} not found")
    return json.dumps(response.glue_backend.rulesets[name])


def _delete_ruleset(response: Any) -> str:
    response.glue_backend.rulesets.pop(response._get_param("Name"), None)
    return "{}"


METHODS = {
    "update_job": _update_job,
    "update_crawler": _update_crawler,
    "delete_connection": _delete_connection,
    "update_connection": _update_connection,
    "create_data_quality_ruleset": _put_ruleset,
    "update_data_quality_ruleset": _put_ruleset,
    "get_data_quality_ruleset": _get_ruleset,
    "delete_data_quality_ruleset": _delete_ruleset,
}
