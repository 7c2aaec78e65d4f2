# The role in which the VPC's flow log writes.

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

data "aws_iam_policy_document" "flow" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${local.arn.logs}:log-group:${local.log_groups.flow}:*"]
  }
}

resource "aws_iam_role" "flow" {
  for_each = local._created

  name                 = "${var.prefix}-flow-log"
  assume_role_policy   = data.aws_iam_policy_document.trust_flow.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "flow" {
  for_each = aws_iam_role.flow

  name   = "write-flow-log"
  role   = each.value.id
  policy = data.aws_iam_policy_document.flow.json
}
