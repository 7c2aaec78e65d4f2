# The roles of the delivery account's builds: plan reads and holds the lock of the state, apply changes, smoke sends a file through the chain,
# read serves pull requests and the drift check: whoever opens a pull request runs code with it, so it cannot lift an apply's lock.

locals {
  _builds = {
    plan  = ["plan-${var.environment}"]
    apply = ["apply-${var.environment}"]
    smoke = ["smoke-${var.environment}"]
    read  = ["pull-request", "drift"]
  }
  trusted = { for role, builds in local._builds : role => [
    for build in builds : "arn:${local.partition}:iam::${module.project.delivery.account}:role/${module.project.delivery.builds[build]}"
  ] if local.is_environment }

  # Which policies of grant_*.tf each role has.
  held = {
    plan  = ["state-lock", "read"]
    apply = ["state-write", "read", "write-data", "write-work", "write-network", "write-identity"]
    smoke = ["smoke"]
    read  = ["state-read", "read"]
  }
}

# The delivery account itself is the principal, so that a build's role may be made later than this one, and made anew.
data "aws_iam_policy_document" "trust" {
  for_each = local.trusted

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${module.project.delivery.account}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "deploy" {
  for_each = local.trusted

  name                 = local.names["${each.key}_role"]
  description          = "What the pipeline works as in ${local.prefix}: ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = each.key == "smoke" ? aws_iam_policy.boundary.arn : aws_iam_policy.deploy_boundary["deploy"].arn
}

data "aws_iam_policy_document" "grant" {
  for_each = { for name, statements in local.grants : name => statements if local.is_environment }

  dynamic "statement" {
    for_each = each.value

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

resource "aws_iam_policy" "grant" {
  for_each = data.aws_iam_policy_document.grant

  name   = "${local.prefix}-deploy-${each.key}"
  policy = each.value.json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = merge([for role in keys(local.trusted) : { for grant in local.held[role] : "${role} ${grant}" => { role = role, grant = grant } }]...)

  role       = aws_iam_role.deploy[each.value.role].name
  policy_arn = aws_iam_policy.grant[each.value.grant].arn
}
