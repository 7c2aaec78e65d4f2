# What a deployment takes of its account's quotas. modules/environment and pipeline/ build from these numbers,
# `make doctor` compares them with the account.

locals {
  # How many executions each Lambda keeps for itself, and may run at once.
  _reserved = {
    environment = { start_crawler = 5, start_etl_job = 2, close_run = 2, check_connections = 1, notify = 2, send_digest = 1, sweep = 2 }
    pipeline    = { tell_delivery = 2, remind_approvers = 2 }
  }

  # glue: jobs register partitions, Lambdas start crawlers; sns: notifications; the rest is what Glue itself calls.
  _interface_endpoints = concat(["glue", "sns", "logs", "monitoring", "kms", "sts"], length(local.environment.jdbc) > 0 ? ["secretsmanager"] : [])

  # A dataset has a rule for its uploads and one for its sweep; one with a schedule has a third. A test counts them in a plan.
  _event_rules = {
    environment = 5 + sum([for dataset in local.datasets : dataset.schedule == "" ? 2 : 3])
    pipeline    = var.settings.git.provider == "codecommit" ? 12 : 6
  }

  capacity = {
    reserved_executions = local._reserved[local._places[var.environment]]
    event_rules         = local._event_rules[local._places[var.environment]]
    # At most, attached to the role of somebody who develops and approves.
    policies_of_a_person = 4
    interface_endpoints  = local._interface_endpoints
    gateway_endpoints    = ["s3", "dynamodb"]
  }
}

output "capacity" {
  description = "What this deployment takes of its account's quotas: executions each Lambda reserves, EventBridge rules, VPC endpoints."
  value       = local.capacity
}
