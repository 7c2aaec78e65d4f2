# One key for plans, logs and notifications of the delivery.

resource "aws_kms_key" "this" {
  description             = "Everything that ${local.prefix} stores or sends"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_statements })
}

resource "aws_kms_alias" "this" {
  name          = local.names.key
  target_key_id = aws_kms_key.this.key_id
}

locals {
  # Builds that only read may not encrypt with the key.
  _reading_builds = ["check", "pull-request"]
  _key_uses = {
    read  = { actions = ["kms:Decrypt"], services = [] }
    write = { actions = ["kms:Decrypt", "kms:GenerateDataKey"], services = [] }
    look  = { actions = ["kms:Decrypt"], services = ["s3"] }
  }

  # Builds, functions and the pipeline can use the key from its first minute; people can when the alias takes effect.
  _key_users = {
    read  = [for build in local._reading_builds : local.delivery.builds[build]]
    write = concat([local.prefix], [for build, name in local.delivery.builds : name if !contains(local._reading_builds, build)], values(local.function_names))
  }

  # By the names of the roles: the key's alias may take effect minutes after its creation (AWS KMS Developer Guide, "ABAC for AWS KMS").
  # A condition, because the roles are created after the key.
  _user_statements = [for use, roles in local._key_users : {
    Sid       = "${title(use)}FromTheFirstMinute"
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = local._key_uses[use].actions
    Resource  = "*"
    Condition = { ArnEquals = { "aws:PrincipalArn" = [for role in roles : "arn:${local.partition}:iam::${local.account}:role/${role}"] } }
  }]

  key_statements = concat(local._user_statements, [
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
      Principal = { Service = "logs.${local.region}.${data.aws_partition.current.dns_suffix}" }
      Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn.logs}:log-group:*" } }
    },
    {
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "${local.arn.cloudwatch}:alarm:${local.prefix}-*" }
      }
    },
    # Without a condition: EventBridge names no source when it sends to a dead-letter queue.
    {
      Sid       = "Rules"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
    },
  ])
}

# Roles name the key by its alias, which is known before the key exists; people use it only through a service.
data "aws_iam_policy_document" "use_key" {
  for_each = local._key_uses

  statement {
    sid       = "Key"
    actions   = each.value.actions
    resources = ["${local.arn.kms}:key/*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = [local.names.key]
    }

    dynamic "condition" {
      for_each = length(each.value.services) > 0 ? [each.value.services] : []

      content {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in condition.value : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
  # A client's topic may have its own key, which project.yaml names.
  dynamic "statement" {
    for_each = each.key == "write" && length(module.project.environment.foreign_keys) > 0 ? [module.project.environment.foreign_keys] : []

    content {
      sid       = "ClientKeys"
      actions   = each.value.actions
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in module.project.environment.foreign_key_services : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}
