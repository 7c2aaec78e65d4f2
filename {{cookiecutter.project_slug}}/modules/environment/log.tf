# Every log group is made here, encrypted and kept for as long as project.yaml says, before anything writes to it.

locals {
  log_groups = merge(
    { for name in keys(local.functions) : name => "/aws/lambda/${var.prefix}-${replace(name, "_", "-")}" },
    { job = "/aws-glue/jobs/${var.prefix}", flow = "/vpc/${var.prefix}" },
  )
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = each.value
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = var.monitoring.log_retention_days
}
