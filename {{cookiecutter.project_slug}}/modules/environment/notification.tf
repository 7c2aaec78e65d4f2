# Who is told about this environment, and what becomes of its alarms.

locals {
  speaking = {
    "cloudwatch.amazonaws.com" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*"
    "budgets.amazonaws.com"    = local.budgets
  }

  # What every alarm does, and every budget: Lambda notify, the topic's only reader, writes for people what it means.
  alarm_actions = [local.topic]
}

module "notification" {
  source = "../notification"

  prefix   = var.prefix
  arn      = local.arn.sns
  key      = aws_kms_key.this.arn
  boundary = local.boundary
  targets  = var.notifications
  # The alarm of the last resort speaks to people directly.
  publishers = { for service, source in local.speaking : service => source if service == "cloudwatch.amazonaws.com" }
}

# What alarms and the budget say by themselves. Nobody subscribes to it but notify.
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
