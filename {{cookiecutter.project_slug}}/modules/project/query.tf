# Who may query what, within which limits: the Athena workgroups of an environment. Whoever works in a workgroup can read
# the results of all its queries, so roles that may query different datasets have different workgroups.

locals {
  _published = [for name in sort(keys(var.settings.datasets)) : name]
  # Everything that a reader of a dataset needs, and nothing else: its tables, and their folders in the output bucket.
  _tables_of  = { for name in local._published : name => [name, "${name}_batches", "${name}_commits"] }
  _folders_of = { for name in local._published : name => [name, "${local.output_folders.commits}/${name}"] }

  _of_datasets = distinct(flatten([for dataset in var.settings.datasets : dataset.readers]))
  _all_readers = distinct(concat(var.settings.readers, local._of_datasets))
  # A role reads the environments of its own account.
  _here = { for arn in local._all_readers : arn => try(split(":", arn)[4], "") == local._entry.account }
  _some = { for arn in local._of_datasets : reverse(split("/", arn))[0] => arn if local._here[arn] && !contains(var.settings.readers, arn) }

  _workgroups = merge(
    { team = { name = local.prefix, roles = [], datasets = local._published } },
    { for arns in [[for arn in var.settings.readers : arn if local._here[arn]]] : "readers" => { name = "${local.prefix}-readers", roles = arns, datasets = local._published } if length(arns) > 0 },
    { for role, arn in local._some : "reader ${role}" => { name = "${local.prefix}-reader-${role}", roles = [arn], datasets = [for name in local._published : name if contains(var.settings.datasets[name].readers, arn)] } },
  )

  _accounts = [for entry in var.settings.environments : entry.account]
  _nowhere  = [for arn in local._all_readers : arn if !contains(local._accounts, try(split(":", arn)[4], ""))]
}

output "queries" {
  description = "The workgroups, each with its roles, datasets and their policies (the team's own has no role), the limit of bytes that a query scans, for how many days results are kept, and the tables and folders of each dataset."
  value = {
    # One policy for the workgroup, and one for every eight datasets: IAM's limit is enough for these with the longest names.
    workgroups = { for key, each in local._workgroups : key => merge(each, {
      policies = key == "team" ? {} : merge({ (each.name) = [] }, { for number, datasets in chunklist(each.datasets, 8) : "${each.name}-${number + 1}" => datasets })
    }) if local._deployments[var.environment] == "environment" }
    most_scanned = try(tonumber(split(" ", var.settings.queries.most_scanned)[0]) * pow(1024, split(" ", var.settings.queries.most_scanned)[1] == "TB" ? 4 : 3), 0)
    results_kept = try(tonumber(split(" ", var.settings.queries.results_kept)[0]), 0)
    tables       = local._tables_of
    folders      = local._folders_of
  }

  precondition {
    condition     = length(local._nowhere) == 0
    error_message = "readers: a role must be in the account of an environment: ${join(", ", local._nowhere)}."
  }
}
