# The declared rules once more, as Glue Data Quality writes them: for those who want the console's view of the published table.

locals {
  _complete = concat(var.dataset.primary_key, compact([var.dataset.partition_by]), [for column in var.dataset.columns : column.name if column.required])

  # Glue knows a number and a quoted date, and no time of day. A date that carries one is left to the job.
  _limits = flatten([for column in var.dataset.columns : [
    for sign, limit in { ">=" = column.minimum, "<=" = column.maximum } :
    { column = column.name, condition = "${sign} ${can(tonumber(limit)) ? limit : jsonencode(limit)}" } if limit != null && length(split(" ", limit == null ? "" : limit)) == 1
  ]])
  _texts = concat(
    [for column in var.dataset.columns : { column = column.name, condition = "in ${jsonencode(column.one_of)}" } if column.one_of != null],
    [for column in var.dataset.columns : { column = column.name, condition = "matches ${jsonencode(column.pattern)}" } if column.pattern != null],
  )

  # A missing value would fail the rule. "(…) OR (… = NULL)" would not help: Glue judges each half on the whole column.
  # Uniqueness is left out: the table keeps the older rows of a key, on purpose.
  quality = concat(
    ["RowCount > 0"],
    [for column in var.dataset.columns : "IsComplete \"${column.name}\"" if contains(local._complete, column.name)],
    [for rule in concat(local._limits, local._texts) : "ColumnValues \"${rule.column}\" ${rule.condition} where \"`${rule.column}` is not null\""],
  )
}

resource "aws_glue_data_quality_ruleset" "this" {
  name        = "${var.prefix}-${var.name}"
  description = "The rules of ${var.name} in project.yaml"

  # jsonencode quotes as Glue does, but writes these three signs as codes that Glue does not know.
  ruleset = replace(replace(replace("Rules = [\n  ${join(",\n  ", local.quality)}\n]", "\\u003c", "<"), "\\u003e", ">"), "\\u0026", "&")

  target_table {
    database_name = var.database
    table_name    = aws_glue_catalog_table.batches.name
  }
}
