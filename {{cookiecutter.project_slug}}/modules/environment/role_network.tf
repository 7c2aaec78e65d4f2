# Permissions that Lambda and Glue share: network interfaces, the environment's key, and the client's own keys.

data "aws_iam_policy_document" "network_and_key" {
  # checkov:skip=CKV_AWS_111:Lambda asks for these rights without a resource; the boundary has no other right on interfaces.
  # checkov:skip=CKV_AWS_356:Lambda asks for these rights without a resource; the boundary has no other right on interfaces.
  statement {
    sid     = "CreateInterfacesInTheseSubnets"
    actions = ["ec2:CreateNetworkInterface"]
    resources = concat(
      ["${local.arn.ec2}:network-interface/*", "${local.arn.ec2}:security-group/${aws_security_group.work.id}"],
      [for subnet in local.subnets : "${local.arn.ec2}:subnet/${subnet}"],
    )
  }

  # Lambda requires these before an interface exists, on every resource: with a narrower one, no function can be created
  # (hashicorp/terraform-provider-aws#20698; AWS Lambda guide, "Giving Lambda functions access to resources in a VPC").
  statement {
    sid       = "InterfacesOfAnyResource"
    actions   = ["ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
    resources = ["*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.this.arn]
  }

  dynamic "statement" {
    for_each = length(var.environment.foreign_keys) > 0 ? ["ForeignKeys"] : []

    content {
      sid       = statement.value
      actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
      resources = var.environment.foreign_keys

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in var.environment.foreign_key_services : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role_policy" "lambda_network" {
  for_each = local.functions

  name   = "network-and-key"
  role   = aws_iam_role.lambda[each.key].id
  policy = data.aws_iam_policy_document.network_and_key.json
}

resource "aws_iam_role_policy" "glue_network" {
  for_each = local.glue

  name   = "network-and-key"
  role   = aws_iam_role.glue[each.key].id
  policy = data.aws_iam_policy_document.glue_network.json
}

data "aws_iam_policy_document" "glue_network" {
  source_policy_documents = [data.aws_iam_policy_document.network_and_key.json]

  statement {
    sid       = "TagOwnInterfaces"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.arn.ec2}:network-interface/*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["aws-glue-service-resource"]
    }
  }
}
