# The permissions boundaries of the roles that Terraform creates: the most that a role may do, whatever its own policies allow.
# An environment's roles work on its data; the delivery account's roles build, and deploy only by the deploy roles.

locals {
  # What project.yaml lists: by name if there is room, otherwise by one pattern for all, because a boundary is a single policy.
  _named = {
    secrets = { arns = [for connection in module.project.environment.jdbc : "${local.arn.secretsmanager}:secret:${connection.secret}-??????"], pattern = "${local.arn.secretsmanager}:secret:*" }
    topics  = { arns = distinct([for target in module.project.notifications : target.arn if target.protocol == "topic"]), pattern = "arn:${local.partition}:sns:${local.region}:*:*" }
    keys    = { arns = module.project.environment.foreign_keys, pattern = "arn:${local.partition}:kms:${local.region}:*:key/*" }
  }
  _listed = { for kind, each in local._named : kind => length(jsonencode(each.arns)) <= 400 ? each.arns : [each.pattern] }

  _in_environment = {
    Data     = { actions = [for what in ["AbortMultipartUpload", "DeleteObject", "DeleteObjectVersion", "GetBucketLocation", "GetObject", "GetObjectVersion", "ListBucket", "ListBucketVersions", "PutObject"] : "s3:${what}"], resources = flatten([for purpose, arn in local.bucket : [arn, "${arn}/*"] if purpose != "query-result"]) }
    Ledger   = { actions = [for what in ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"] : "dynamodb:${what}"], resources = concat(local.own.tables, [for table in local.own.tables : "${table}/index/*"]) }
    Queues   = { actions = [for what in ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage", "SendMessage"] : "sqs:${what}"], resources = local.own.queues }
    Catalog  = { actions = [for what in ["BatchCreatePartition", "BatchDeletePartition", "BatchGetPartition", "BatchUpdatePartition", "CreatePartition", "CreateTable", "GetConnection", "GetDatabase", "GetPartition", "GetPartitions", "GetTable", "GetTables", "UpdatePartition", "UpdateTable"] : "glue:${what}"], resources = concat(local.own.catalog, local.own.connections) }
    Work     = { actions = [for what in ["GetCrawler", "GetJobRun", "GetJobRuns", "StartCrawler", "StartJobRun"] : "glue:${what}"], resources = local.own.glue_work }
    GlueLogs = { actions = [for what in ["AssociateKmsKey", "CreateLogGroup", "CreateLogStream", "PutLogEvents"] : "logs:${what}"], resources = ["${local.arn.logs}:log-group:/aws-glue/*"] }
    Secrets  = { actions = ["secretsmanager:GetSecretValue"], resources = local._listed["secrets"] }
    Network  = { actions = ["ec2:CreateNetworkInterface"], resources = [for kind in ["network-interface", "subnet", "security-group"] : "${local.arn.ec2}:${kind}/*"] }
    # CreateFunction requires these before an interface exists, so on every resource (hashicorp/terraform-provider-aws#20698).
    AnyInterface = { actions = [for what in ["AssignPrivateIpAddresses", "DeleteNetworkInterface", "UnassignPrivateIpAddresses"] : "ec2:${what}"], resources = ["*"] }
    Tags         = { actions = ["ec2:CreateTags", "ec2:DeleteTags"], resources = ["${local.arn.ec2}:network-interface/*"] }
    Governed     = { actions = ["lakeformation:GetDataAccess"], resources = module.project.environment.lake_formation ? ["*"] : [] }
    # The flow log's role looks for its log group, and may recreate it (Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs").
    FlowLog = { actions = ["logs:CreateLogGroup"], resources = ["${local.arn.logs}:log-group:/vpc/${local.prefix}", "${local.arn.logs}:log-group:/vpc/${local.prefix}:*"] }
    Unnamed = { actions = concat([for what in ["NetworkInterfaces", "RouteTables", "SecurityGroups", "Subnets", "VpcEndpoints", "Vpcs"] : "ec2:Describe${what}"], ["cloudwatch:PutMetricData", "glue:GetSecurityConfiguration", "logs:DescribeLogGroups", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]), resources = ["*"] }
  }

  _in_delivery = {
    Sources    = { actions = [for what in ["GetBranch", "GetCommentsForPullRequest", "GetCommit", "GetPullRequest", "GetPullRequestApprovalStates", "GetRepository", "GitPull", "ListPullRequests", "PostCommentForPullRequest"] : "codecommit:${what}"], resources = ["arn:${local.partition}:codecommit:${local.region}:${local.account}:*"] }
    Connection = { actions = flatten([for service in ["codeconnections", "codestar-connections"] : [for what in ["GetConnection", "GetConnectionToken", "UseConnection"] : "${service}:${what}"]]), resources = [for service in ["codeconnections", "codestar-connections"] : "arn:${local.partition}:${service}:*:*:connection/*"] }
    Artifacts  = { actions = [for what in ["GetBucketAcl", "GetBucketLocation", "GetBucketVersioning", "GetObject", "GetObjectVersion", "ListBucket", "PutObject"] : "s3:${what}"], resources = flatten([for name in values(module.project.delivery.buckets) : ["arn:${local.partition}:s3:::${name}", "arn:${local.partition}:s3:::${name}/*"]]) }
    Builds     = { actions = [for what in ["BatchGetBuilds", "StartBuild", "StopBuild"] : "codebuild:${what}"], resources = ["arn:${local.partition}:codebuild:${local.region}:${local.account}:project/${local.prefix}-*"] }
    Reports    = { actions = [for what in ["BatchPutTestCases", "CreateReport", "CreateReportGroup", "UpdateReport"] : "codebuild:${what}"], resources = ["arn:${local.partition}:codebuild:${local.region}:${local.account}:report-group/${local.prefix}-*"] }
    Pipelines  = { actions = [for what in ["GetPipelineExecution", "GetPipelineState", "ListActionExecutions", "StartPipelineExecution"] : "codepipeline:${what}"], resources = ["arn:${local.partition}:codepipeline:${local.region}:${local.account}:${local.prefix}*"] }
    Told       = { actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources = local.own.tables }
    GivenUp    = { actions = ["sqs:SendMessage"], resources = local.own.queues }
    Trace      = { actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources = ["*"] }
    Deploy     = { actions = ["sts:AssumeRole"], resources = [for each in module.project.delivery.environments : "arn:${local.partition}:iam::${each.account}:role/${trimsuffix(each.plan_role, "plan")}*"] }
  }

  _everywhere = {
    Notify = { actions = ["sns:Publish"], resources = concat(local.own.topics, local._listed["topics"]) }
    Log    = { actions = [for what in ["CreateLogStream", "DescribeLogStreams", "PutLogEvents"] : "logs:${what}"], resources = [for group in concat(local.own.log_groups, ["${local.arn.logs}:log-group:/aws/codebuild/${local.prefix}-*"]) : "${group}:*"] }
    # A key's tags may take effect minutes after its creation (AWS KMS Developer Guide, "ABAC for AWS KMS"). Until then,
    # the key's own policy and the roles' policies, which name the key, decide.
    Keys = { actions = [for what in ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"] : "kms:${what}"], resources = local.own.keys, conditions = local.not_of_others }
    # The client's keys that project.yaml names: for a topic, a secret, the Data Catalog.
    ClientKeys = { actions = [for what in ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"] : "kms:${what}"], resources = local._listed["keys"] }
  }

  bounds = { for name, statement in merge(local._everywhere, local.is_environment ? local._in_environment : local._in_delivery) : name => statement if length(statement.resources) > 0 }
}

data "aws_iam_policy_document" "boundary" {
  dynamic "statement" {
    for_each = local.bounds

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = try(statement.value.conditions, [])

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name   = local.names.boundary
  policy = data.aws_iam_policy_document.boundary.json
}
