# Channels of Slack and Microsoft Teams, by Amazon Q Developer in chat applications.

resource "aws_iam_role" "chat" {
  for_each = local._chat

  name                 = "${var.prefix}-chat"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow"
    Action    = "sts:AssumeRole"
    Principal = { Service = "chatbot.amazonaws.com" }
    Condition = { StringEquals = { "aws:SourceAccount" = local._account } }
  }] })
}

resource "aws_chatbot_slack_channel_configuration" "this" {
  for_each = local.slack

  configuration_name    = "${var.prefix}-${each.value.channel}"
  slack_team_id         = each.value.workspace
  slack_channel_id      = each.value.channel
  iam_role_arn          = aws_iam_role.chat["chat"].arn
  guardrail_policy_arns = [local._chat.chat]
  sns_topic_arns        = [aws_sns_topic.target[each.key].arn]
}

resource "aws_chatbot_teams_channel_configuration" "this" {
  for_each = local.teams

  configuration_name = "${var.prefix}-${substr(sha256(each.value.channel), 0, 8)}"
  tenant_id          = each.value.tenant
  team_id            = each.value.team
  # The service takes the id URL-encoded: 19%3A…%40thread.tacv2.
  channel_id            = urlencode(each.value.channel)
  iam_role_arn          = aws_iam_role.chat["chat"].arn
  guardrail_policy_arns = [local._chat.chat]
  sns_topic_arns        = [aws_sns_topic.target[each.key].arn]
}
