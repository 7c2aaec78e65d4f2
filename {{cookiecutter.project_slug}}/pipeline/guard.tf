# Denies developers and approvers everything in the delivery, except what is named here, whatever else their roles are granted.

data "aws_iam_policy_document" "guard" {
  # Whoever starts or changes a build runs any command with the permissions of its role; the rollback of a stage applies an old plan;
  # a deploy window is changed in project.yaml, by a pull request.
  statement {
    sid         = "DeliveryStays"
    effect      = "Deny"
    not_actions = flatten([for actions in [local._reading, local._working] : [for service, names in actions : [for name in names : "${service}:${name}"]]])
    resources   = local._delivered
  }

  # Plans and states contain more than a summary shows.
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

  # Whoever uses or replaces the connection decides which code is delivered.
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

      # The first request of a push names no reference yet; AWS authorizes again when it knows the reference.
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

# In the policy of every role of the delivery, whatever else it is granted.
data "aws_iam_policy_document" "no_approval" {
  statement {
    sid       = "NoMachineApproves"
    effect    = "Deny"
    actions   = ["codepipeline:PutApprovalResult", "codepipeline:OverrideStageCondition", "codecommit:UpdatePullRequestApprovalState", "codecommit:OverridePullRequestApprovalRules"]
    resources = ["*"]
  }
}
