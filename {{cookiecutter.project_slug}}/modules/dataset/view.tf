# The view that people query: the columns of project.yaml, and where each row comes from.

locals {
  # Athena writes its own names for the types of a view's columns.
  _athena = { string = "varchar", int = "integer", float = "real", binary = "varbinary", timestamp = "timestamp(6)" }
  # Iceberg has no smaller integer than an int.
  _small = ["tinyint", "smallint"]
  # Iceberg keeps the name _file for itself.
  _source = [
    { name = "_file", type = "string", select = "\"_source_file\" AS \"_file\"" },
    { name = "_line", type = "bigint", select = "\"_source_line\" AS \"_line\"" },
    { name = "_uploaded_at", type = "timestamp", select = "\"_uploaded_at\"" },
  ]
  _columns = [for column in var.dataset.columns : {
    name   = column.name
    type   = column.type
    select = contains(local._small, column.type) ? "CAST(\"${column.name}\" AS ${column.type}) AS \"${column.name}\"" : "\"${column.name}\""
  }]
  _shown = concat(local._columns, local._source)

  view = "SELECT ${join(", ", local._shown[*].select)} FROM \"${var.database}\".\"${local.table}\""

  # What lambda/crawls/drift_policy.py needs besides the columns.
  _drift = merge(
    { on_drift = var.dataset.on_drift },
    length(var.dataset.missing_values) == 0 ? {} : { missing_values = jsonencode(var.dataset.missing_values) },
    var.dataset.header ? {} : { header = "false" },
    var.dataset.decimal == "." ? {} : { decimal = var.dataset.decimal },
  )
}

resource "aws_glue_catalog_table" "newest" {
  name               = var.name
  database_name      = var.database
  description        = "${var.name}: the newest row per key"
  table_type         = "VIRTUAL_VIEW"
  parameters         = merge({ presto_view = "true", comment = "Presto View" }, local._drift)
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
}

# Until version 1.2, each batch had a folder and partitions. Both stay where they are, and so do these tables of them.
removed {
  from = aws_glue_catalog_table.batches

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_glue_catalog_table.commits

  lifecycle {
    destroy = false
  }
}
