# The policies of the builds' roles, from the grants of role_build.tf.

data "aws_iam_policy_document" "build" {
  for_each = local.builds

  # The check only reads, so it gets no key to write with.
  source_policy_documents = [data.aws_iam_policy_document.use_key[each.key == "check" ? "read" : "write"].json, data.aws_iam_policy_document.no_approval.json]

  dynamic "statement" {
    for_each = { for name in local.granted[each.key] : name => local.grants[name] }

    content {
      sid       = replace(title(replace(statement.key, "_", " ")), " ", "")
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.arn.logs}:log-group:/aws/codebuild/${local.delivery.builds[each.key]}:*"]
  }

  # What the tests of a build say becomes a page in the console.
  dynamic "statement" {
    for_each = contains(["check", "pull-request"], each.key) ? ["report"] : []

    content {
      sid       = "Report"
      actions   = ["codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport", "codebuild:BatchPutTestCases"]
      resources = ["${local.arn.codebuild}:report-group/${local.delivery.builds[each.key]}-*"]
    }
  }
}
