# What developers and approvers may not do, whatever else their roles are granted.

data "aws_iam_policy_document" "guard" {
  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "OnlyByPullRequest"
      effect    = "Deny"
      actions   = [for action in ["GitPush", "DeleteBranch", "CreateBranch", "CreateCommit", "PutFile", "DeleteFile", "MergeBranchesByFastForward", "MergeBranchesBySquash", "MergeBranchesByThreeWay"] : "codecommit:${action}"]
      resources = [local.repository]

      condition {
        test     = "StringEqualsIfExists"
        variable = "codecommit:References"
        values   = [local.branch]
      }

      # The first request of a push names no reference yet: AWS asks again when it knows.
      condition {
        test     = "Null"
        variable = "codecommit:References"
        values   = ["false"]
      }
    }
  }

  dynamic "statement" {
    for_each = local._repository

    content {
      sid    = "RulesHold"
      effect = "Deny"
      actions = [for action in [
        "OverridePullRequestApprovalRules", "DeletePullRequestApprovalRule", "UpdatePullRequestApprovalRuleContent",
        "DisassociateApprovalRuleTemplateFromRepository", "BatchDisassociateApprovalRuleTemplateFromRepositories",
        "DeleteRepository", "UpdateRepositoryName", "UpdateDefaultBranch", "UpdateRepositoryEncryptionKey",
      ] : "codecommit:${action}"]
      resources = [local.repository]
    }
  }

  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "TemplatesHold"
      effect    = "Deny"
      actions   = ["codecommit:UpdateApprovalRuleTemplateContent", "codecommit:UpdateApprovalRuleTemplateName", "codecommit:DeleteApprovalRuleTemplate"]
      resources = ["*"]
    }
  }

  # A stage's own rollback would apply an old plan; a window is opened in project.yaml, by a pull request.
  statement {
    sid       = "NoWayAround"
    effect    = "Deny"
    actions   = ["codepipeline:OverrideStageCondition", "codepipeline:RollbackStage"]
    resources = ["${local.pipeline}/*"]
  }

  # A build that somebody starts, or changes, does whatever they tell it, with the rights of its role.
  statement {
    sid       = "OnlyThePipelineBuilds"
    effect    = "Deny"
    actions   = [for action in ["StartBuild", "StartBuildBatch", "RetryBuild", "RetryBuildBatch", "UpdateProject", "DeleteProject"] : "codebuild:${action}"]
    resources = ["${local.arn.codebuild}:project/${local.prefix}-*"]
  }

  statement {
    sid       = "RolesOfBuildsAreTheirs"
    effect    = "Deny"
    actions   = ["iam:PassRole", "sts:AssumeRole"]
    resources = concat(["arn:${local.partition}:iam::${local.account}:role/${local.prefix}-*"], flatten([for roles in values(local.deploy_roles) : values(roles)]))
  }

  statement {
    sid       = "WhatWasApprovedStays"
    effect    = "Deny"
    actions   = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketVersioning"]
    resources = [local.artifacts, "${local.artifacts}/*"]
  }

  statement {
    sid       = "ThePipelineStays"
    effect    = "Deny"
    actions   = ["codepipeline:UpdatePipeline", "codepipeline:DeletePipeline", "codepipeline:PutActionRevision"]
    resources = [local.pipeline, "${local.pipeline}/*"]
  }

  # Who starts a run may choose its commit.
  statement {
    sid       = "OnlyApproversApproveAndStart"
    effect    = "Deny"
    actions   = ["codepipeline:PutApprovalResult", "codepipeline:StartPipelineExecution"]
    resources = [local.pipeline, "${local.pipeline}/*"]

    dynamic "condition" {
      for_each = length(local.approvers) > 0 ? [local.approvers] : []

      content {
        test     = "ArnNotLike"
        variable = "aws:PrincipalArn"
        values   = flatten([for role in condition.value : ["arn:${local.partition}:iam::${local.account}:role/${role}", "arn:${local.partition}:iam::${local.account}:role/*/${role}"]])
      }
    }
  }
}

# In the policy of every role that is made here, whatever else is ever granted to it.
data "aws_iam_policy_document" "no_approval" {
  statement {
    sid       = "NoMachineApproves"
    effect    = "Deny"
    actions   = ["codepipeline:PutApprovalResult", "codepipeline:OverrideStageCondition", "codecommit:UpdatePullRequestApprovalState", "codecommit:OverridePullRequestApprovalRules"]
    resources = ["*"]
  }
}
