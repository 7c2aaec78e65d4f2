# How much of the account's quotas a deployment uses. modules/environment and pipeline/ build from these numbers,
# `make doctor` compares them with the account.

locals {
  # The reserved concurrency of each Lambda, which is also its maximum.
  _reserved = {
    environment = { start_crawler = 5, start_etl_job = 2, close_run = 2, check_connections = 1, notify = 2, send_digest = 1, sweep = 2 }
    pipeline    = { tell_delivery = 2, remind_approvers = 2 }
  }

  # glue: jobs register partitions, Lambdas start crawlers; sns: notifications; the rest is what Glue itself calls.
  _interface_endpoints = concat(["glue", "sns", "logs", "monitoring", "kms", "sts"], length(local.environment.jdbc) > 0 ? ["secretsmanager"] : [])

  # A dataset has a rule for its uploads and one for its sweep; one with a schedule has a third. A test of the template counts them in a plan.
  _event_rules = {
    environment = 5 + sum([for dataset in local.datasets : dataset.schedule == "" ? 2 : 3])
    pipeline    = var.settings.git.provider == "codecommit" ? 12 : 6
  }

  # The default quota of rules on the default bus of an account and region (EventBridge guide, "Quotas").
  _most_rules = contains(["af-south-1", "eu-south-1"], local._region) ? 100 : 300
  _neighbours = [for name, entry in local._entries : name if entry.account == local._entry.account && coalesce(entry.region, var.settings.region) == local._region]
  _rules_here = sum([for name in local._neighbours : local._event_rules[local._deployments[name]]])

  capacity = {
    # Empty if the account cannot reserve any: then uploads_at_once and the account's quota limit a burst.
    reserved_executions = { for name, count in local._reserved[local._deployments[var.environment]] : name => count if local.environment.reserved_concurrency }
    lambdas             = keys(local._reserved[local._deployments[var.environment]])
    uploads_at_once     = local._reserved.environment.start_crawler
    event_rules         = local._event_rules[local._deployments[var.environment]]
    # The guard, and one for the person's work: pipeline/person.tf.
    policies_of_a_person = 2
    interface_endpoints  = local._interface_endpoints
    gateway_endpoints    = ["s3", "dynamodb"]
    # By id: the letters of zones differ between accounts, and no API documents the missing zones
    # (keboola/developer-portal#81, terraform-aws-modules/terraform-aws-vpc#462).
    zones_without_lambda = ["use1-az3"]
  }
}

output "capacity" {
  description = "What this deployment uses of its account's quotas: executions each Lambda reserves, EventBridge rules, VPC endpoints."
  value       = local.capacity
}

# AWS raises the quota on request, so this warns and does not refuse.
check "the_event_bus_holds_every_rule" {
  assert {
    condition     = local._rules_here <= local._most_rules
    error_message = "${join(" and ", local._neighbours)} make ${local._rules_here} EventBridge rules in account ${local._entry.account}; ${local._region} allows ${local._most_rules} unless AWS has raised the quota (L-244521F2): ask for more, or use another account."
  }
}
