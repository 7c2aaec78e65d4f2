# Undelivered events wait here; the queue has an alarm.

resource "aws_sqs_queue" "dead_letters" {
  name                      = local.names.event_dead_letter
  kms_master_key_id         = aws_kms_key.this.arn
  message_retention_seconds = 14 * 24 * 3600
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "RulesOfTheDelivery"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letters]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.arn.events}:rule/${local.prefix}-*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters.json
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = local.names.event_dead_letter
  alarm_description   = "An event of the delivery could not be delivered and waits in ${local.names.event_dead_letter}: a build or a notification may be missing. What to do: docs/change-management.md, Dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.names.event_dead_letter }
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
