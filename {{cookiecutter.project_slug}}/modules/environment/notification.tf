# Who is told: one topic, its subscriptions, chat channels, and topics that exist already.

locals {
  subscriptions = { for name, target in var.notifications : name => target if contains(["email", "sms", "https"], target.protocol) }
  slack         = { for name, target in var.notifications : name => target if target.protocol == "slack" }
  teams         = { for name, target in var.notifications : name => target if target.protocol == "teams" }
  topics        = concat([local.topic], [for target in var.notifications : target.arn if target.protocol == "topic"])
  _chat         = length(local.slack) + length(local.teams) > 0 ? { chat = "arn:${local.partition}:iam::aws:policy/CloudWatchReadOnlyAccess" } : {}
}

resource "aws_sns_topic" "this" {
  name              = var.names.topic
  kms_master_key_id = aws_kms_key.this.arn
}

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "AlarmsOfThisEnvironment"
    actions   = ["sns:Publish"]
    resources = [local.topic]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}

resource "aws_iam_role" "chat" {
  for_each = local._chat

  name = "${var.prefix}-chat"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow"
    Action    = "sts:AssumeRole"
    Principal = { Service = "chatbot.amazonaws.com" }
    Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
  }] })
}

resource "aws_chatbot_slack_channel_configuration" "this" {
  for_each = local.slack

  configuration_name    = "${var.prefix}-${each.value.channel}"
  slack_team_id         = each.value.workspace
  slack_channel_id      = each.value.channel
  iam_role_arn          = aws_iam_role.chat["chat"].arn
  guardrail_policy_arns = [local._chat.chat]
  sns_topic_arns        = [aws_sns_topic.this.arn]
}

resource "aws_chatbot_teams_channel_configuration" "this" {
  for_each = local.teams

  configuration_name    = "${var.prefix}-${substr(sha256(each.value.channel), 0, 8)}"
  tenant_id             = each.value.tenant
  team_id               = each.value.team
  channel_id            = each.value.channel
  iam_role_arn          = aws_iam_role.chat["chat"].arn
  guardrail_policy_arns = [local._chat.chat]
  sns_topic_arns        = [aws_sns_topic.this.arn]
}
