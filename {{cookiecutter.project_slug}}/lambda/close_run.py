"""Lambda: closes a run in the ledger when its job has ended, and notifies."""

from typing import Any

from ledger.ledger import Ledger
from ledger.timestamps import utc_now
from notifications.notification import Notifications
from runs.job_run import JobRuns, run_in
from runs.run_capacity import Workers
from runs.run_closing import Closing
from runs.run_notifications import RunNotifications
from runtime.aws import client, dataset_of, required, table_client
from runtime.metric import log

prefix = required("PREFIX")
ledger = Ledger(table_client(), required("LEDGER_TABLE"), utc_now)
workers = Workers(required("WORKER_TYPE"), int(required("WORKERS")))
jobs = JobRuns(client("glue"), client("s3"), required("OUTPUT_BUCKET"), prefix, ledger, workers)
notifications = Notifications(client("sns"), required("NOTIFICATION_ROUTES"), ledger, prefix)
closing = Closing(jobs, RunNotifications(jobs, notifications, required("CANARY")), int(required("MAXIMUM_ATTEMPTS")))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a state change of a job from Glue: the event is only a hint, the job and its commit decide."""
    detail = event["detail"]
    dataset = dataset_of(prefix, detail["jobName"])
    if dataset is None:
        log("event-of-another-project", name=detail["jobName"])
        return {}
    run = run_in(jobs.by_id(dataset, detail["jobRunId"]) or {})
    if not run:
        log("job-run-without-manifest", dataset=dataset, job_run=detail["jobRunId"])
        return {}
    return {"run": run, "state": closing.close(dataset, run)}
