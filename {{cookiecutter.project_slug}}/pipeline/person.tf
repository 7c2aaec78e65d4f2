# The permissions of people: developers push branches, approvers approve, both review, and nobody bypasses the rules.
# Each role gets two policies: the guard, and one for the person's work. A role takes ten, and the client's roles already have some.

locals {
  _developers = local.delivery.developers
  _everybody  = distinct(concat(local._developers, local.approvers))
  _both       = [for role in local._developers : role if contains(local.approvers, role)]

  people = { for purpose, who in {
    guard              = { roles = local._everybody, does = "Changes ${local.git.branch} by pull requests only, keeps their rules" }
    developer          = { roles = [for role in local._developers : role if !contains(local._both, role)], does = "Pushes any branch but ${local.git.branch}, reviews, approves no deployment" }
    approver           = { roles = [for role in local.approvers : role if !contains(local._both, role)], does = "Reviews, approves deployments, starts them" }
    developer-approver = { roles = local._both, does = "Pushes any branch but ${local.git.branch}, reviews, approves deployments, starts them" }
  } : purpose => who if purpose != "developer-approver" || length(who.roles) > 0 }

  _documents = {
    developer          = [data.aws_iam_policy_document.review, data.aws_iam_policy_document.push, data.aws_iam_policy_document.approve_nothing]
    approver           = [data.aws_iam_policy_document.review, data.aws_iam_policy_document.approve]
    developer-approver = [data.aws_iam_policy_document.review, data.aws_iam_policy_document.push, data.aws_iam_policy_document.approve]
  }

  # Policies cannot be attached to roles of IAM Identity Center: there, a permission set names them.
  _attachments = { for pair in flatten([for purpose, who in local.people : [for role in who.roles : { purpose = purpose, role = role }]]) :
    "${pair.purpose} of ${pair.role}" => pair if !startswith(pair.role, "AWSReservedSSO_")
  }
}

data "aws_iam_policy_document" "person" {
  for_each = local._documents

  source_policy_documents = each.value[*].json
}

data "aws_iam_policy_document" "push" {
  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "PushBranches"
      actions   = [for action in ["GitPush", "CreateBranch", "DeleteBranch", "CreateCommit", "PutFile", "DeleteFile"] : "codecommit:${action}"]
      resources = [local.repository]
    }
  }
}

data "aws_iam_policy_document" "approve" {
  # Whoever starts a run can choose its commit (sourceRevisions), and AWS has no condition key for that: the builds refuse a commit that is not on the branch.
  statement {
    sid       = "StartRetryStop"
    actions   = ["codepipeline:StartPipelineExecution", "codepipeline:RetryStageExecution", "codepipeline:StopPipelineExecution"]
    resources = [local.pipeline, "${local.pipeline}/*"]
  }

  # Only the approvals of this pipeline.
  dynamic "statement" {
    for_each = length(local.approvals) > 0 ? [local.approvals] : []

    content {
      sid       = "Approve"
      actions   = ["codepipeline:PutApprovalResult"]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "approve_nothing" {
  statement {
    sid       = "OnlyApproversApproveAndStart"
    effect    = "Deny"
    actions   = [for action in local._approving : "codepipeline:${action}"]
    resources = [local.pipeline, "${local.pipeline}/*"]
  }
}

resource "aws_iam_policy" "person" {
  for_each = local.people

  name        = "${local.prefix}-${each.key}"
  description = "${each.value.does}: ${module.project.project.slug}"
  policy      = each.key == "guard" ? data.aws_iam_policy_document.guard.json : data.aws_iam_policy_document.person[each.key].json
}

resource "aws_iam_role_policy_attachment" "person" {
  for_each = local._attachments

  role       = each.value.role
  policy_arn = aws_iam_policy.person[each.value.purpose].arn
}
