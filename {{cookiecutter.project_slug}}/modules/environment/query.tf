# Where people query: Athena workgroups whose limit, result location and encryption nobody can change for a query.

locals {
  # `"orders"`, because a dataset may have the name of a reserved word. The quarantine is the team's only.
  _questions = {
    head            = { asks = "A hundred rows", text = "SELECT * FROM \"%s\" LIMIT 100", is_for_readers = true }
    rows-per-day    = { asks = "The rows of each day on which files were uploaded", text = "SELECT date(\"_uploaded_at\") AS \"day\", count(*) AS \"row_count\" FROM \"%s\" GROUP BY 1 ORDER BY 1 DESC LIMIT 100", is_for_readers = true }
    rows-per-file   = { asks = "The rows of each file that are the newest of their key", text = "SELECT \"_file\", max(\"_uploaded_at\") AS \"uploaded_at\", count(*) AS \"row_count\" FROM \"%s\" GROUP BY 1 ORDER BY 2 DESC LIMIT 100", is_for_readers = true }
    quarantine-rows = { asks = "A hundred quarantined rows", text = "SELECT * FROM \"quarantine_%s\" LIMIT 100", is_for_readers = false }
    quarantine-why  = { asks = "How many rows were quarantined for which reason", text = "SELECT \"reason\", count(*) AS \"row_count\", arbitrary(\"file\") AS \"a_file\" FROM \"quarantine_%s\" CROSS JOIN UNNEST(\"reasons\") AS t (\"reason\") GROUP BY 1 ORDER BY 2 DESC LIMIT 100", is_for_readers = false }
  }
  _asked = { for each in flatten([for key, workgroup in var.queries.workgroups : [for pair in setproduct(workgroup.datasets, keys(local._questions)) :
    { workgroup = key, dataset = pair[0], question = pair[1] } if key == "team" || local._questions[pair[1]].is_for_readers
  ]]) : "${each.workgroup} ${each.dataset} ${each.question}" => each }
}

resource "aws_athena_workgroup" "this" {
  for_each = var.queries.workgroups

  name          = each.value.name
  description   = "Queries of ${each.key == "team" ? "the team" : each.key == "readers" ? "the readers of every dataset" : "a reader of some datasets"}: ${var.prefix}"
  force_destroy = true # AWS keeps a workgroup in which anybody has ever asked anything.

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.queries.most_scanned

    result_configuration {
      output_location       = "s3://${module.storage.buckets["query-result"]}/${each.value.name}/"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = aws_kms_key.this.arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = local._asked

  name        = "${each.value.dataset}/${each.value.question}"
  description = "${local._questions[each.value.question].asks}: ${each.value.dataset}"
  workgroup   = aws_athena_workgroup.this[each.value.workgroup].name
  database    = aws_glue_catalog_database.this.name
  query       = format(local._questions[each.value.question].text, each.value.dataset)
}

# The quarantined rows of every batch; Athena reads the folders below a table's location too.
resource "aws_glue_catalog_table" "quarantine" {
  for_each = toset(var.queries.workgroups.team.datasets)

  name          = "quarantine_${each.key}"
  database_name = aws_glue_catalog_database.this.name
  description   = "Every quarantined row of ${each.key}, with its reasons"
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE", classification = "json" }

  storage_descriptor {
    location      = "s3://${module.storage.buckets.quarantine}/${each.key}/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info { serialization_library = "org.openx.data.jsonserde.JsonSerDe" }

    dynamic "columns" {
      for_each = [["file", "string"], ["line", "bigint"], ["reasons", "array<string>"], ["record", "string"]]

      content {
        name = columns.value[0]
        type = columns.value[1]
      }
    }
  }
}

# If Lake Formation governs the catalog, readers need its grants too: on a view, and on the tables that the view reads.
locals {
  _granted = !var.environment.lake_formation ? {} : { for each in flatten([for workgroup in var.queries.workgroups : [for pair in setproduct(workgroup.roles, workgroup.datasets) :
    [for table in var.queries.tables[pair[1]] : { role = pair[0], table = table }]
  ]]) : "${each.table} for ${each.role}" => each }
}

resource "aws_lakeformation_permissions" "reader_database" {
  for_each = toset(values(local._granted)[*].role)

  principal   = each.key
  permissions = ["DESCRIBE"]

  database { name = aws_glue_catalog_database.this.name }
}

resource "aws_lakeformation_permissions" "reader_table" {
  for_each = local._granted

  principal   = each.value.role
  permissions = ["DESCRIBE", "SELECT"]

  table {
    database_name = aws_glue_catalog_database.this.name
    name          = each.value.table
  }

  depends_on = [module.dataset]
}
