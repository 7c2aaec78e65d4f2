# The resources that guard.tf protects, and the exceptions for the work of developers and approvers.

locals {
  # The resources of the delivery. One pattern matches builds, batches, sandboxes and reports: CodeBuild names each by its project.
  _delivered = concat(
    ["${local.arn.codebuild}:*/${local.prefix}-*"],
    [for name in ["${local.prefix}*", "webhook:${local.prefix}*"] : "${local.arn.codepipeline}:${name}"],
    [for name in keys(local._repository) : local.repository],
    # With every object in the bucket: its name ends with the account number, so it is no prefix of another bucket's name.
    [for bucket in concat(values(local.delivery.buckets), [local._state_buckets]) : "arn:${local.partition}:s3:::${bucket}*"],
    ["${local.arn.events}:rule/${local.prefix}-*"],
    ["arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.prefix}-*"],
    ["${local.arn.sns}:${local.prefix}-*", "${local.arn.sqs}:${local.prefix}-*"],
    ["${local.arn.dynamodb}:table/${local.prefix}-*"],
    ["${local.arn.logs}:log-group:/aws/*/${local.prefix}-*"],
    ["${local.arn.cloudwatch}:alarm:${local.prefix}-*"],
    [for kind in ["role/${local.prefix}*", "policy/${local.prefix}-*"] : "arn:${local.partition}:iam::${local.account}:${kind}"],
    [for environment in local.environments : "arn:${local.partition}:iam::${environment.account}:role/${trimsuffix(environment.plan_role, "plan")}*"],
    # Boundaries, and the policies of deploy roles.
    [for kind in ["*-boundary", "*-deploy-*"] : "arn:${local.partition}:iam::${local.account}:policy/${module.project.project.slug}-${kind}"],
  )

  # An environment may be in the delivery account, with its state. One pattern for all: the guard is one policy of 6,144 characters (IAM quotas).
  _state_buckets = replace(local.names.state_bucket, "-pipeline-state-", "-*-state-")
  _state_keys    = "alias/${module.project.project.slug}-*-state"

  # The ARN of the connection that pipeline/ creates is unknown before the apply; its tags are known.
  _guarded_connection = local.has_codecommit ? {} : local.delivery.connection == null ? {
    "arn:${local.partition}:codeconnections:${local.region}:${local.account}:connection/*" = { for name in ["Project", "Environment"] : "aws:ResourceTag/${name}" => module.project.tags[name] }
  } : { (local.delivery.connection) = {} }

  # Reading, which most of these roles may do anyway. The prefixes also match reading actions that AWS adds later.
  _reading = {
    cloudwatch   = ["Describe*", "Get*", "List*"]
    codebuild    = ["BatchGet*", "Describe*", "List*"]
    codecommit   = ["BatchDescribe*", "BatchGet*", "Describe*", "Evaluate*", "Get*", "GitPull", "List*"]
    codepipeline = ["Get*", "List*"]
    dynamodb     = ["Describe*", "GetItem", "List*", "Query"]
    events       = ["Describe*", "List*"]
    iam          = ["Get*", "List*"]
    lambda       = ["Get*", "List*"]
    logs         = ["Describe*", "Filter*", "Get*", "List*", "Start*"]
    s3           = ["Get*", "List*"]
    sns          = ["Get*", "List*"]
    sqs          = ["Get*", "List*", "ReceiveMessage"]
  }

  # What developers and approvers change in their work; person.tf says who may do which.
  _working = {
    codecommit = [
      "CreateBranch", "CreateCommit", "CreatePullRequest", "CreateUnreferencedMergeCommit", "DeleteBranch", "DeleteCommentContent", "DeleteFile", "GitPush",
      "MergeBranchesByFastForward", "MergeBranchesBySquash", "MergeBranchesByThreeWay", "MergePullRequestByFastForward",
      "PostCommentForComparedCommit", "PostCommentForPullRequest", "PostCommentReply", "PutCommentReaction", "PutFile", "UpdateComment",
      "UpdatePullRequestApprovalState", "UpdatePullRequestDescription", "UpdatePullRequestStatus", "UpdatePullRequestTitle",
    ]
    codepipeline = local._approving
  }

  _approving = ["PutApprovalResult", "RetryStageExecution", "StartPipelineExecution", "StopPipelineExecution"]
}
