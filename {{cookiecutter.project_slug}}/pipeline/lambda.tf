# The Lambdas that notify of deliveries. A failed call is retried, and ends in the dead-letter queue, which has an alarm.

locals {
  archive = "${path.root}/../build/lambda.zip"

  functions = {
    tell_delivery    = { reads = ["PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES"], looks = ["codepipeline:ListActionExecutions"] }
    remind_approvers = { reads = ["PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES", "APPROVAL_MINUTES"], looks = ["codepipeline:GetPipelineState"] }
  }
  function_variables = {
    PREFIX              = local.prefix
    LEDGER_TABLE        = local.names.ledger
    NOTIFICATION_ROUTES = module.notification.routes
    APPROVAL_MINUTES    = tostring(local.delivery.approval_timeout_minutes)
  }
  function_names = { for name in keys(local.functions) : name => "${local.prefix}-${replace(name, "_", "-")}" }
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${local.function_names[each.key]}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 365
}

resource "aws_lambda_function" "this" {
  for_each = local.functions
  # checkov:skip=CKV_AWS_117:The delivery account has no network of this project, and these speak to AWS only.
  # checkov:skip=CKV_AWS_272:Code signing needs a signing profile and a signing step; set code_signing_config_arn where the client has them.

  function_name                  = local.function_names[each.key]
  description                    = "lambda/${each.key}.py"
  role                           = aws_iam_role.lambda[each.key].arn
  runtime                        = "python3.13"
  handler                        = "${each.key}.handler"
  filename                       = local.archive
  source_code_hash               = try(filebase64sha256(local.archive), null)
  memory_size                    = 256
  timeout                        = 60
  reserved_concurrent_executions = lookup(module.project.capacity.reserved_executions, each.key, null)
  kms_key_arn                    = aws_kms_key.this.arn

  environment {
    variables = { for name in each.value.reads : name => local.function_variables[name] }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  tracing_config {
    mode = "Active"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  lifecycle {
    precondition {
      condition     = fileexists(local.archive)
      error_message = "build/lambda.zip is missing: run `make pipeline`, which builds it first."
    }
  }

  depends_on = [aws_iam_role_policy.lambda]
}

resource "aws_lambda_permission" "rules" {
  for_each = local.functions

  statement_id   = "RulesOfTheDelivery"
  function_name  = aws_lambda_function.this[each.key].function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_arn     = "${local.arn.events}:rule/${local.prefix}-*"
  source_account = local.account
}
