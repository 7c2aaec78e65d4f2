# One key for everything that this environment stores or sends.

resource "aws_kms_key" "this" {
  description             = "Everything that ${var.prefix} stores or sends"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_statements })
}

resource "aws_kms_alias" "this" {
  name          = var.names.key
  target_key_id = aws_kms_key.this.key_id
}

locals {
  _use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]

  key_statements = [
    {
      Sid       = "TheAccountDecidesByItsOwnPolicies"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    },
    {
      Sid       = "LogGroups"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = local._use
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn.logs}:log-group:*" } }
    },
    {
      Sid       = "RulesAlarmsAndBudget"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike = { "aws:SourceArn" = [
          "${local.arn.events}:rule/${var.prefix}-*",
          "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*",
          local.budget,
        ] }
      }
    },
  ]
}
