# Who is told about deliveries, and about what: one sentence each, with a link.

module "notification" {
  source = "../modules/notification"

  prefix   = local.prefix
  topic    = local.topic
  key      = aws_kms_key.this.arn
  boundary = local.boundary
  publishers = {
    "events.amazonaws.com"     = "${local.arn.events}:rule/${local.prefix}-*"
    "cloudwatch.amazonaws.com" = "${local.arn.cloudwatch}:alarm:${local.prefix}-*"
  }
  targets = module.project.notifications
}

locals {
  _targets = { for pair in setproduct(keys(local.messages), module.notification.topics) : "${pair[0]} to ${pair[1]}" => { message = pair[0], topic = pair[1] } }
}

resource "aws_cloudwatch_event_rule" "message" {
  for_each = local.messages

  name          = "${local.prefix}-${each.key}"
  description   = each.value.description
  state         = "ENABLED"
  event_pattern = jsonencode({ source = [each.value.source], account = [local.account], detail-type = [each.value.type], detail = each.value.detail })
}

resource "aws_cloudwatch_event_target" "message" {
  for_each = local._targets

  rule      = aws_cloudwatch_event_rule.message[each.value.message].name
  target_id = substr(sha256(each.value.topic), 0, 16)
  arn       = each.value.topic

  input_transformer {
    input_paths    = local.messages[each.value.message].paths
    input_template = replace(replace(jsonencode(local.messages[each.value.message].text), "\\u003c", "<"), "\\u003e", ">")
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_sqs_queue_policy.dead_letters, module.notification]
}
