# Permissions of developers and approvers: read code, discuss and merge pull requests, watch the pipeline.

data "aws_iam_policy_document" "review" {
  source_policy_documents = [data.aws_iam_policy_document.use_key["look"].json]

  dynamic "statement" {
    for_each = local._repository

    content {
      sid = "ReadCode"
      actions = [for action in [
        "GitPull", "GetRepository", "BatchGetRepositories", "GetBranch", "ListBranches", "GetReferences", "GetCommit", "BatchGetCommits", "GetTree", "GetDifferences",
        "GetObjectIdentifier", "GetFile", "GetFolder", "GetBlob", "GetCommitHistory", "GetCommitsFromMergeBase", "ListFileCommitHistory",
        "ListPullRequests", "GetPullRequest", "BatchGetPullRequests", "DescribePullRequestEvents", "GetMergeOptions", "GetMergeConflicts", "DescribeMergeConflicts", "BatchDescribeMergeConflicts", "GetMergeCommit",
        "EvaluatePullRequestApprovalRules", "GetPullRequestApprovalStates", "GetPullRequestOverrideState", "ListAssociatedApprovalRuleTemplatesForRepository",
        "GetComment", "GetCommentReactions", "GetCommentsForPullRequest", "GetCommentsForComparedCommit",
      ] : "codecommit:${action}"]
      resources = [local.repository]
    }
  }

  dynamic "statement" {
    for_each = local._repository

    content {
      sid = "PullRequests"
      # A fast-forward merge merges exactly what was reviewed. The others accept content from the person who merges (CodeCommit API,
      # MergePullRequestBySquash and MergePullRequestByThreeWay, conflictResolution.replaceContents).
      actions = [for action in [
        "CreatePullRequest", "UpdatePullRequestTitle", "UpdatePullRequestDescription", "UpdatePullRequestStatus", "UpdatePullRequestApprovalState",
        "MergePullRequestByFastForward", "CreateUnreferencedMergeCommit",
        "PostCommentForPullRequest", "PostCommentForComparedCommit", "PostCommentReply", "UpdateComment", "DeleteCommentContent", "PutCommentReaction",
      ] : "codecommit:${action}"]
      resources = [local.repository]
    }
  }

  statement {
    sid       = "WatchThePipeline"
    actions   = [for action in ["GetPipeline", "GetPipelineState", "GetPipelineExecution", "ListPipelineExecutions", "ListActionExecutions", "ListRuleExecutions"] : "codepipeline:${action}"]
    resources = concat([local.pipeline], [for name in keys(local._pull_request_pipeline) : "${local.arn.codepipeline}:${name}"])
  }

  statement {
    sid       = "WatchBuilds"
    actions   = ["codebuild:BatchGetBuilds", "codebuild:BatchGetProjects", "codebuild:ListBuildsForProject"]
    resources = ["${local.arn.codebuild}:project/${local.prefix}-*"]
  }

  statement {
    sid       = "ReadLogs"
    actions   = ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:DescribeLogStreams"]
    resources = ["${local.arn.logs}:log-group:/aws/codebuild/${local.prefix}-*"]
  }

  # The lists that the console's pages start with.
  statement {
    sid       = "FindPages"
    actions   = ["codepipeline:ListPipelines", "codecommit:ListRepositories", "codebuild:ListProjects", "logs:DescribeLogGroups"]
    resources = ["*"]
  }

  # Without ListBucket, S3 answers "forbidden" for a missing object: `make deployed` may ask before the first delivery.
  statement {
    sid       = "FindSummaries"
    actions   = ["s3:ListBucket"]
    resources = [local.artifacts]
  }

  # Only builds read the plans themselves: they contain more than a summary shows.
  statement {
    sid       = "ReadSummaries"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${local.artifacts}/summaries/*", "${local.artifacts}/deployed/*"]
  }
}
