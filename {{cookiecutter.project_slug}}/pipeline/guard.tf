# Denials for developers and approvers, whatever their roles are granted: all of the delivery but what is named here.

data "aws_iam_policy_document" "guard" {
  # A build that somebody starts or changes does whatever they tell it, with the rights of its role; a stage's own rollback applies an old plan;
  # a window is opened in project.yaml, by a pull request.
  statement {
    sid         = "DeliveryStays"
    effect      = "Deny"
    not_actions = flatten([for actions in [local._reading, local._working] : [for service, names in actions : [for name in names : "${service}:${name}"]]])
    resources   = local._delivered
  }

  # Plans and states hold more than a summary shows.
  statement {
    sid     = "PlansAndStatesAreNotRead"
    effect  = "Deny"
    actions = ["s3:GetObject*"]
    resources = concat(
      [for folder in distinct([local.artifact_folder, local.pull_request_folder]) : "${local.artifacts}/${folder}/*"],
      ["arn:${local.partition}:s3:::${local._state_buckets}/*"],
    )
  }

  statement {
    sid         = "KeysStay"
    effect      = "Deny"
    not_actions = ["kms:Decrypt", "kms:Describe*", "kms:Get*", "kms:List*"]
    resources   = ["arn:${local.partition}:kms:*:${local.account}:key/*", "${local.arn.kms}:${local.names.key}"]

    condition {
      test     = "ForAnyValue:StringLike"
      variable = "kms:ResourceAliases"
      values   = [local.names.key, local._state_keys]
    }
  }

  # Who uses or exchanges the connection decides which code is delivered.
  dynamic "statement" {
    for_each = local._guarded_connection

    content {
      sid         = "ConnectionStays"
      effect      = "Deny"
      not_actions = [for action in ["GetConnection", "ListTagsForResource"] : "${local.connections}:${action}"]
      resources   = [statement.key]

      dynamic "condition" {
        for_each = statement.value

        content {
          test     = "StringEquals"
          variable = condition.key
          values   = [condition.value]
        }
      }
    }
  }

  statement {
    sid       = "TheGuardStays"
    effect    = "Deny"
    actions   = ["iam:DetachRolePolicy"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "iam:PolicyARN"
      values   = ["arn:${local.partition}:iam::${local.account}:policy/${local.prefix}-guard"]
    }
  }

  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "OnlyByPullRequest"
      effect    = "Deny"
      actions   = [for action in ["GitPush", "DeleteBranch", "CreateBranch", "CreateCommit", "PutFile", "DeleteFile", "MergeBranches*"] : "codecommit:${action}"]
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

  # A template belongs to no repository, so nothing tells ours from another: nobody may change any.
  dynamic "statement" {
    for_each = local._repository

    content {
      sid       = "TemplatesHold"
      effect    = "Deny"
      actions   = ["codecommit:UpdateApprovalRuleTemplate*", "codecommit:DeleteApprovalRuleTemplate"]
      resources = ["*"]
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
