# The log group of every build, created before the first build writes to it: encrypted, kept for a year.

resource "aws_cloudwatch_log_group" "build" {
  for_each = local.builds

  name              = "/aws/codebuild/${local.delivery.builds[each.key]}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 365
}
