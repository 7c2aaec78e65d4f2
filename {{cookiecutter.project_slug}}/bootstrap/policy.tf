# The statements of each role in as few managed policies as they fit into, however long the names are.

locals {
  # What IAM takes in one managed policy, not counting white space, less what is around the statements.
  _room = 6144 - 60

  # An upper bound: what Terraform calls actions, resources and conditions is longer than what IAM calls them.
  _sizes   = { for role, statements in local.held : role => [for name, statement in statements : length(jsonencode(statement)) + length(name) + 40] }
  _longest = { for role, sizes in local._sizes : role => max(sizes...) }
  # Filled one after another: where a statement begins decides which policy it is in, so a policy ends at most one statement later.
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
