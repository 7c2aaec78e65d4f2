# The declared rules once more, as Glue Data Quality writes them: for those who want the console's view of the published table.

locals {
  # Glue compares dates as quoted texts and numbers bare; a missing value fails every comparison but this one.
  _value = { for column in var.dataset.columns : column.name => { bare = !contains(["date", "timestamp"], column.type), optional = !column.required && !contains(var.dataset.primary_key, column.name) } }

  _rules = flatten([for column in var.dataset.columns : concat(
    local._value[column.name].optional ? [] : ["IsComplete \"${column.name}\""],
    column.unique ? ["IsUnique \"${column.name}\""] : [],
    [for condition in compact([
      column.minimum == null ? "" : ">= ${local._value[column.name].bare ? column.minimum : jsonencode(column.minimum)}",
      column.maximum == null ? "" : "<= ${local._value[column.name].bare ? column.maximum : jsonencode(column.maximum)}",
      column.one_of == null ? "" : "in ${jsonencode(column.one_of)}",
      column.pattern == null ? "" : "matches ${jsonencode(column.pattern)}",
    ]) : local._value[column.name].optional ? "(ColumnValues \"${column.name}\" ${condition}) OR (ColumnValues \"${column.name}\" = NULL)" : "ColumnValues \"${column.name}\" ${condition}"],
  )])
}

resource "aws_glue_data_quality_ruleset" "this" {
  name        = "${var.prefix}-${var.name}"
  description = "The rules of ${var.name} in project.yaml"
  ruleset     = "Rules = [\n  ${join(",\n  ", concat(["RowCount > 0"], local._rules))}\n]"

  target_table {
    database_name = var.database
    table_name    = aws_glue_catalog_table.batches.name
  }
}
