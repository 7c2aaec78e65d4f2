# The permissions of each Lambda: send, record what was sent, and read the pipeline. None may approve.

data "aws_iam_policy_document" "trust_lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "lambda" {
  for_each = local.functions

  source_policy_documents = [data.aws_iam_policy_document.use_key["write"].json, data.aws_iam_policy_document.no_approval.json]

  dynamic "statement" {
    for_each = merge({ for name in ["notify", "remember"] : name => local.grants[name] }, {
      look    = { actions = each.value.looks, resources = [local.pipeline] }
      give_up = { actions = ["sqs:SendMessage"], resources = [local.dead_letters] }
      trace   = { actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources = ["*"] }
      log     = { actions = ["logs:CreateLogStream", "logs:PutLogEvents"], resources = ["${local.arn.logs}:log-group:/aws/lambda/${local.function_names[each.key]}:*"] }
    })

    content {
      sid       = replace(title(replace(statement.key, "_", " ")), " ", "")
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "lambda" {
  for_each = local.functions

  name                 = local.function_names[each.key]
  assume_role_policy   = data.aws_iam_policy_document.trust_lambda.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "lambda" {
  for_each = local.functions

  name   = "what-lambda-${replace(each.key, "_", "-")}-calls"
  role   = aws_iam_role.lambda[each.key].id
  policy = data.aws_iam_policy_document.lambda[each.key].json
}
