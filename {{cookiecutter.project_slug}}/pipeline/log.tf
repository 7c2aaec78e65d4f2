# Every build's log group is made here, encrypted and kept for a year, before anything writes to it.

resource "aws_cloudwatch_log_group" "build" {
  for_each = local.builds

  name              = "/aws/codebuild/${local.delivery.builds[each.key]}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 365
}
