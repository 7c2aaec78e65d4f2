# Permissions to refresh the state, service by service; nothing here reads a row, a message or a secret.

locals {
  read = {
    Buckets = {
      actions = concat(["s3:ListBucket"], [for what in [
        "AccelerateConfiguration", "BucketAcl", "BucketCORS", "BucketLocation", "BucketLogging", "BucketNotification",
        "BucketObjectLockConfiguration", "BucketOwnershipControls", "BucketPolicy", "BucketPublicAccessBlock",
        "BucketRequestPayment", "BucketTagging", "BucketVersioning", "BucketWebsite", "EncryptionConfiguration",
        "LifecycleConfiguration", "ReplicationConfiguration",
      ] : "s3:Get${what}"])
      resources = local.own.buckets
    }
    Scripts = { actions = ["s3:GetObject", "s3:GetObjectTagging"], resources = local.own.scripts }
    Keys    = { actions = [for what in ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"] : "kms:${what}"], resources = local.own.keys, conditions = local.tagged }
    # Scripts, the functions' code (which Lambda reads with the permissions of the apply role) and the environment variables
    # that Terraform compares are encrypted.
    Decrypt = {
      actions    = ["kms:Decrypt"]
      resources  = local.own.keys
      conditions = concat(local.tagged, [{ test = "StringEquals", variable = "kms:ViaService", values = [for service in ["lambda", "s3"] : "${service}.${local.region}.${local.dns_suffix}"] }])
    }
    Roles        = { actions = [for what in ["GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies", "ListRoleTags"] : "iam:${what}"], resources = local.own.roles }
    Functions    = { actions = [for what in ["GetFunction", "GetFunctionCodeSigningConfig", "GetFunctionConcurrency", "GetFunctionConfiguration", "GetPolicy", "GetRuntimeManagementConfig", "ListTags", "ListVersionsByFunction"] : "lambda:${what}"], resources = local.own.functions }
    Mappings     = { actions = ["lambda:GetEventSourceMapping", "lambda:ListTags"], resources = local.own.mappings }
    Queues       = { actions = [for what in ["GetQueueAttributes", "GetQueueUrl", "ListQueueTags"] : "sqs:${what}"], resources = local.own.queues }
    Topics       = { actions = [for what in ["GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"] : "sns:${what}"], resources = local.own.topics }
    Tables       = { actions = [for what in ["DescribeContinuousBackups", "DescribeTable", "DescribeTimeToLive", "ListTagsOfResource"] : "dynamodb:${what}"], resources = local.own.tables }
    Rules        = { actions = [for what in ["DescribeRule", "ListTagsForResource", "ListTargetsByRule"] : "events:${what}"], resources = local.own.rules }
    Alarms       = { actions = ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"], resources = concat(local.own.alarms, ["${local.arn.cloudwatch}:alarm:*"]) }
    Dashboards   = { actions = ["cloudwatch:GetDashboard"], resources = local.own.dashboards }
    Budgets      = { actions = ["budgets:ListTagsForResource", "budgets:ViewBudget"], resources = local.own.budgets }
    LogGroups    = { actions = ["logs:DescribeMetricFilters", "logs:ListTagsForResource"], resources = flatten([for group in local.own.log_groups : [group, "${group}:*"]]) }
    Catalog      = { actions = [for what in ["GetDatabase", "GetPartitionIndexes", "GetTable", "GetTags"] : "glue:${what}"], resources = local.own.catalog }
    Workgroups   = { actions = ["athena:GetNamedQuery", "athena:GetWorkGroup", "athena:ListTagsForResource"], resources = local.own.workgroups }
    Connections  = { actions = ["glue:GetConnection", "glue:GetTags"], resources = local.own.connections }
    CrawlersJobs = { actions = [for what in ["GetCrawler", "GetDataQualityRuleset", "GetJob", "GetTags"] : "glue:${what}"], resources = local.own.glue_work }
    # AWS offers no narrower resource for these.
    Descriptions = {
      actions = concat(
        [for what in ["AvailabilityZones", "FlowLogs", "NetworkAcls", "NetworkInterfaces", "PrefixLists", "RouteTables", "SecurityGroupRules", "SecurityGroups", "Subnets", "VpcEndpoints", "VpcEndpointServices", "Vpcs"] : "ec2:Describe${what}"],
        ["chatbot:DescribeSlackChannelConfigurations", "chatbot:GetMicrosoftTeamsChannelConfiguration", "chatbot:ListMicrosoftTeamsChannelConfigurations", "chatbot:ListTagsForResource", "glue:GetSecurityConfiguration"],
        ["kms:ListAliases", "logs:DescribeLogGroups", "logs:DescribeQueryDefinitions", "sns:GetSubscriptionAttributes"],
      )
      resources = ["*"]
    }
    ClientKeys        = { actions = ["kms:Decrypt"], resources = module.project.environment.foreign_keys, conditions = local.by_foreign_services }
    NetworkAttributes = { actions = ["ec2:DescribeVpcAttribute"], resources = ["${local.arn.ec2}:vpc/*"] }
  }
}
