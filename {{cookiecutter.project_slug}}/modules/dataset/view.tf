# The view that people query: committed batches only, and only the newest row of each key.

locals {
  # Athena writes its own names for the types of a view's columns.
  _athena = { string = "varchar", int = "integer", float = "real", binary = "varbinary", timestamp = "timestamp(3)" }
  _shown  = concat([for column in var.dataset.columns : { name = column.name, type = column.type }], local.source_columns)
  _select = join(", ", [for column in local._shown : "\"${column.name}\""])

  _from = join(" ", [
    "FROM \"${var.database}\".\"${local.tables.batches}\"",
    "WHERE \"batch_id\" IN (SELECT \"batch\" FROM \"${var.database}\".\"${local.tables.commits}\")",
  ])
  _order = join(", ", concat(
    var.dataset.newest_by == null ? [] : ["\"${var.dataset.newest_by}\" DESC NULLS LAST"],
    ["\"_uploaded_at\" DESC", "\"_sequencer\" DESC NULLS LAST", "\"_file\" DESC", "\"_line\" DESC"],
  ))
  _key    = join(", ", [for column in var.dataset.primary_key : "\"${column}\""])
  _ranked = "SELECT *, row_number() OVER (PARTITION BY ${local._key} ORDER BY ${local._order}) AS \"_rank\" ${local._from}"

  view = length(var.dataset.primary_key) == 0 ? "SELECT ${local._select} ${local._from}" : "SELECT ${local._select} FROM (${local._ranked}) WHERE \"_rank\" = 1"
}

resource "aws_glue_catalog_table" "newest" {
  name               = local.tables.newest
  database_name      = var.database
  description        = "${var.name}: the newest row per key, published batches only"
  table_type         = "VIRTUAL_VIEW"
  parameters         = { presto_view = "true", comment = "Presto View" }
  view_expanded_text = "/* Presto View */"

  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = local.view
    catalog     = "awsdatacatalog"
    schema      = var.database
    columns     = [for column in local._shown : { name = column.name, type = lookup(local._athena, column.type, column.type) }]
  }))} */"

  storage_descriptor {
    dynamic "columns" {
      for_each = local._shown

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }

    ser_de_info {
      name = "-"
    }
  }

  depends_on = [aws_glue_catalog_table.batches, aws_glue_catalog_table.commits]
}
