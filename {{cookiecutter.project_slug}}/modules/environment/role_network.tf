# Lambda and Glue put network interfaces into the subnets; flow logs write what passed.

data "aws_iam_policy_document" "network_interfaces" {
  statement {
    sid     = "InterfacesInTheseSubnets"
    actions = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
    resources = concat(
      ["${local.arn.ec2}:network-interface/*", "${local.arn.ec2}:security-group/${aws_security_group.work.id}"],
      [for subnet in local.subnets : "${local.arn.ec2}:subnet/${subnet}"],
    )
  }
}

resource "aws_iam_role_policy" "lambda_network" {
  for_each = local.functions

  name   = "network-interfaces"
  role   = aws_iam_role.lambda[each.key].id
  policy = data.aws_iam_policy_document.network_interfaces.json
}

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
    resources = ["${aws_cloudwatch_log_group.this["flow"].arn}:*"]
  }
}

resource "aws_iam_role" "flow" {
  for_each = local._created

  name               = "${var.prefix}-flow-log"
  assume_role_policy = data.aws_iam_policy_document.trust_flow.json
}

resource "aws_iam_role_policy" "flow" {
  for_each = aws_iam_role.flow

  name   = "write-flow-log"
  role   = each.value.id
  policy = data.aws_iam_policy_document.flow.json
}
