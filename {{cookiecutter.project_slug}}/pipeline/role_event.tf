# The roles of rules: one starts the pipeline, the other starts the builds outside of it.

locals {
  starters = {
    start-pipeline = { action = "codepipeline:StartPipelineExecution", resources = [local.pipeline] }
    start-build    = { action = "codebuild:StartBuild", resources = [for build in ["pull-request", "drift"] : "${local.arn.codebuild}:project/${local.delivery.builds[build]}"] }
  }
}

data "aws_iam_policy_document" "trust_rule" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    # AWS does not document whether PutTargets assumes the role with the rule as its source, as a delivery does: if a source is given, it must be ours.
    condition {
      test     = "ArnLikeIfExists"
      variable = "aws:SourceArn"
      values   = ["${local.arn.events}:rule/${local.prefix}-*"]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "starter" {
  for_each = local.starters

  source_policy_documents = [data.aws_iam_policy_document.no_approval.json]

  statement {
    sid       = "Start"
    actions   = [each.value.action]
    resources = each.value.resources
  }
}

resource "aws_iam_role" "starter" {
  for_each = local.starters

  name                 = "${local.prefix}-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust_rule.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "starter" {
  for_each = local.starters

  name   = each.key
  role   = aws_iam_role.starter[each.key].id
  policy = data.aws_iam_policy_document.starter[each.key].json
}
