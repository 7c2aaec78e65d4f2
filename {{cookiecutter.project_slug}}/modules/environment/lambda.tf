# The Lambdas of the event chain, of notifications and of the connection check. One archive holds the code of all: lambda/.

locals {
  archives = { for name in ["lambda", "transforms"] : name => "${var.root}/build/${name}.zip" }

  functions = {
    start_crawler     = { timeout = 60, reads = ["PREFIX", "INPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES"] }
    start_etl_job     = { timeout = 120, reads = ["PREFIX", "OUTPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES", "WORKER_TYPE", "WORKERS"] }
    close_run         = { timeout = 120, reads = ["PREFIX", "OUTPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES", "WORKER_TYPE", "WORKERS", "MAXIMUM_ATTEMPTS", "CANARY"] }
    check_connections = { timeout = 120, reads = ["PREFIX", "SERVICES", "DATABASES"] }
    notify            = { timeout = 60, reads = ["PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES"] }
    send_digest       = { timeout = 60, reads = ["PREFIX", "LEDGER_TABLE", "NOTIFICATION_ROUTES"] }
    sweep             = { timeout = 300, reads = ["PREFIX", "INPUT_BUCKET", "OUTPUT_BUCKET", "LEDGER_TABLE", "NOTIFICATION_ROUTES", "WORKER_TYPE", "WORKERS", "MAXIMUM_ATTEMPTS", "CANARY"] }
  }

  function_variables = {
    PREFIX              = var.prefix
    INPUT_BUCKET        = var.buckets.input
    OUTPUT_BUCKET       = var.buckets.output
    LEDGER_TABLE        = var.names.ledger
    NOTIFICATION_ROUTES = module.notification.routes
    MAXIMUM_ATTEMPTS    = "3"
    WORKER_TYPE         = var.environment.worker_type
    WORKERS             = tostring(var.environment.workers)
    CANARY              = var.names.canary
    SERVICES            = join(",", local.services)
    DATABASES           = jsonencode({ for name, database in local.databases : name => "${database.host}:${database.port}" })
  }

  # Lambda measures the JSON of the variables in bytes, with the quotes inside of a value escaped.
  _environment       = { for name, function in local.functions : name => base64encode(jsonencode({ for variable in function.reads : variable => local.function_variables[variable] })) }
  _environment_bytes = { for name, encoded in local._environment : name => length(encoded) * 3 / 4 - length(regexall("=", encoded)) }
}

resource "aws_lambda_function" "this" {
  for_each = local.functions
  # checkov:skip=CKV_AWS_272:Code signing needs a signing profile and a signing step in the pipeline; set code_signing_config_arn where the client has them.

  function_name                  = local._function_names[each.key]
  description                    = "lambda/${each.key}.py"
  role                           = aws_iam_role.lambda[each.key].arn
  runtime                        = "python3.13"
  handler                        = "${each.key}.handler"
  s3_bucket                      = aws_s3_object.functions.bucket
  s3_key                         = aws_s3_object.functions.key
  source_code_hash               = try(filebase64sha256(local.archives.lambda), null)
  memory_size                    = 256
  timeout                        = each.value.timeout
  reserved_concurrent_executions = lookup(var.capacity.reserved_executions, each.key, null)
  kms_key_arn                    = aws_kms_key.this.arn

  environment {
    variables = { for name in each.value.reads : name => local.function_variables[name] }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters["events"].arn
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = local.subnets
    security_group_ids = [aws_security_group.work.id]
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this[each.key].name
  }

  lifecycle {
    precondition {
      # AWS Lambda guide, "Lambda quotas".
      condition     = local._environment_bytes[each.key] <= 4096
      error_message = "The environment of ${each.key} holds more than the 4 KB that AWS allows: ${each.key == "check_connections" ? "give ${var.environment.name} fewer JDBC connections, or shorter host names" : "name fewer notification targets of different kinds"}."
    }

    precondition {
      condition     = alltrue([for archive in local.archives : fileexists(archive)])
      error_message = "The archives of build/ are missing: run `make build` first, or `make plan ENV=${var.environment.name}`, which does."
    }
  }

  depends_on = [aws_iam_role_policy.lambda, aws_iam_role_policy.lambda_network]
}

resource "aws_lambda_event_source_mapping" "uploads" {
  event_source_arn                   = aws_sqs_queue.uploads.arn
  function_name                      = aws_lambda_function.this["start_crawler"].arn
  batch_size                         = 100
  maximum_batching_window_in_seconds = 5
  function_response_types            = ["ReportBatchItemFailures"]

  # The mapping invokes at most as many executions as the function may run.
  scaling_config {
    maximum_concurrency = var.capacity.uploads_at_once
  }
}

# start_crawler and sweep are also called by rules of each dataset, whose names begin with the prefix.
resource "aws_lambda_permission" "rules" {
  for_each = { for name, function in aws_lambda_function.this : name => function if name != "notify" }

  statement_id   = "RulesOfThisEnvironment"
  function_name  = each.value.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_arn     = "${local.arn.events}:rule/${var.prefix}-*"
  source_account = local.account
}
