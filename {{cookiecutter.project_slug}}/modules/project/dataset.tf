# The settings of each dataset, validated; modules/dataset builds from them.

locals {
  floating = ["float", "double"]

  _types = { for name, dataset in var.settings.datasets : name => { for column in dataset.columns : column.name => column.type... } }
  _named = { for name, dataset in var.settings.datasets : name => compact(concat(dataset.primary_key, [dataset.newest_by, dataset.partition_by])) }
  # Every prefix with the other dataset whose files it would also hold.
  _nested = [
    for pair in setproduct(keys(local.datasets), keys(local.datasets)) : join(" and ", pair)
    if pair[0] != pair[1] && startswith(local.datasets[pair[1]].prefix, local.datasets[pair[0]].prefix)
  ]
  _taken = [
    for pair in setproduct(keys(local.datasets), keys(local.datasets)) : join(" and ", pair)
    if contains(["${pair[0]}_batches", "${pair[0]}_commits", "${pair[0]}_iceberg", "raw_${pair[0]}", "quarantine_${pair[0]}"], pair[1])
  ]
}

output "datasets" {
  description = "Every dataset with its defaults filled in; the smoke test's own too."
  value       = local.datasets

  precondition {
    condition     = length(var.settings.datasets) > 0
    error_message = "project.yaml names no dataset."
  }
  precondition {
    condition     = !contains(keys(var.settings.datasets), local.names.canary)
    error_message = "project.yaml names a dataset ${local.names.canary}: the smoke test's own has this name, choose another."
  }
  precondition {
    condition     = length(local._nested) == 0
    error_message = "The prefix of one dataset holds another's files: ${join(", ", local._nested)}."
  }
  precondition {
    condition     = length(local._taken) == 0
    error_message = "These datasets would share a table: ${join(", ", local._taken)}."
  }
  precondition {
    condition     = alltrue([for name, types in local._types : length(types) == length(var.settings.datasets[name].columns)])
    error_message = "A dataset names a column twice."
  }
  precondition {
    condition     = alltrue([for name, columns in local._named : length(setsubtract(columns, keys(local._types[name]))) == 0])
    error_message = "primary_key, newest_by or partition_by names something that is no column: ${join(", ", flatten([for name, columns in local._named : setsubtract(columns, keys(local._types[name]))]))}."
  }
  precondition {
    condition     = alltrue(flatten([for name, dataset in var.settings.datasets : [for key in dataset.primary_key : !contains(local.floating, try(local._types[name][key][0], ""))]]))
    error_message = "A primary key must not be a float or a double: two equal numbers may differ in their last digit."
  }
  precondition {
    condition     = alltrue([for dataset in var.settings.datasets : dataset.maximum_bad_share == null])
    error_message = join("\n", [for name, dataset in var.settings.datasets : "datasets, ${name}: 'maximum_bad_share' is now called maximum_quarantined_share." if dataset.maximum_bad_share != null])
  }
  precondition {
    condition     = alltrue([for dataset in local.datasets : dataset.maximum_quarantined_share >= 0 && dataset.maximum_quarantined_share <= 1])
    error_message = "maximum_quarantined_share must be between 0 and 1."
  }
  precondition {
    condition     = alltrue([for dataset in local.datasets : dataset.timeout_minutes >= 1 && dataset.timeout_minutes <= 7 * 24 * 60])
    error_message = "The timeout of a run must be between 1 minute and 7 days: ${join(", ", [for name, dataset in local.datasets : "${name} has ${dataset.timeout}"])}."
  }
}

output "job_settings" {
  description = "The settings of each dataset's job, complete."
  value       = local.job_settings
}
