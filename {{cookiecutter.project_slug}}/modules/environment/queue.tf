# Uploads wait here; failed messages wait in a dead-letter queue, which has an alarm.

locals {
  dead_letters = { uploads = var.names.dead_letter_queue, events = var.names.event_dead_letter }
}

resource "aws_sqs_queue" "uploads" {
  name                       = var.names.queue
  kms_master_key_id          = aws_kms_key.this.arn
  message_retention_seconds  = 14 * 24 * 3600
  visibility_timeout_seconds = 6 * local.functions.start_crawler.timeout
}

# A separate resource, because AWS takes half a minute to create a queue: so both are created at the same time.
resource "aws_sqs_queue_redrive_policy" "uploads" {
  queue_url      = aws_sqs_queue.uploads.id
  redrive_policy = jsonencode({ deadLetterTargetArn = local.queues.uploads_dead_letters, maxReceiveCount = 5 })

  depends_on = [aws_sqs_queue.dead_letters]
}

# "uploads": messages on which start_crawler failed five times. "events": events that a rule could not deliver, or on which a Lambda failed.
resource "aws_sqs_queue" "dead_letters" {
  for_each = local.dead_letters

  name                      = each.value
  kms_master_key_id         = aws_kms_key.this.arn
  message_retention_seconds = 14 * 24 * 3600
}

data "aws_iam_policy_document" "queue" {
  for_each = { uploads = local.queues.uploads, events = local.queues.events_dead_letters }

  statement {
    sid       = "RulesOfThisEnvironment"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.arn.events}:rule/${var.prefix}-*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sqs_queue_policy" "uploads" {
  queue_url = aws_sqs_queue.uploads.id
  policy    = data.aws_iam_policy_document.queue["uploads"].json
}

resource "aws_sqs_queue_policy" "events_dead_letters" {
  queue_url = aws_sqs_queue.dead_letters["events"].id
  policy    = data.aws_iam_policy_document.queue["events"].json
}
