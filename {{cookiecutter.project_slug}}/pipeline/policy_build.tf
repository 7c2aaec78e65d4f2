# The policies of the builds' roles, from the grants of role_build.tf.

data "aws_iam_policy_document" "build" {
  for_each = local.builds

  # The check and a pull request's build only read, so they may not encrypt.
  source_policy_documents = [data.aws_iam_policy_document.use_key[contains(local._reading_builds, each.key) ? "read" : "write"].json, data.aws_iam_policy_document.no_approval.json]

  dynamic "statement" {
    for_each = { for name in local.granted[each.key] : name => local.grants[name] }

    content {
      sid       = replace(title(replace(statement.key, "_", " ")), " ", "")
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = try(statement.value.conditions, {})

        content {
          test     = "StringEquals"
          variable = condition.key
          values   = condition.value
        }
      }
    }
  }

  # A build may only clone, because it may run code of a pull request (Developer Tools User Guide, "Permissions reference for AWS CodeConnections").
  dynamic "statement" {
    for_each = local.has_codecommit ? [] : [local.connection]

    content {
      sid       = "NothingIsWrittenByTheConnection"
      effect    = "Deny"
      actions   = ["${local.connections}:UseConnection"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "${local.connections}:ProviderAction"
        values   = ["Create*", "Delete*", "GitPush", "Update*"]
      }
    }
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.arn.logs}:log-group:/aws/codebuild/${local.delivery.builds[each.key]}:*"]
  }

  # For the page of test reports in the console.
  dynamic "statement" {
    for_each = contains(local._reading_builds, each.key) ? ["report"] : []

    content {
      sid       = "Report"
      actions   = ["codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport", "codebuild:BatchPutTestCases"]
      resources = ["${local.arn.codebuild}:report-group/${local.delivery.builds[each.key]}-*"]
    }
  }
}
