# Packs the statements of each role into as few managed policies as possible, even with the longest names.

locals {
  # IAM's limit for one managed policy (white space does not count), minus the text around the statements.
  _room = 6144 - 60

  # An upper bound: Terraform's names of actions, resources and conditions are longer than IAM's.
  _sizes   = { for role, statements in local.held : role => [for name, statement in statements : length(jsonencode(statement)) + length(name) + 40] }
  _longest = { for role, sizes in local._sizes : role => max(sizes...) }
  # Filled in order: a statement belongs to the policy in which it begins, so a policy exceeds its share by at most one statement.
  _policy = { for role, statements in local.held : role => { for index, name in keys(statements) :
    name => floor(sum(concat([0], slice(local._sizes[role], 0, index))) / (local._room - local._longest[role]))
  } }

  packed = merge([for role, statements in local.held : { for number in distinct(values(local._policy[role])) :
    "${role}-${number + 1}" => { role = role, statements = { for name, statement in statements : name => statement if local._policy[role][name] == number } }
  } if local.is_environment]...)
}

data "aws_iam_policy_document" "grant" {
  for_each = local.packed

  dynamic "statement" {
    for_each = each.value.statements

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
  for_each = local.packed

  role       = aws_iam_role.deploy[each.value.role].name
  policy_arn = aws_iam_policy.grant[each.key].arn
}
