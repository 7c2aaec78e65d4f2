# Permissions to apply changes of storage and messaging: buckets, keys, the ledger, queues, topics, logs, alarms.

locals {
  write_data = {
    Buckets = {
      actions = concat(["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy"], [for what in [
        "BucketLogging", "BucketNotification", "BucketOwnershipControls", "BucketPolicy", "BucketPublicAccessBlock",
        "BucketTagging", "BucketVersioning", "EncryptionConfiguration", "LifecycleConfiguration",
      ] : "s3:Put${what}"])
      resources = local.own.buckets
    }
    Scripts       = { actions = [for what in ["DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion", "PutObject", "PutObjectTagging"] : "s3:${what}"], resources = local.own.scripts }
    ScriptHistory = { actions = ["s3:ListBucketVersions"], resources = [local.bucket.script] }
    EncryptScripts = {
      actions    = ["kms:GenerateDataKey"]
      resources  = local.own.keys
      conditions = concat(local.tagged, [{ test = "StringEquals", variable = "kms:ViaService", values = ["s3.${local.region}.${local.dns_suffix}"] }])
    }
    NewKey = { actions = ["kms:CreateKey"], resources = ["*"], conditions = local.tagging }
    # A key with a Project tag or an alias belongs to somebody: our tags on it would give these roles its permissions.
    TagNewKey = {
      actions    = ["kms:TagResource"]
      resources  = local.own.keys
      conditions = concat(local.tagging, [for key in ["aws:ResourceTag/Project", "kms:ResourceAliases"] : { test = "Null", variable = key, values = ["true"] }])
    }
    Keys  = { actions = [for what in ["CreateAlias", "DeleteAlias", "DisableKeyRotation", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription"] : "kms:${what}"], resources = local.own.keys, conditions = local.tagged }
    Alias = { actions = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], resources = ["${local.arn.kms}:${local.names.key}"] }
    LendTheKey = {
      # DynamoDB and Lambda use the key later, by grants from the caller that creates the table or function.
      # DynamoDB requires these actions from the caller that creates a table (DynamoDB Developer Guide, encryption at rest, usage notes).
      actions    = [for what in ["CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"] : "kms:${what}"]
      resources  = local.own.keys
      conditions = concat(local.tagged, [{ test = "StringEquals", variable = "kms:ViaService", values = [for service in ["dynamodb", "lambda"] : "${service}.${local.region}.${local.dns_suffix}"] }])
    }
    # If the Data Catalog is encrypted with a key of the client, the caller who changes it uses that key.
    ClientKeys = { actions = [for what in ["Decrypt", "Encrypt", "GenerateDataKey"] : "kms:${what}"], resources = module.project.environment.foreign_keys, conditions = local.by_foreign_services }
    Tables     = { actions = [for what in ["CreateTable", "DeleteTable", "TagResource", "UntagResource", "UpdateContinuousBackups", "UpdateTable", "UpdateTimeToLive"] : "dynamodb:${what}"], resources = local.own.tables }
    Queues     = { actions = [for what in ["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"] : "sqs:${what}"], resources = local.own.queues }
    Topics     = { actions = [for what in ["CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource", "UntagResource"] : "sns:${what}"], resources = local.own.topics }
    # AWS offers no narrower resource for these, nor for saved queries.
    Subscriptions = { actions = ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"], resources = ["*"] }
    LogGroups     = { actions = [for what in ["AssociateKmsKey", "CreateLogGroup", "DeleteLogGroup", "DeleteMetricFilter", "DeleteRetentionPolicy", "PutMetricFilter", "PutRetentionPolicy", "TagResource", "UntagResource"] : "logs:${what}"], resources = flatten([for group in local.own.log_groups : [group, "${group}:*"]]) }
    SavedQueries  = { actions = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition"], resources = ["*"] }
    Alarms        = { actions = [for what in ["DeleteAlarms", "PutCompositeAlarm", "PutMetricAlarm", "TagResource", "UntagResource"] : "cloudwatch:${what}"], resources = local.own.alarms }
    Dashboards    = { actions = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], resources = local.own.dashboards }
    Budgets       = { actions = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"], resources = local.own.budgets }
  }
}
