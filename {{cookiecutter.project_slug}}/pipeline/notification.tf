# Who is told about deliveries, and about what: one sentence each, with a link, in the form that each target reads.

module "notification" {
  source = "../modules/notification"

  prefix   = local.prefix
  arn      = local.arn.sns
  key      = aws_kms_key.this.arn
  boundary = local.boundary
  publishers = {
    "events.amazonaws.com"     = "${local.arn.events}:rule/${local.prefix}-*"
    "cloudwatch.amazonaws.com" = "${local.arn.cloudwatch}:alarm:${local.prefix}-*"
  }
  targets = module.project.notifications
}

locals {
  _people = module.project.notifications

  # What every alarm of the delivery does. An alarm takes five actions: a sixth target is not told.
  _alarmed      = sort([for target, hears in local._people : module.notification.targets[target] if contains(hears.kinds, "alarm")])
  alarm_actions = slice(local._alarmed, 0, min(5, length(local._alarmed)))

  # Who hears of each message. A rule takes five targets.
  hearing = merge([for name, message in local.messages : {
    for number, targets in chunklist([for target, hears in local._people : target if contains(hears.kinds, message.kind)], 5) :
    join("-", compact([name, number == 0 ? "" : number + 1])) => { message = name, targets = targets }
  }]...)
  _targets = merge([for rule, heard in local.hearing : { for target in heard.targets : "${rule} to ${target}" => { rule = rule, message = heard.message, target = target } }]...)

  # Each target's form. What an event says in its own words may hold quotes, so it stays out of JSON.
  _plain = { for name, message in local.messages : name => replace(message.text, "<summary> ", "") }
  _title = { for name, message in local.messages : name => "${local.prefix}: ${message.description}" }
  _cards = { for name, message in local.messages : name => {
    version  = "1.0"
    source   = "custom"
    content  = { textType = "client-markdown", title = local._title[name], description = local._plain[name] }
    metadata = { threadId = local.prefix, eventType = message.kind }
  } }
  said = { for name, message in local.messages : name => merge(
    { for protocol in ["email", "topic"] : protocol => jsonencode("${local._title[name]}. ${message.text}") },
    { for protocol in ["slack", "teams"] : protocol => jsonencode(local._cards[name]) },
    {
      sms   = jsonencode("${local._title[name]}.")
      https = jsonencode({ version = 1, kinds = [message.kind], environment = "pipeline", subject = local._title[name], facts = [local._plain[name]] })
    },
  ) }
}

resource "aws_cloudwatch_event_rule" "message" {
  for_each = local.hearing

  name        = "${local.prefix}-${each.key}"
  description = local.messages[each.value.message].description
  state       = "ENABLED"
  event_pattern = jsonencode({
    source      = [local.messages[each.value.message].source]
    account     = [local.account]
    detail-type = [local.messages[each.value.message].type]
    detail      = local.messages[each.value.message].detail
  })
}

resource "aws_cloudwatch_event_target" "message" {
  for_each = local._targets

  rule      = aws_cloudwatch_event_rule.message[each.value.rule].name
  target_id = substr(sha256(each.value.target), 0, 16)
  arn       = module.notification.targets[each.value.target]

  input_transformer {
    input_paths    = local.messages[each.value.message].paths
    input_template = replace(replace(local.said[each.value.message][local._people[each.value.target].protocol], "\\u003c", "<"), "\\u003e", ">")
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
