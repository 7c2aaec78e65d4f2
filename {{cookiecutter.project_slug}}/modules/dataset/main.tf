# The resources of each dataset: crawler.tf, job.tf, table.tf, view.tf, event.tf, ruleset.tf.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

locals {
  # Its crawler, job, ruleset and rule.
  full_name = "${var.prefix}-${var.name}"

  types    = { for column in var.dataset.columns : column.name => column.type }
  temporal = contains(["date", "timestamp"], lookup(local.types, coalesce(var.dataset.partition_by, "-"), ""))
  # files/etl.py publishes a date or a time in a partition of its day, any other column in a partition of its value.
  partition = var.dataset.partition_by == null ? [] : [
    local.temporal ? { name = "${var.dataset.partition_by}_day", type = "date" } : { name = var.dataset.partition_by, type = local.types[var.dataset.partition_by] }
  ]
  source_columns = [
    { name = "_file", type = "string" },
    { name = "_line", type = "bigint" },
    { name = "_uploaded_at", type = "timestamp" },
  ]

  tables = {
    batches = "${var.name}_batches"
    commits = "${var.name}_commits"
    newest  = var.name
  }
}
