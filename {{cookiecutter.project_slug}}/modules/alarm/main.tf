# Alarms of one form: the meaning, the metrics, the threshold, and the section of the runbook.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

locals {
  comparisons = {
    ">"       = "GreaterThanThreshold"
    ">="      = "GreaterThanOrEqualToThreshold"
    "unusual" = "LessThanLowerOrGreaterThanUpperThreshold"
    "longer"  = "GreaterThanUpperThreshold"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.says} What to do: ${var.runbook}#${each.value.section}"
  comparison_operator = local.comparisons[each.value.comparison]
  threshold           = each.value.deviations == null ? each.value.threshold : null
  threshold_metric_id = each.value.deviations == null ? null : "usual"
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = coalesce(each.value.breaching_periods, each.value.periods)
  treat_missing_data  = each.value.missing
  alarm_actions       = coalesce(each.value.actions, var.actions)
  ok_actions          = each.value.tells_when_over ? coalesce(each.value.actions, var.actions) : []

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = each.value.expression == null

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.statistic
        period      = each.value.period
      }
    }
  }

  dynamic "metric_query" {
    for_each = each.value.expression == null ? {} : { judged = each.value.expression }

    content {
      id          = metric_query.key
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }

  # CloudWatch learns from up to two weeks of the metric, including its daily and weekly pattern.
  dynamic "metric_query" {
    for_each = each.value.deviations == null ? {} : { usual = each.value.deviations }

    content {
      id          = metric_query.key
      expression  = "ANOMALY_DETECTION_BAND(${one(keys(each.value.metrics))}, ${metric_query.value})"
      label       = "usual"
      return_data = true
    }
  }
}
