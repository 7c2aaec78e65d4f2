# The rules of each dataset: its uploads go to the queue, its sweep runs every 15 minutes, and its schedule if it has one.

locals {
  # Rules with rate(15 minutes) from one apply always fire in the same minute. A hash of the name chooses the
  # minute instead, so that sweeps do not wait for each other, and a new dataset does not move the others.
  _sweep_minute = parseint(substr(sha256(var.name), 0, 6), 16) % 15

  _crawl = var.dataset.schedule == "" ? "on-upload" : "on-schedule"

  # The text for Lambda at the rule's own time.
  calls = merge(
    { sweep = {
      expression = "cron(${local._sweep_minute}/15 * * * ? *)", function = "sweep",
      input      = { dataset = var.name, prefix = var.dataset.prefix, crawl = local._crawl }
    } },
    var.dataset.schedule == "" ? {} : { crawl = {
      expression = var.dataset.schedule, function = "start_crawler",
      input      = { dataset = var.name, scheduled = true }
    } },
  )
}

resource "aws_cloudwatch_event_rule" "uploads" {
  name        = local.full_name
  description = "Files of ${var.name} that were uploaded"
  state       = "ENABLED"

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    account     = [var.environment.account]
    detail-type = ["Object Created"]
    detail      = { bucket = { name = [var.buckets.input] }, object = { key = [{ prefix = var.dataset.prefix }] } }
  })
}

resource "aws_cloudwatch_event_target" "uploads" {
  rule      = aws_cloudwatch_event_rule.uploads.name
  target_id = "uploads"
  arn       = var.queues.uploads

  input_transformer {
    input_paths = { detail = "$.detail", time = "$.time" }
    # EventBridge quotes each value itself, so this becomes valid JSON only when EventBridge fills it in.
    input_template = "{\"version\": 1, \"dataset\": \"${var.name}\", \"crawl\": \"${local._crawl}\", \"time\": <time>, \"detail\": <detail>}"
  }

  dead_letter_config {
    arn = var.queues.events_dead_letters
  }
}

resource "aws_cloudwatch_event_rule" "calls" {
  for_each = local.calls

  name                = "${local.full_name}-${each.key}"
  description         = "When ${replace(each.value.function, "_", " ")} is called for ${var.name}"
  schedule_expression = each.value.expression
  state               = "ENABLED"
}

resource "aws_cloudwatch_event_target" "calls" {
  for_each = local.calls

  rule      = aws_cloudwatch_event_rule.calls[each.key].name
  target_id = each.value.function
  arn       = var.functions[each.value.function]
  input     = jsonencode(each.value.input)

  dead_letter_config {
    arn = var.queues.events_dead_letters
  }
}
