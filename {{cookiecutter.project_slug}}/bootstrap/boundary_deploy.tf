# The boundary of the deploy roles: these services only, and nothing that is denied here, whatever else they are granted.

data "aws_iam_policy_document" "deploy_boundary" {
  statement {
    sid       = "ServicesInThisRegion"
    actions   = concat([for service in ["athena", "cloudwatch", "dynamodb", "events", "glue", "kms", "lambda", "logs", "s3", "sns", "sqs"] : "${service}:*"], [for what in ["*FlowLogs", "*RouteTable*", "*SecurityGroup*", "*Subnet*", "*Tags", "*Vpc*", "DeleteNetworkInterface", "Describe*"] : "ec2:${what}"], flatten([for statements in [local.read_lake_formation, local.write_lake_formation] : [for statement in statements : statement.actions]]))
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  statement {
    sid       = "ServicesOfTheAccount"
    actions   = ["budgets:*", "chatbot:*", "route53:AssociateVPCWithHostedZone"]
    resources = ["*"]
  }

  statement {
    sid       = "RolesOfAnEnvironment"
    actions   = ["iam:*Role", "iam:*RolePolicy", "iam:*RolePolicies", "iam:*RolePermissionsBoundary", "iam:*RoleTags", "iam:UpdateAssumeRolePolicy", "iam:UpdateRoleDescription", "iam:ListInstanceProfilesForRole"]
    resources = local.own.roles
  }

  statement {
    sid       = "RoleOfChatChannels"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = [local.chat_service_role]
  }

  statement {
    sid       = "NoRowsOfPeople"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = local.data_objects
  }

  statement {
    sid       = "NoValues"
    effect    = "Deny"
    actions   = ["athena:GetQueryResults*", "athena:StartQueryExecution", "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan", "lambda:InvokeFunction", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*"]
    resources = ["*"]
  }

  statement {
    sid       = "NoRoleWithoutBoundary"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = ["${local.arn.iam}:policy/${local.names.boundary}"]
    }
  }

  # Another project's slug may begin with this prefix, so its roles match our pattern: those that deploy or read data are denied.
  statement {
    sid     = "NoOwnRoleNorBoundary"
    effect  = "Deny"
    actions = ["iam:*"]
    resources = concat(
      [for name in ["deploy-*", "*-deploy-*", "pipeline*", "*-pipeline*", "*-glue-job", "*-glue-crawler", "*-data-location"] : "${local.arn.iam}:role/${local.prefix}-${name}"],
      ["${local.arn.iam}:policy/*"],
    )
  }

  statement {
    sid       = "BoundariesStay"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid         = "StateBucketStays"
    effect      = "Deny"
    not_actions = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    resources   = [local.state, "${local.state}/*"]
  }

  statement {
    sid       = "StatesStay"
    effect    = "Deny"
    actions   = ["s3:DeleteObject"]
    resources = ["${local.state}/*.tfstate"]
  }

  statement {
    sid       = "NoStateOfTheBootstrap"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["${local.state}/*/bootstrap.tfstate*"]
  }

  statement {
    sid         = "StateKeyStays"
    effect      = "Deny"
    not_actions = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources   = local.own.keys

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = [local.names.state_key]
    }
  }
}

resource "aws_iam_policy" "deploy_boundary" {
  for_each = local.is_environment ? { deploy = local.names.deploy_boundary } : {}

  name   = each.value
  policy = data.aws_iam_policy_document.deploy_boundary.json
}
