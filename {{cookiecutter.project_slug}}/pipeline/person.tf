# What people get: developers push branches, approvers say yes, both review, and nobody goes around the rules.
# Four policies, because AWS takes 6,144 characters in one.

locals {
  _developers = local.delivery.developers
  _everybody  = distinct(concat(local._developers, local.approvers))

  people = { for purpose, who in {
    review    = { roles = local._everybody, does = "Reads code, discusses and merges pull requests, watches the pipeline" }
    guard     = { roles = local._everybody, does = "Changes ${local.git.branch} by pull requests only, keeps their rules" }
    developer = { roles = local._developers, does = "Pushes any branch but ${local.git.branch}" }
    approver  = { roles = local.approvers, does = "Approves deployments, starts them anew" }
  } : purpose => who if purpose != "developer" || local.has_codecommit }

  person_policies = {
    review    = data.aws_iam_policy_document.review.json
    guard     = data.aws_iam_policy_document.guard.json
    developer = data.aws_iam_policy_document.developer.json
    approver  = data.aws_iam_policy_document.approver.json
  }

  # AWS lets nobody attach policies to the roles of IAM Identity Center: there a permission set names them.
  _attachments = { for pair in flatten([for purpose, who in local.people : [for role in who.roles : { purpose = purpose, role = role }]]) :
    "${pair.purpose} of ${pair.role}" => pair if !startswith(pair.role, "AWSReservedSSO_")
  }
}

data "aws_iam_policy_document" "developer" {
  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "PushBranches"
      actions   = [for action in ["GitPush", "CreateBranch", "DeleteBranch", "CreateCommit", "PutFile", "DeleteFile"] : "codecommit:${action}"]
      resources = [local.repository]
    }
  }
}

data "aws_iam_policy_document" "approver" {
  statement {
    sid       = "StartRetryStop"
    actions   = ["codepipeline:StartPipelineExecution", "codepipeline:RetryStageExecution", "codepipeline:StopPipelineExecution"]
    resources = [local.pipeline, "${local.pipeline}/*"]
  }

  # Exactly this pipeline's approvals.
  dynamic "statement" {
    for_each = length(local.approvals) > 0 ? [local.approvals] : []

    content {
      sid       = "Approve"
      actions   = ["codepipeline:PutApprovalResult"]
      resources = statement.value
    }
  }
}

resource "aws_iam_policy" "person" {
  for_each = local.people

  name        = "${local.prefix}-${each.key}"
  description = "${each.value.does}: ${module.project.project.slug}"
  policy      = local.person_policies[each.key]
}

resource "aws_iam_role_policy_attachment" "person" {
  for_each = local._attachments

  role       = each.value.role
  policy_arn = aws_iam_policy.person[each.value.purpose].arn
}
