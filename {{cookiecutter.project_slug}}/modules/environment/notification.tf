# The recipients of this environment's notifications, and the actions of its alarms.

locals {
  speaking = {
    "cloudwatch.amazonaws.com" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*"
    "budgets.amazonaws.com"    = local.budgets
  }

  # The action of every alarm and budget: Lambda notify, the only subscriber, writes the notification for people.
  alarm_actions = [local.topic]
}

module "notification" {
  source = "../notification"

  prefix   = var.prefix
  arn      = local.arn.sns
  key      = aws_kms_key.this.arn
  boundary = local.boundary
  targets  = var.notifications
  # The alarms about notify itself go to people directly.
  publishers = { for service, source in local.speaking : service => source if service == "cloudwatch.amazonaws.com" }
}

# The messages of alarms and the budget. Only notify subscribes to it.
resource "aws_sns_topic" "services" {
  name              = var.names.topic
  kms_master_key_id = aws_kms_key.this.arn
}

data "aws_iam_policy_document" "services" {
  dynamic "statement" {
    for_each = local.speaking

    content {
      sid       = title(split(".", statement.key)[0])
      actions   = ["sns:Publish"]
      resources = [local.topic]

      principals {
        type        = "Service"
        identifiers = [statement.key]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }
}

resource "aws_sns_topic_policy" "services" {
  arn    = aws_sns_topic.services.arn
  policy = data.aws_iam_policy_document.services.json
}

resource "aws_sns_topic_subscription" "notify" {
  topic_arn = aws_sns_topic.services.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.this["notify"].arn

  depends_on = [aws_lambda_permission.notify]
}

resource "aws_lambda_permission" "notify" {
  statement_id   = "TopicOfThisEnvironment"
  function_name  = aws_lambda_function.this["notify"].function_name
  action         = "lambda:InvokeFunction"
  principal      = "sns.amazonaws.com"
  source_arn     = local.topic
  source_account = local.account
}
