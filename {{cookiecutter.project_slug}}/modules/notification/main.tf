# The notification targets: each has its own topic, unless the target is an existing topic.

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
  _account = split(":", var.arn)[4]

  _own = { for name, target in var.targets : name => target if target.protocol != "topic" }

  topics = { for name, target in var.targets : name => target.protocol == "topic" ? target.arn : "${var.arn}:${target.topic}" }
  slack  = { for name, target in var.targets : name => target if target.protocol == "slack" }
  teams  = { for name, target in var.targets : name => target if target.protocol == "teams" }
  _chat  = length(local.slack) + length(local.teams) > 0 ? { chat = "arn:${split(":", var.arn)[1]}:iam::aws:policy/CloudWatchReadOnlyAccess" } : {}

  # The routes for the sender: it chooses the topics, because neither chat channels nor existing topics can filter.
  _forms  = { email = "text", sms = "sms", https = "json", slack = "slack", teams = "teams", topic = "text" }
  _routes = { for name, target in var.targets : jsonencode([local._forms[target.protocol], sort(target.kinds)]) => local.topics[name]... }
  routes  = jsonencode([for route, topics in local._routes : { form = jsondecode(route)[0], kinds = jsondecode(route)[1], topics = sort(topics) }])
}

resource "aws_sns_topic" "target" {
  for_each = local._own

  name              = each.value.topic
  display_name      = var.prefix
  kms_master_key_id = var.key
}

data "aws_iam_policy_document" "topic" {
  for_each = local._own

  dynamic "statement" {
    for_each = var.publishers

    content {
      sid       = title(split(".", statement.key)[0])
      actions   = ["sns:Publish"]
      resources = [local.topics[each.key]]

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
        values   = [local._account]
      }
    }
  }
}

resource "aws_sns_topic_policy" "target" {
  for_each = local._own

  arn    = aws_sns_topic.target[each.key].arn
  policy = data.aws_iam_policy_document.topic[each.key].json
}

resource "aws_sns_topic_subscription" "this" {
  for_each = { for name, target in local._own : name => target if contains(["email", "sms", "https"], target.protocol) }

  topic_arn = aws_sns_topic.target[each.key].arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}
