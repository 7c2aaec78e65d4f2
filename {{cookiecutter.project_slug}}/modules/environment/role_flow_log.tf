# The role of the VPC's flow log.

data "aws_iam_policy_document" "trust_flow" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.arn.ec2}:vpc-flow-log/*"]
    }
  }
}

# The five actions that AWS lists, on every resource (Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs").
# Here DescribeLogGroups needs all groups of the account; the others are granted on this log group only.
data "aws_iam_policy_document" "flow" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${local.arn.logs}:log-group:${local.log_groups.flow}", "${local.arn.logs}:log-group:${local.log_groups.flow}:*"]
  }

  statement {
    sid       = "FindTheGroup"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "flow" {
  for_each = local._created

  name                 = var.names.flow_log_role
  assume_role_policy   = data.aws_iam_policy_document.trust_flow.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "flow" {
  for_each = aws_iam_role.flow

  name   = "write-flow-log"
  role   = each.value.id
  policy = data.aws_iam_policy_document.flow.json
}
