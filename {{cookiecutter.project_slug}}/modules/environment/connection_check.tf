# Every 15 minutes, a check from inside the jobs' network that AWS services and databases can be reached.

resource "aws_cloudwatch_event_rule" "check_connections" {
  name                = var.names.connection_check
  description         = "When check connections is called"
  schedule_expression = "rate(15 minutes)"
  state               = "ENABLED"
}

resource "aws_cloudwatch_event_target" "check_connections" {
  rule      = aws_cloudwatch_event_rule.check_connections.name
  target_id = "check_connections"
  arn       = aws_lambda_function.this["check_connections"].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters["events"].arn
  }

  depends_on = [aws_lambda_permission.rules, aws_sqs_queue_policy.events_dead_letters]
}
