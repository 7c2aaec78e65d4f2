# The dashboard of the environment: the data path, each dataset, cost, active alarms, and the metrics of each alarm.

locals {
  _charts = flatten([for row in local.chart_rows : [for index, chart in row.charts : {
    type   = "metric"
    x      = row.width * (index % (24 / row.width))
    y      = row.y + 6 * floor(index / (24 / row.width))
    width  = row.width
    height = 6
    properties = {
      title       = chart.title
      region      = local.region
      view        = "timeSeries"
      period      = 300
      annotations = { horizontal = [for threshold in try(chart.threshold, null)[*] : { label = "rings", value = threshold }] }
      metrics = concat(
        [for expression in try(chart.expression, null)[*] : [{ expression = expression, label = chart.title, id = "judged" }]],
        [for metric in chart.metrics : concat(
          [metric.namespace, metric.name],
          flatten([for name, value in metric.dimensions : [name, value]]),
          # With a formula, the metrics are its inputs: they need an id, and only the formula is shown.
          [merge({ stat = metric.statistic, label = try(metric.label, metric.name) }, try(chart.expression, null) == null ? {} : { id = metric.id, visible = false })],
        )],
      )
    }
  }]])

  # CloudWatch shows at most 100 alarms in one widget.
  _rung = [for name in concat(module.alarm.names, flatten([for dataset in module.dataset : dataset.alarms])) : "${local.arn.cloudwatch}:alarm:${name}"]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix

  dashboard_body = jsonencode({ widgets = concat(
    [{ type = "text", x = 0, y = 0, width = 24, height = 1, properties = { markdown = "**${var.project.name}, ${var.environment.name}**. What to do when an alarm rings: [the runbook](${var.monitoring.runbook})" } }],
    local._charts,
    [{ type = "alarm", x = 0, y = 19, width = 24, height = 4, properties = { title = "Which alarms ring", alarms = slice(local._rung, 0, min(100, length(local._rung))) } }],
  ) })
}
