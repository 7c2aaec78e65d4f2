# One notification a day about the day before; none if nothing ran and nothing is late.

resource "aws_cloudwatch_event_rule" "digest" {
  name                = var.names.digest
  description         = "When send digest is called"
  schedule_expression = "cron(0 6 * * ? *)"
  state               = "ENABLED"
}

resource "aws_cloudwatch_event_target" "digest" {
  rule      = aws_cloudwatch_event_rule.digest.name
  target_id = "send_digest"
  arn       = aws_lambda_function.this["send_digest"].arn

  input_transformer {
    input_paths = { time = "$.time" }
    # EventBridge quotes the time itself.
    input_template = "{\"time\": <time>, \"datasets\": ${jsonencode({ for name, dataset in var.datasets : name => dataset.expected_every if name != var.names.canary })}}"
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters["events"].arn
  }

  depends_on = [aws_lambda_permission.rules, aws_sqs_queue_policy.events_dead_letters]
}
