# One role for jobs and one for crawlers: a crawler never writes data, a job never changes a crawled table.
# One team owns all datasets, so two more roles per dataset would separate nothing.

locals {
  _catalog = ["${local.arn.glue}:catalog", "${local.arn.glue}:database/${var.names.database}"]
  # Secrets Manager appends a hyphen and six characters to an ARN (Secrets Manager User Guide, "What's in a secret?"): `sales*` would also match sales-archive.
  _secrets = [for connection in var.environment.jdbc : "${local.arn.secretsmanager}:secret:${connection.secret}-??????"]

  _connections = concat(
    ["${local.arn.glue}:catalog", "${local.arn.glue}:connection/${var.names.connection}"],
    [for name in keys(var.environment.jdbc) : "${local.arn.glue}:connection/${var.prefix}-${name}"],
  )
  # Glue needs this to read a governed table; without a grant of Lake Formation it gives access to nothing.
  _governed = var.environment.lake_formation ? [{ sid = "GovernedData", actions = ["lakeformation:GetDataAccess"], resources = ["*"] }] : []
  _both = concat(local._governed, [
    { sid = "ReadInput", actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${local.bucket.input}/*"] },
    { sid = "ListInput", actions = ["s3:ListBucket", "s3:GetBucketLocation"], resources = [local.bucket.input] },
    { sid = "Connection", actions = ["glue:GetConnection"], resources = local._connections },
    # AWS offers no narrower resource for these; one statement, because ten secrets leave little room.
    {
      sid       = "FindNetworkAndKey", actions = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables", "glue:GetSecurityConfiguration"],
      resources = ["*"]
    },
  ])

  # Glue creates a missing log group, with the key of the security configuration.
  _log = { for role, groups in { job = ["job_error", "job_output"], crawler = ["crawler"] } : role => [{
    sid       = "Log", actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"],
    resources = flatten([for group in groups : [for end in ["", ":*"] : "${local.arn.logs}:log-group:${var.log_groups[group]}${end}"]])
  }] }

  glue = {
    job = concat(local._both, local._log.job, [
      { sid = "Output", actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"], resources = ["${local.bucket.output}/*", "${local.bucket.quarantine}/*"] },
      { sid = "ListOutput", actions = ["s3:ListBucket", "s3:GetBucketLocation"], resources = [local.bucket.output, local.bucket.quarantine] },
      { sid = "Script", actions = ["s3:GetObject"], resources = ["${local.bucket.script}/*"] },
      { sid = "ListScript", actions = ["s3:ListBucket"], resources = [local.bucket.script] },
      # One pattern, however many datasets there are: the inline policies of a role hold 10,240 characters together (IAM quotas).
      { sid = "Publish", actions = ["glue:GetDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable"], resources = concat(local._catalog, ["${local.arn.glue}:table/${var.names.database}/*_rows"]) },
      ], length(local._secrets) == 0 ? [] : [
      { sid = "DatabaseCredentials", actions = ["secretsmanager:GetSecretValue"], resources = local._secrets },
    ])

    crawler = concat(local._both, local._log.crawler, [
      {
        sid       = "CrawledTables", actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition", "glue:BatchCreatePartition", "glue:BatchUpdatePartition", "glue:UpdatePartition"],
        resources = concat(local._catalog, ["${local.arn.glue}:table/${var.names.database}/raw_*"])
      },
    ])
  }
}

data "aws_iam_policy_document" "trust_glue" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "glue" {
  for_each = local.glue

  dynamic "statement" {
    for_each = { for statement in each.value : statement.sid => statement }

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  # Metrics have no ARN: the namespace is the narrowest that AWS offers.
  statement {
    sid       = "Metrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Glue", var.project.slug]
    }
  }
}

resource "aws_iam_role" "glue" {
  for_each = local.glue

  name                 = var.names["${each.key}_role"]
  assume_role_policy   = data.aws_iam_policy_document.trust_glue.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "glue" {
  for_each = local.glue

  name   = "what-a-${each.key}-does"
  role   = aws_iam_role.glue[each.key].id
  policy = data.aws_iam_policy_document.glue[each.key].json
}
