# The only reader of project.yaml: types it, fills in defaults, refuses what is wrong. It has no provider.

terraform {
  required_version = ">= 1.11"
}

locals {
  # The delivery account is not an environment, but has an account, a region and names like one.
  _pipeline   = merge(local._first, { name = "pipeline", account = local.delivery_account, region = null, network = null, jdbc = {}, lake_formation = false, protected = true, deploy_window = null, monthly_budget = null, reserved_concurrency = coalesce(var.settings.delivery.reserved_concurrency, local._first.reserved_concurrency) })
  _entries    = merge({ for entry in var.settings.environments : entry.name => entry }, { pipeline = local._pipeline })
  _entry      = local._entries[var.environment]
  environment = merge(local._entry, { region = local._region, network = local._network, protected = local.protected[var.environment], foreign_keys = local.foreign_keys, foreign_key_services = local.foreign_key_services })
  protected   = { for name, entry in local._entries : name => entry.protected != null ? entry.protected : name != local._first.name }

  _region = coalesce(local._entry.region, var.settings.region)
  # A key works in its own region only, so an environment gets only the keys of its region.
  foreign_keys = [for key in var.settings.kms_keys : key if split(":", key)[3] == local._region]
  # What the client's keys encrypt: an existing topic, a database's secret, the Data Catalog.
  foreign_key_services = ["sns", "secretsmanager", "glue"]
  _network             = local._entry.network == null ? var.settings.network : local._entry.network

  # A repository that AWS reaches through a connection has an owner, so it has no default.
  repository = var.settings.git.repository != null ? var.settings.git.repository : var.settings.git.provider == "codecommit" ? var.settings.slug : ""

  datasets = merge({
    for name, dataset in var.settings.datasets : name => merge({ for key, value in dataset : key => value if key != "maximum_bad_share" }, {
      prefix          = coalesce(dataset.prefix, "${name}/")
      timeout_minutes = try(tonumber(split(" ", dataset.timeout)[0]) * local._minutes[split(" ", dataset.timeout)[1]], 0)
    })
  }, { (local.names.canary) = local.canary })

  # The settings for files/etl.py, complete: it has no defaults of its own.
  job_settings = {
    for name, dataset in local.datasets : name => {
      project                   = var.settings.slug
      environment               = var.environment
      dataset                   = name
      format                    = dataset.format
      delimiter                 = dataset.delimiter
      quoted_newlines           = dataset.quoted_newlines
      encoding                  = dataset.encoding
      header                    = dataset.header
      decimal                   = dataset.decimal
      missing_values            = dataset.missing_values
      columns                   = dataset.columns
      primary_key               = dataset.primary_key
      newest_by                 = dataset.newest_by
      partition_by              = dataset.partition_by
      maximum_quarantined_share = dataset.maximum_quarantined_share
      on_drift                  = dataset.on_drift
      input_bucket              = local.buckets.input
      output_bucket             = local.buckets.output
      quarantine_bucket         = local.buckets.quarantine
      database                  = local.names.database
    }
  }
}
