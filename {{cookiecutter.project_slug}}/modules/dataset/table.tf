# The published table: each batch has its own partitions, and the commits decide which batches are published.

locals {
  # If the partition is a column's value, the files do not contain that column: the folder's name does.
  _moved  = local.temporal ? [] : local.partition[*].name
  columns = concat([for column in var.dataset.columns : { name = column.name, type = column.type } if !contains(local._moved, column.name)], local.source_columns, [{ name = "_sequencer", type = "string" }])
  # What lambda/crawls/drift_policy.py needs besides the columns.
  _drift = merge(
    { on_drift = var.dataset.on_drift },
    length(var.dataset.missing_values) == 0 ? {} : { missing_values = jsonencode(var.dataset.missing_values) },
    var.dataset.header ? {} : { header = "false" },
    var.dataset.decimal == "." ? {} : { decimal = var.dataset.decimal },
  )
  _commits = { version = "int", dataset = "string", batch = "string", run = "string", rows = "bigint", data = "string" }
}

resource "aws_glue_catalog_table" "batches" {
  name          = local.tables.batches
  database_name = var.database
  description   = "Every published row of ${var.name}, batch by batch; people query ${local.tables.newest}"
  table_type    = "EXTERNAL_TABLE"
  parameters    = merge({ EXTERNAL = "TRUE", classification = "parquet" }, local._drift)

  dynamic "partition_keys" {
    for_each = concat([{ name = "batch_id", type = "string" }], local.partition)

    content {
      name = partition_keys.value.name
      type = partition_keys.value.type
    }
  }

  storage_descriptor {
    location      = "s3://${var.buckets.output}/${var.name}/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters            = { "serialization.format" = "1" }
    }

    dynamic "columns" {
      for_each = local.columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

resource "aws_glue_catalog_table" "commits" {
  name          = local.tables.commits
  database_name = var.database
  description   = "One row per published batch of ${var.name}"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE", classification = "json" }

  storage_descriptor {
    location      = "s3://${var.buckets.output}/${var.folders.commits}/${var.name}/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
    }

    dynamic "columns" {
      for_each = local._commits

      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}
