# The kinds of notification, and the kinds of each target in each environment.

locals {
  # happens: where. usual: a target without `kinds` receives it. urgent: an SMS target does too, and somebody must.
  kinds = {
    "run succeeded"           = { happens = ["environment"], usual = true, urgent = false }
    "run failed"              = { happens = ["environment"], usual = true, urgent = true }
    "rows quarantined"        = { happens = ["environment"], usual = true, urgent = false }
    "crawl failed"            = { happens = ["environment"], usual = true, urgent = true }
    "data late"               = { happens = ["environment"], usual = true, urgent = true }
    "dead letters"            = { happens = ["environment"], usual = true, urgent = true }
    "drift found"             = { happens = ["environment", "pipeline"], usual = true, urgent = false }
    "budget"                  = { happens = ["environment"], usual = true, urgent = false }
    "alarm"                   = { happens = ["environment", "pipeline"], usual = true, urgent = true }
    "pipeline started"        = { happens = ["pipeline"], usual = false, urgent = false }
    "pipeline succeeded"      = { happens = ["pipeline"], usual = true, urgent = false }
    "pipeline failed"         = { happens = ["pipeline"], usual = true, urgent = true }
    "approval needed"         = { happens = ["pipeline"], usual = true, urgent = true }
    "pull request opened"     = { happens = ["pipeline"], usual = true, urgent = false }
    "pull request approved"   = { happens = ["pipeline"], usual = false, urgent = false }
    "pull request overridden" = { happens = ["pipeline"], usual = true, urgent = false }
  }

  # The notification of successful runs to a target: one per day, one per run, or none.
  _successes = { "daily" = ["daily digest"], "per run" = ["run succeeded"], "never" = [] }

  _deployments = merge({ for entry in var.settings.environments : entry.name => "environment" }, { pipeline = "pipeline" })
  _targets = [for number, target in var.settings.notifications : merge(target, {
    number = number
    # A target is named by its address, so that the order in project.yaml does not matter to Terraform.
    name         = join(":", concat([target.protocol], compact([target.endpoint, target.arn, target.workspace, target.team, target.channel])))
    kinds        = target.kinds != null ? target.kinds : [for kind, is in local.kinds : kind if target.protocol == "sms" ? is.urgent : is.usual]
    environments = target.environments != null ? target.environments : keys(local._deployments)
  })]

  # The kinds of each target in each environment.
  targets_of = { for deployment, sort in local._deployments : deployment => [for target in local._targets : merge(target, {
    kinds = flatten([for kind in target.kinds : kind == "run succeeded" ? lookup(local._successes, target.successes, []) : [kind] if contains(try(local.kinds[kind].happens, []), sort)])
  }) if contains(target.environments, deployment)] }

  _targets_here = { for target in local.targets_of[var.environment] : target.name => target... if length(target.kinds) > 0 }
  notifications = { for name, targets in local._targets_here : name => merge(targets[0], { topic = local.target_topics[name] }) }

  # Alarms and the Lambdas' SNS client publish to topics of their own region and partition only.
  _far_topics = flatten([for entry in var.settings.environments : [
    for target in local.targets_of[entry.name] : "${target.arn} is not in ${coalesce(entry.region, var.settings.region)}, where ${entry.name} is"
    if target.protocol == "topic" && try(split(":", target.arn)[3], "") != coalesce(entry.region, var.settings.region)
  ]])
  _far_from_delivery = [for target in local.targets_of.pipeline : "${target.arn} is not in ${var.settings.region}, where the pipeline is" if target.protocol == "topic" && try(split(":", target.arn)[3], "") != var.settings.region]

  _named_twice       = [for deployment, targets in local.targets_of : "${deployment} has ${join(", ", [for name in distinct(targets[*].name) : name if length([for each in targets : each if each.name == name]) > 1])}" if length(distinct(targets[*].name)) < length(targets)]
  _receiving         = [for target in flatten(values(local.targets_of)) : target.number if length(target.kinds) > 0]
  _silent            = [for target in local._targets : compact([target.endpoint, target.arn, target.channel])[0] if !contains(local._receiving, target.number)]
  _without_recipient = [for kind, is in local.kinds : kind if is.urgent && contains(is.happens, local._deployments[var.environment]) && !contains(flatten(values(local.notifications)[*].kinds), kind)]
}

output "notifications" {
  description = "The notification targets of this environment, each with its kinds, by a stable name."
  value       = local.notifications

  precondition {
    condition     = length(local._named_twice) == 0
    error_message = "project.yaml names a notification target twice for one environment: ${join("; ", local._named_twice)}."
  }
  precondition {
    condition     = length(concat(local._far_topics, local._far_from_delivery)) == 0
    error_message = "notifications: a topic must be in the region of every environment that it gets notifications from: ${join("; ", concat(local._far_topics, local._far_from_delivery))}. Name its `environments`, or a topic per region."
  }
  precondition {
    condition     = length(local._silent) == 0
    error_message = join(" ", [for target in local._silent : "notifications: '${target}' would receive nothing: none of its kinds occur in its environments."])
  }
}

# Notifications of dev are optional, so this warns and does not refuse.
check "what_is_urgent_reaches_somebody" {
  assert {
    condition     = length(local._without_recipient) == 0
    error_message = "Nobody would receive these kinds in ${var.environment}, see notifications in project.yaml: ${join(", ", local._without_recipient)}."
  }
}
