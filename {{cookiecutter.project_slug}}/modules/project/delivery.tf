# The delivery: the source of changes, the order of environments, and the approvers.

locals {
  _first           = var.settings.environments[0]
  delivery_account = coalesce(var.settings.delivery.account, local._first.account)

  _minutes        = { minutes = 1, hours = 60, days = 24 * 60 }
  _timeout        = split(" ", var.settings.delivery.approval_timeout)
  timeout_minutes = try(tonumber(local._timeout[0]) * local._minutes[local._timeout[1]], 0)
  _windows        = { for entry in var.settings.environments : entry.name => entry.deploy_window if entry.deploy_window != null }
  # In the order of cron, where a range cannot wrap around.
  _weekdays       = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
  _backward_hours = [for name, window in local._windows : "${name} has ${window.hours}" if try(tonumber(split("-", window.hours)[0]) > tonumber(split("-", window.hours)[1]), false)]
  _backward_days  = [for name, window in local._windows : "${name} has ${window.days}" if try(index(local._weekdays, split("-", window.days)[0]) > index(local._weekdays, split("-", window.days)[1]), false)]

  # Regions without CodeCommit (AWS General Reference, "AWS CodeCommit endpoints and quotas").
  _without_codecommit = ["ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "eu-central-2", "eu-south-2"]

  delivery = {
    account                  = local.delivery_account
    region                   = var.settings.region
    approvals                = var.settings.delivery.approvals
    approval_timeout_minutes = local.timeout_minutes
    developers               = var.settings.delivery.developers
    connection               = var.settings.delivery.connection
    builds                   = local.builds
    buckets                  = local.delivery_buckets

    environments = [for entry in var.settings.environments : merge(local.deployments[entry.name], {
      name          = entry.name
      account       = entry.account
      region        = coalesce(entry.region, var.settings.region)
      approval      = entry.approval
      protected     = local.protected[entry.name]
      deploy_window = entry.deploy_window
    })]
  }
}

output "delivery" {
  description = "The delivery account, the names of its builds and buckets, and each environment's part in promotion order."
  value       = local.delivery

  precondition {
    condition     = local.timeout_minutes >= 60 && local.timeout_minutes <= 60 * 24 * 60
    error_message = "approval_timeout must be between 1 hour and 60 days, not ${var.settings.delivery.approval_timeout}."
  }
  precondition {
    condition     = contains(range(1, 11), var.settings.delivery.approvals)
    error_message = "A pull request must need 1 to 10 approvals, not ${var.settings.delivery.approvals}."
  }
  precondition {
    condition     = length(concat(local._backward_hours, local._backward_days)) == 0
    error_message = "A deploy_window must begin before it ends: ${join(", ", concat(local._backward_hours, local._backward_days))}."
  }
  precondition {
    condition     = var.settings.git.provider != "codecommit" || !contains(local._without_codecommit, var.settings.region)
    error_message = "CodeCommit does not exist in ${var.settings.region}: name github, gitlab or bitbucket under git, or another region (environments may keep this one by their own `region`)."
  }
  precondition {
    condition     = var.settings.delivery.connection == null || var.settings.git.provider != "codecommit"
    error_message = "A CodeCommit repository needs no connection: remove it from delivery, or name another git provider."
  }
}
