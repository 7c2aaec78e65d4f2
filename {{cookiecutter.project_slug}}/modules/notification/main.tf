# Who is told: one topic, its subscriptions, chat channels, and topics that exist already.

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
  subscriptions = { for name, target in var.targets : name => target if contains(["email", "sms", "https"], target.protocol) }
  slack         = { for name, target in var.targets : name => target if target.protocol == "slack" }
  teams         = { for name, target in var.targets : name => target if target.protocol == "teams" }
  _chat         = length(local.slack) + length(local.teams) > 0 ? { chat = "arn:${split(":", var.topic)[1]}:iam::aws:policy/CloudWatchReadOnlyAccess" } : {}
}

resource "aws_sns_topic" "this" {
  name              = split(":", var.topic)[5]
  kms_master_key_id = var.key
}

data "aws_iam_policy_document" "topic" {
  dynamic "statement" {
    for_each = var.publishers

    content {
      sid       = title(split(".", statement.key)[0])
      actions   = ["sns:Publish"]
      resources = [var.topic]

      principals {
        type        = "Service"
        identifiers = [statement.key]
      }

      # EventBridge tells a topic no source: with a condition no message of a rule would ever pass.
      dynamic "condition" {
        for_each = statement.key == "events.amazonaws.com" ? {} : {
          "aws:SourceArn"     = { test = "ArnLike", value = statement.value }
          "aws:SourceAccount" = { test = "StringEquals", value = split(":", var.topic)[4] }
        }

        content {
          test     = condition.value.test
          variable = condition.key
          values   = [condition.value.value]
        }
      }
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
