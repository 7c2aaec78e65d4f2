# Glue's events about crawlers and jobs. AWS does not guarantee delivery: the sweep of each dataset has the same result.

locals {
  rules = {
    crawler-finished = {
      description = "A crawler of this environment ended"
      type        = "Glue Crawler State Change"
      detail      = { crawlerName = [{ prefix = "${var.prefix}-" }], state = ["Succeeded", "Failed"] }
      function    = "start_etl_job"
    }
    job-finished = {
      description = "A job run of this environment ended"
      type        = "Glue Job State Change"
      detail      = { jobName = [{ prefix = "${var.prefix}-" }], state = ["SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"] }
      function    = "close_run"
    }
    # A run takes a limited number of files, so more may be waiting when it succeeds.
    job-succeeded = {
      description = "A job run of this environment succeeded"
      type        = "Glue Job State Change"
      detail      = { jobName = [{ prefix = "${var.prefix}-" }], state = ["SUCCEEDED"] }
      function    = "start_etl_job"
    }
  }
}

resource "aws_cloudwatch_event_rule" "glue" {
  for_each = local.rules

  name        = "${var.prefix}-${each.key}"
  description = each.value.description
  state       = "ENABLED"

  event_pattern = jsonencode({
    source      = ["aws.glue"]
    account     = [local.account]
    detail-type = [each.value.type]
    detail      = each.value.detail
  })
}

resource "aws_cloudwatch_event_target" "glue" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.glue[each.key].name
  target_id = each.value.function
  arn       = aws_lambda_function.this[each.value.function].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters["events"].arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_lambda_permission.rules, aws_sqs_queue_policy.events_dead_letters]
}
