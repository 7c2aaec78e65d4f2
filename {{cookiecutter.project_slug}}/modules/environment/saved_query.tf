# Saved queries for alarms: one per section of docs/runbook.md, in CloudWatch Logs Insights.

locals {
  _all = keys(local.functions)

  queries = {
    dead-letters           = { logs = local._all, text = "fields @timestamp, @log, event, error | filter event in [\"message-failed\", \"crawl-not-started\", \"sweep-failed\"] or @message like /Task timed out|errorType/" }
    old-messages           = { logs = ["start_crawler"], text = "filter type = \"platform.report\" | stats count(*) as calls, max(record.metrics.durationMs) as longest by bin(15m)" }
    files-waiting          = { logs = ["sweep"], text = "fields @timestamp, dataset, files_waiting, seconds_waited | filter event = \"dataset-swept\" and files_waiting > 0" }
    data-late              = { logs = ["sweep"], text = "filter event = \"dataset-swept\" | stats latest(seconds_since_published / 3600) as hours by dataset" }
    crawl-failing          = { logs = ["start_etl_job", "sweep"], text = "fields @timestamp, event, dataset | filter crawls_failing > 0" }
    crawl-long             = { logs = ["start_etl_job", "sweep"], text = "filter crawl_seconds > 0 | stats max(crawl_seconds) as longest by dataset, bin(1d)" }
    runs-failed            = { logs = ["close_run", "sweep"], text = "fields @timestamp, dataset, run, files, rows_in, quarantined, run_seconds | filter event = \"run-ended\" and runs_failed > 0" }
    runs-timed-out         = { logs = ["close_run", "sweep"], text = "fields @timestamp, dataset, run, files, run_seconds | filter event = \"run-ended\" and runs_timed_out > 0" }
    run-slow               = { logs = ["close_run", "sweep"], text = "filter event = \"run-ended\" | stats count(*) as runs, avg(run_seconds) as usual, max(run_seconds) as longest by dataset, bin(1d)" }
    rows-unusual           = { logs = ["close_run", "sweep"], text = "filter event = \"run-ended\" | stats count(*) as runs, sum(files) as files, sum(rows_in) as rows by dataset, bin(1d)" }
    rows-quarantined       = { logs = ["close_run", "sweep"], text = "fields @timestamp, dataset, run, rows_in, quarantined, quarantined / rows_in as share | filter event = \"run-ended\" and quarantined > 0" }
    job-memory             = { logs = ["job_error", "job_output"], text = "fields @timestamp, @logStream, @message | filter @message like /OutOfMemory|memory|killed/" }
    lambda-errors          = { logs = local._all, text = "fields @timestamp, @log, @message | filter @message like /Task timed out|errorType|Traceback|Runtime exited/" }
    lambda-slow            = { logs = local._all, text = "filter type = \"platform.report\" | stats max(record.metrics.durationMs) as longest by @log, bin(15m)" }
    lambda-throttled       = { logs = local._all, text = "filter type = \"platform.report\" | stats count(*) as calls by @log, bin(5m)" }
    endpoint-unreachable   = { logs = ["check_connections"], text = "fields @timestamp, @message | filter event = \"connections-checked\" and endpoints_unreachable > 0" }
    connection-unreachable = { logs = ["check_connections"], text = "fields @timestamp, @message | filter event = \"connections-checked\" and connections_unreachable > 0" }
    connections-rejected   = { logs = ["flow"], text = "filter action = \"REJECT\" | stats count(*) as connections by srcAddr, dstAddr, dstPort" }
    notify-failing         = { logs = ["notify"], text = "fields @timestamp, @message | filter event = \"notification-failed\" or @message like /Task timed out|errorType/" }
    notifications-failed   = { logs = local._all, text = "fields @timestamp, @log, event, row, error | filter event in [\"notification-failed\", \"notification-sent\"]" }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  name            = "${var.prefix}/${each.key}"
  log_group_names = [for name in each.value.logs : aws_cloudwatch_log_group.this[name].name]
  # An average or a count has no timestamp to sort by.
  query_string = join(" | ", concat([each.value.text], strcontains(each.value.text, "stats") ? [] : ["sort @timestamp desc"], ["limit 100"]))
}
