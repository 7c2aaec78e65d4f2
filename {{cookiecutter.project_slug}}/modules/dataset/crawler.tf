# The crawler records what was uploaded; the declared columns in project.yaml are what counts.

resource "aws_glue_crawler" "this" {
  name                   = local.full_name
  description            = "What the files of ${var.name} really hold"
  database_name          = var.database
  role                   = var.roles.crawler
  security_configuration = var.security
  table_prefix           = "raw_"

  s3_target {
    path            = "s3://${var.buckets.input}/${var.dataset.prefix}"
    connection_name = var.connections[0]
    # A few files of each folder are enough for the schema, so the cost does not grow with the history.
    sample_size = 10
  }

  schema_change_policy {
    update_behavior = "UPDATE_IN_DATABASE"
    delete_behavior = "LOG"
  }

  configuration = jsonencode({
    Version       = 1.0
    Grouping      = { TableGroupingPolicy = "CombineCompatibleSchemas" }
    CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
  })
}
