# The declared rules again, in the language of Glue Data Quality, for the console's view of the published table.

locals {
  _complete = concat(var.dataset.primary_key, compact([var.dataset.partition_by]), [for column in var.dataset.columns : column.name if column.required])

  # Glue's rules take numbers and quoted dates, but no time of day: only the job checks a limit with a time.
  _limits = flatten([for column in var.dataset.columns : [
    for sign, limit in { ">=" = column.minimum, "<=" = column.maximum } :
    { column = column.name, condition = "${sign} ${can(tonumber(limit)) ? limit : jsonencode(limit)}" } if limit != null && length(split(" ", limit == null ? "" : limit)) == 1
  ]])
  # Glue's parser (github.com/awslabs/dqdl) removes the escapes of some quoted texts, keeps those of others (such as patterns),
  # and reads "2026-01-31" and "12:30" as times. The console gets only unambiguous texts; the job checks all of them.
  _unclear  = "[\"\\\\\\p{Cc}\\x{2028}\\x{2029}]|^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{1,2}:[0-9]{2}"
  _declared = { for column in var.dataset.columns : column.name => { "in" = column.one_of, "matches" = column.pattern == null ? null : [column.pattern] } }
  _texts = flatten([for column in var.dataset.columns : [
    for word, texts in local._declared[column.name] :
    { column = column.name, condition = "${word} ${word == "in" ? "[${join(",", [for text in texts : "\"${text}\""])}]" : "\"${one(texts)}\""}" }
    if texts != null && !anytrue([for text in texts == null ? [] : texts : can(regex(local._unclear, text))])
  ]])

  # A missing value would fail the rule. "(…) OR (… = NULL)" would not help: Glue evaluates each half on the whole column.
  quality = concat(
    ["RowCount > 0"],
    [for column in var.dataset.columns : "IsComplete \"${column.name}\"" if contains(local._complete, column.name)],
    [for rule in concat(local._limits, local._texts) : "ColumnValues \"${rule.column}\" ${rule.condition} where \"`${rule.column}` is not null\""],
  )
}

resource "aws_glue_data_quality_ruleset" "this" {
  name        = local.full_name
  description = "The rules of ${var.name} in project.yaml"

  ruleset = "Rules = [\n  ${join(",\n  ", local.quality)}\n]"
}
