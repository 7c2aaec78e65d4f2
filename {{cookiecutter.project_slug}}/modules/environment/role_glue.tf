# One role for jobs and one for crawlers: a crawler never writes data, a job never changes a crawled table.
# A role per dataset would keep datasets apart that one team owns, for two roles more with each of them.

locals {
  _catalog = ["${local.arn.glue}:catalog", "${local.arn.glue}:database/${var.names.database}"]
  _logs    = "${local.arn.logs}:log-group:/aws-glue"
  _iceberg = [for name, dataset in var.datasets : "${local.arn.glue}:table/${var.names.database}/${name}_iceberg" if dataset.table_format == "iceberg"]
  _secrets = [for connection in var.environment.jdbc : "${local.arn.secretsmanager}:secret:${connection.secret}-*"]

  _connections = concat(
    ["${local.arn.glue}:catalog", "${local.arn.glue}:connection/${var.names.connection}"],
    [for name in keys(var.environment.jdbc) : "${local.arn.glue}:connection/${var.prefix}-${name}"],
  )
  # What Glue asks for where it reads a governed table itself; without a grant of Lake Formation it opens nothing.
  _governed = var.environment.lake_formation ? [{ sid = "GovernedData", actions = ["lakeformation:GetDataAccess"], resources = ["*"] }] : []
  _both = concat(local._governed, [
    { sid = "ReadInput", actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = ["${local.bucket.input}/*"] },
    { sid = "ListInput", actions = ["s3:ListBucket", "s3:GetBucketLocation"], resources = [local.bucket.input] },
    { sid = "Connection", actions = ["glue:GetConnection"], resources = local._connections },
    { sid = "Log", actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"], resources = ["${local._logs}/*"] },
    { sid = "FindNetwork", actions = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"], resources = ["*"] },
    { sid = "SecurityConfiguration", actions = ["glue:GetSecurityConfiguration"], resources = ["*"] },
  ])

  glue = {
    job = concat(local._both, [
      { sid = "Output", actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources = ["${local.bucket.output}/*", "${local.bucket.quarantine}/*"] },
      { sid = "ListOutput", actions = ["s3:ListBucket", "s3:GetBucketLocation"], resources = [local.bucket.output, local.bucket.quarantine] },
      { sid = "Script", actions = ["s3:GetObject"], resources = ["${local.bucket.script}/*"] },
      { sid = "ListScript", actions = ["s3:ListBucket"], resources = [local.bucket.script] },
      {
        sid       = "Publish", actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetPartitions", "glue:BatchCreatePartition", "glue:CreatePartition"],
        resources = concat(local._catalog, [for suffix in ["batches", "commits"] : "${local.arn.glue}:table/${var.names.database}/*_${suffix}"])
      },
      ], length(local._iceberg) == 0 ? [] : [
      { sid = "Merge", actions = ["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"], resources = concat(local._catalog, local._iceberg) },
      ], length(local._secrets) == 0 ? [] : [
      { sid = "DatabaseCredentials", actions = ["secretsmanager:GetSecretValue"], resources = local._secrets },
    ])

    crawler = concat(local._both, [
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

  name                 = "${var.prefix}-glue-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust_glue.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "glue" {
  for_each = local.glue

  name   = "what-a-${each.key}-does"
  role   = aws_iam_role.glue[each.key].id
  policy = data.aws_iam_policy_document.glue[each.key].json
}
