# Alarms of the Lambdas: one per function if the response depends on the function, otherwise one for all.

locals {
  _function_names = { for name in keys(local.functions) : name => "${var.prefix}-${replace(name, "_", "-")}" }

  # AWS retries each failed call: one that succeeds on retry activates no alarm.
  _error_alarms = { for name, function in local._function_names : "${replace(name, "_", "-")}-errors" => {
    says              = "The Lambda ${function} fails repeatedly."
    section           = "lambda-errors"
    period            = 300
    periods           = 3
    breaching_periods = 2
    threshold         = var.monitoring.error_share
    expression        = "errors / calls"
    metrics = { for id, metric in { errors = "Errors", calls = "Invocations" } : id => {
      namespace = "AWS/Lambda", name = metric, dimensions = { FunctionName = function }, statistic = "Sum"
    } }
  } }

  function_alarms = merge(local._error_alarms, {
    lambda-throttled = {
      says       = "Lambdas have been throttled for 15 minutes: more invocations arrive than may run at once."
      section    = "lambda-throttled"
      period     = 300
      periods    = 3
      threshold  = 0
      expression = "SUM([${join(", ", keys(local._function_names))}])"
      metrics = { for name, function in local._function_names : name => {
        namespace = "AWS/Lambda", name = "Throttles", dimensions = { FunctionName = function }, statistic = "Sum"
      } }
    }
    lambda-slow = {
      says       = "A Lambda has nearly reached its timeout: soon it may be stopped in the middle of its work."
      section    = "lambda-slow"
      period     = 900
      comparison = ">="
      threshold  = var.monitoring.timeout_share
      # Milliseconds as a share of each function's own timeout.
      expression = "MAX([${join(", ", [for name, function in local.functions : "${name} / ${function.timeout * 1000}"])}])"
      metrics = { for name, function in local._function_names : name => {
        namespace = "AWS/Lambda", name = "Duration", dimensions = { FunctionName = function }, statistic = "p99"
      } }
    }
  })
}
