# Every log group is created here, encrypted and with the retention of project.yaml, before anything writes to it.

locals {
  log_groups = merge(
    { for name, function in local._function_names : name => "/aws/lambda/${function}" },
    { flow = "/vpc/${var.prefix}" },
    var.log_groups,
  )
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = each.value
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = var.monitoring.log_retention_days
}

# Glue creates its groups itself if a job or crawler runs first: the root module imports those that exist.
data "aws_cloudwatch_log_groups" "glue" {
  for_each = merge(var.log_groups, { retired = var.names.retired_log_group })

  log_group_name_prefix = each.value
}

locals {
  _existing_groups = { for key, found in data.aws_cloudwatch_log_groups.glue : key => found.log_group_name_prefix if contains(found.log_group_names, found.log_group_name_prefix) }
}

# An upgrade destroys no log: the group that version 1.0 declared for jobs is kept if it exists, and not created otherwise.
resource "aws_cloudwatch_log_group" "retired" {
  for_each = { for key, name in local._existing_groups : "job" => name if key == "retired" }

  name              = each.value
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = var.monitoring.log_retention_days
}

moved {
  from = aws_cloudwatch_log_group.this["job"]
  to   = aws_cloudwatch_log_group.retired["job"]
}
