# The thresholds of alarms; every default is in variable.tf.

locals {
  _watch   = var.settings.monitoring
  _seconds = { minutes = 60, hours = 3600, days = 86400 }
  _spans = { for name, text in { longest_wait = local._watch.longest_wait, longest_crawl = local._watch.longest_crawl } :
    name => try(tonumber(split(" ", text)[0]) * local._seconds[split(" ", text)[1]], 0)
  }

  # The address of the runbook; a section's name follows.
  _branch  = var.settings.git.branch
  _console = lookup({ cn = "console.amazonaws.cn", us-gov = "console.amazonaws-us-gov.com" }, try(regex("^(cn|us-gov)-", local._region)[0], ""), "console.aws.amazon.com")
  _pages = {
    codecommit = "https://${local._region}.${local._console}/codesuite/codecommit/repositories/${local.repository}/browse/refs/heads/${local._branch}/--/docs/runbook.md"
    github     = "https://github.com/${local.repository}/blob/${local._branch}/docs/runbook.md"
    gitlab     = "https://gitlab.com/${local.repository}/-/blob/${local._branch}/docs/runbook.md"
    bitbucket  = "https://bitbucket.org/${local.repository}/src/${local._branch}/docs/runbook.md"
  }

  _shares = merge(
    { for name in ["error_share", "timeout_share", "memory_share", "quarantined_share"] : "monitoring.${name}" => local._watch[name] },
    { for name, dataset in var.settings.datasets : "${name}.quarantined_share" => dataset.quarantined_share if dataset.quarantined_share != null },
  )
  _no_shares = [for name, share in local._shares : "${name} is ${share}" if share < 0.001 || share > 1]
  _no_counts = [for name in ["failed_runs", "rejected_connections", "unusual_deviations"] : "${name} is ${local._watch[name]}"
    if local._watch[name] < 1 || (name != "unusual_deviations" && local._watch[name] != floor(local._watch[name]))
  ]
}

output "monitoring" {
  description = "The thresholds of the alarms (numbers, durations in seconds, shares of 1), what is monitored for each dataset, and the address of the runbook."
  value = merge(local._watch, local._spans, {
    log_retention_days = try(tonumber(split(" ", local._watch.log_retention)[0]), 0)
    runbook            = try(local._pages[var.settings.git.provider], "")
    # The canary has no alarms: the smoke test reports on it.
    datasets = { for name, dataset in local.datasets : name => {
      watched            = name != local.names.canary
      expected_seconds   = try(tonumber(split(" ", dataset.expected_every)[0]) * local._seconds[split(" ", dataset.expected_every)[1]], null)
      quarantined_share  = dataset.quarantined_share == null ? local._watch.quarantined_share : dataset.quarantined_share
      memory_share       = local._watch.memory_share
      unusual_deviations = local._watch.unusual_deviations
    } }
  })

  precondition {
    condition     = length(local._no_shares) == 0
    error_message = "A share must be between 0.001 and 1: ${join(", ", local._no_shares)}."
  }
  precondition {
    condition     = length(local._no_counts) == 0
    error_message = "monitoring must count from 1: ${join(", ", local._no_counts)}."
  }
}
