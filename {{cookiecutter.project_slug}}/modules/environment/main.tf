# The resources that one environment has once. The other files are named by their content.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = var.environment.account
  region    = var.environment.region

  # "arn:aws:glue:eu-west-1:111111111111" and the like: the prefix of this environment's ARNs.
  arn = { for service in ["cloudwatch", "dynamodb", "ec2", "events", "glue", "lambda", "logs", "secretsmanager", "sns", "sqs"] :
    service => "arn:${local.partition}:${service}:${local.region}:${local.account}"
  }

  # Composed, not read from the resources: so every policy is known, and shown, before anything is applied.
  topic    = "${local.arn.sns}:${var.names.topic}"
  queues   = { uploads = "${local.arn.sqs}:${var.names.queue}", uploads_dead_letters = "${local.arn.sqs}:${var.names.dead_letter_queue}", events_dead_letters = "${local.arn.sqs}:${var.names.event_dead_letter}" }
  boundary = "arn:${local.partition}:iam::${local.account}:policy/${var.names.boundary}"
  bucket   = { for purpose, name in var.buckets : purpose => "arn:${local.partition}:s3:::${name}" }
}

module "dataset" {
  source   = "../dataset"
  for_each = var.datasets

  name         = each.key
  dataset      = each.value
  prefix       = var.prefix
  environment  = var.environment
  glue_version = var.project.glue_version
  job_settings = local.scripts.settings[each.key]
  database     = aws_glue_catalog_database.this.name
  buckets      = var.buckets
  scripts      = local.scripts
  connections  = concat([aws_glue_connection.network.name], [for connection in aws_glue_connection.jdbc : connection.name])
  security     = aws_glue_security_configuration.this.name
  roles        = { job = aws_iam_role.glue["job"].arn, crawler = aws_iam_role.glue["crawler"].arn }
  queues       = local.queues
  functions    = { for name in ["start_crawler", "sweep"] : name => aws_lambda_function.this[name].arn }
  project      = var.project.slug
  monitoring   = var.monitoring.datasets[each.key]
  runbook      = var.monitoring.runbook

  alarm_actions = local.alarm_actions

  depends_on = [aws_lambda_permission.rules, aws_sqs_queue_policy.uploads, aws_sqs_queue_policy.events_dead_letters, aws_iam_role_policy.glue]
}
