# Every entry of project.yaml with a format, checked together, so that all faults are in one message.

locals {
  _project = [
    { form = "slug", value = var.settings.slug },
    { form = "bucket_prefix", value = local.bucket_prefix },
    { form = "region", value = var.settings.region },
    { form = "glue_version", value = var.settings.glue_version },
    { form = "git provider", value = var.settings.git.provider },
    { form = "${var.settings.git.provider == "codecommit" ? "codecommit" : "git"} repository", value = local.repository },
    { form = "branch", value = var.settings.git.branch },
  ]

  # IAM allows fewer characters than other services.
  _tags = flatten([for key, value in var.settings.tags : [{ form = "tag key", value = key }, { form = "tag value", value = value }]])
  _keys = [for key in var.settings.kms_keys : { form = "KMS key", value = key }]
  _queries = concat(
    [for name in ["most_scanned", "results_kept"] : { form = name, value = var.settings.queries[name] }],
    [for role in local._all_readers : { form = "reader", value = role }],
  )

  _delivery = concat(
    [for approver in concat(var.settings.approvers, var.settings.delivery.developers) : { form = "role", value = approver }],
    [for account in compact([var.settings.delivery.account]) : { form = "delivery account", value = account }],
    [{ form = "approval_timeout", value = var.settings.delivery.approval_timeout }],
    [for connection in compact([var.settings.delivery.connection]) : { form = "git connection", value = connection }],
  )

  # The entries of every environment: a plan of dev also finds faults of prod.
  networks = merge({ project = var.settings.network }, { for entry in var.settings.environments : entry.name => entry.network if entry.network != null })
  _network_ids = flatten([for network in local.networks : concat(
    network.vpc == null ? [] : [{ form = "vpc", value = network.vpc }],
    [for subnet in network.subnets : { form = "subnet", value = subnet }],
  )])

  _environments = flatten([for entry in var.settings.environments : [
    { form = "environment", value = entry.name },
    { form = "account", value = entry.account },
    { form = "region", value = coalesce(entry.region, var.settings.region) },
    { form = "worker_type", value = entry.worker_type },
    [for window in entry.deploy_window == null ? [] : [entry.deploy_window] : [
      { form = "days", value = window.days },
      { form = "hours", value = window.hours },
      { form = "time_zone", value = window.time_zone },
    ]],
    [for name, connection in entry.jdbc : [
      { form = "connection", value = name },
      { form = "JDBC url", value = connection.url },
      { form = "secret", value = connection.secret },
    ]],
  ]])

  _datasets = flatten([for name, dataset in local.datasets : [
    { form = "dataset", value = name },
    { form = "format", value = dataset.format },
    { form = "prefix", value = dataset.prefix },
    { form = "delimiter", value = dataset.delimiter },
    { form = "encoding", value = dataset.encoding },
    { form = "decimal", value = dataset.decimal },
    { form = "on_drift", value = dataset.on_drift },
    { form = "table_format", value = dataset.table_format },
    { form = "schedule", value = dataset.schedule },
    { form = "timeout", value = dataset.timeout },
    [for every in compact([dataset.expected_every]) : { form = "expected_every", value = every }],
    [for column in dataset.columns : [{ form = "column", value = column.name }, { form = "type", value = column.type }]],
  ]])

  _monitoring = [for name in ["log_retention", "longest_wait", "longest_crawl"] : { form = name, value = var.settings.monitoring[name] }]

  _notifications = flatten([for target in var.settings.notifications : [
    { form = "protocol", value = target.protocol },
    { form = "successes", value = target.successes },
    [for kind in coalesce(target.kinds, []) : { form = "kind", value = kind }],
    [for name in coalesce(target.environments, []) : { form = "target environment", value = name }],
    [for key in lookup(local.needed, target.protocol, []) : { form = "${target.protocol} ${key}", value = target[key] == null ? "" : target[key] }],
  ]])

  misshapen = distinct([
    for entry in concat(local._project, local._tags, local._keys, local._queries, local._delivery, local._network_ids, local._environments, local._datasets, local._monitoring, local._notifications) :
    "${entry.form} \"${entry.value}\" must be ${local.forms[entry.form].words}"
    if !can(regex(local.forms[entry.form].pattern, entry.value)) ||
    try(length(regexall(local.forms[entry.form].never, entry.value)) > 0, false) ||
    length(entry.value) < try(local.forms[entry.form].least, 0) ||
    length(entry.value) > try(local.forms[entry.form].most, 1000)
  ])
}
