# Each alarm leads somewhere: docs/runbook.md has a section for it.

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = aws_sqs_queue.dead_letters

  alarm_name          = each.value.name
  alarm_description   = "Something could not be handled and waits in ${each.value.name}. What to do: docs/runbook.md, Dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  depends_on = [module.notification]
}
