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

# Only this service principal differs in China: logs.cn-north-1.amazonaws.com.cn.
data "aws_service_principal" "logs" {
  service_name = "logs"
}

locals {
  _use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]

  # The actions of the deploy roles of bootstrap/ on a new key, and the services through which they use it.
  _deploy_role = { for kind in ["plan", "apply", "smoke", "read"] : kind => "arn:${local.partition}:iam::${local.account}:role/${var.names["${kind}_role"]}" }
  _deploying = {
    DeployRolesRead = { roles = ["plan", "apply", "read"], actions = ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"], through = [] }
    ApplyManages = {
      roles   = ["apply"]
      actions = ["CreateAlias", "DeleteAlias", "DisableKeyRotation", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription"]
      through = []
    }
    ApplyLends = { roles = ["apply"], actions = ["CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey*", "ReEncrypt*"], through = ["dynamodb", "lambda", "s3"] }
    SmokeUses  = { roles = ["smoke"], actions = ["Decrypt", "GenerateDataKey"], through = ["dynamodb", "s3"] }
  }

  # A key's tags may take five minutes to take effect (KMS Developer Guide, ABAC for AWS KMS), but the first apply uses the key within seconds.
  # The roles are in a condition: KMS refuses a policy with a principal that does not exist, and a recreated role would be another principal.
  _deploy_statements = [for name, statement in local._deploying : {
    Sid       = name
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = [for action in statement.actions : "kms:${action}"]
    Resource  = "*"
    Condition = merge(
      { ArnEquals = { "aws:PrincipalArn" = [for kind in statement.roles : local._deploy_role[kind]] } },
      { for test in ["StringEquals"] : test => { "kms:ViaService" = [for service in statement.through : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"] } if length(statement.through) > 0 },
    )
  }]

  key_statements = concat(local._deploy_statements, [
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
      Principal = { Service = data.aws_service_principal.logs.id }
      Action    = local._use
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn.logs}:log-group:*" } }
    },
    {
      Sid       = "AlarmsAndBudget"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike = { "aws:SourceArn" = [
          "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*",
          local.budgets,
        ] }
      }
    },
    # Without a condition, as in AWS's own example (EventBridge guide, "Amazon SQS queues permissions"): no document says
    # that EventBridge names its source to KMS. The queues' policies name the rules that may send.
    {
      Sid       = "Rules"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
    },
  ])
}
