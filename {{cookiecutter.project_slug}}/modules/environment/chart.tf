# The charts of the dashboard, row by row; if an alarm uses a metric, the chart takes it from the alarm.

locals {
  _watched  = sort([for name, watch in var.monitoring.datasets : name if watch.watched])
  _capacity = { "G.1X" = 1, "G.2X" = 2, "G.4X" = 4, "G.8X" = 8 }[var.environment.worker_type] * var.environment.workers

  # The data path from left to right, as it flows.
  _path = [
    { title = "1 Uploads wait", metrics = concat(local._seen.old-messages, local._seen.files-waiting) },
    { title = "2 Uploads are taken in", metrics = local._seen.start-crawler-errors },
    { title = "3 Crawls", metrics = concat(local._seen.crawl-long, local._seen.crawl-failing) },
    { title = "4 Runs", metrics = concat([merge(local._own, { name = "runs_published", statistic = "Sum" })], local._seen.runs-failed, local._seen.runs-timed-out) },
    { title = "5 Rows are published", metrics = local._per_dataset.published },
    { title = "6 Notifications", metrics = [for topic in concat(module.notification.names, [var.names.topic]) : { namespace = "AWS/SNS", name = "NumberOfMessagesPublished", dimensions = { TopicName = topic }, statistic = "Sum", label = trimprefix(topic, "${var.prefix}-") }] },
  ]
  _freshness_and_volume = [
    { title = "Seconds since something was published", metrics = local._per_dataset.seconds_since_published },
    { title = "Rows that came", metrics = local._per_dataset.rows_in },
    { title = "Rows that were refused", metrics = local._per_dataset.quarantined },
  ]
  _cost = [
    { title = "Seconds that jobs ran, on ${local._capacity} DPU", metrics = local._per_dataset.run_seconds },
    { title = "Milliseconds that Lambdas ran", metrics = [for name, function in local._function_names : { namespace = "AWS/Lambda", name = "Duration", dimensions = { FunctionName = function }, statistic = "Sum", label = name }] },
    { title = "Bytes that were logged", metrics = [for name, group in local.log_groups : { namespace = "AWS/Logs", name = "IncomingBytes", dimensions = { LogGroupName = group }, statistic = "Sum", label = name }] },
  ]
  _alarmed = [for name, alarm in local.alarms : { title = name, metrics = local._seen[name], threshold = alarm.threshold, expression = try(alarm.expression, null) }]

  _seen = { for name, alarm in local.alarms : name => [for id, metric in alarm.metrics : merge(metric, { id = id })] }
  _per_dataset = { for name, statistic in { published = "Sum", rows_in = "Sum", quarantined = "Sum", run_seconds = "Sum", seconds_since_published = "Minimum" } :
    name => [for dataset in local._watched : { namespace = local._own.namespace, name = name, statistic = statistic, dimensions = merge(local._own.dimensions, { dataset = dataset }), label = dataset }]
  }

  chart_rows = [
    { y = 1, width = 4, charts = local._path },
    { y = 7, width = 8, charts = local._freshness_and_volume },
    { y = 13, width = 8, charts = local._cost },
    { y = 23, width = 6, charts = local._alarmed },
  ]
}
