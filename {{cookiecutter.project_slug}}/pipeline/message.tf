# What is told of events, by its kind. That an approval waits, and why a build refused, the builds tell themselves: delivery/.

locals {
  _consoles = { aws = "console.aws.amazon.com", aws-cn = "console.amazonaws.cn", aws-us-gov = "console.amazonaws-us-gov.com" }
  _console  = "https://${local.region}.${local._consoles[local.partition]}/codesuite"
  _run      = "${local._console}/codepipeline/pipelines/${local.prefix}/executions/<execution>/timeline"
  _request  = "${local._console}/codecommit/repositories/${local.git.repository}/pull-requests/<number>"

  _execution      = { execution = "$.detail.execution-id" }
  _failed         = { execution = "$.detail.execution-id", stage = "$.detail.stage", summary = "$.detail.execution-result.external-execution-summary" }
  _of_request     = { number = "$.detail.pullRequestId", who = "$.detail.callerUserArn" }
  _unrun_projects = [for build in ["pull-request", "drift"] : local.delivery.builds[build]]

  _of_pipeline = { source = "aws.codepipeline", type = "CodePipeline Pipeline Execution State Change", paths = local._execution }
  _of_action   = { source = "aws.codepipeline", type = "CodePipeline Action Execution State Change", paths = local._failed }

  _everywhere = {
    started          = merge(local._of_pipeline, { kind = "pipeline started", description = "A delivery began", detail = { pipeline = [local.prefix], state = ["STARTED"] }, text = "${local.prefix} began to deliver a change: ${local._run}" })
    failed           = merge(local._of_pipeline, { kind = "pipeline failed", description = "A delivery stopped", detail = { pipeline = [local.prefix], state = ["FAILED"] }, text = "${local.prefix} stopped, later environments stay as they are. What failed, and what to do next (docs/change-management.md): ${local._run}" })
    approval-refused = merge(local._of_action, { kind = "pipeline failed", description = "An approval was refused, or nobody gave it in time", detail = { pipeline = [local.prefix], state = ["FAILED"], type = { category = ["Approval"] } }, text = "<stage> is not approved and stays as it is: it was rejected, or nobody answered in time. <summary> ${local._run}" })
    build-failed = {
      kind   = "alarm", description = "A build outside of the pipeline failed", source = "aws.codebuild", type = "CodeBuild Build State Change"
      detail = { project-name = local._unrun_projects, build-status = ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"] }
      paths  = { project = "$.detail.project-name", status = "$.detail.build-status", log = "$.detail.additional-information.logs.deep-link" }
      text   = "<project> ended as <status>. Its log: <log>"
    }
  }

  _of_requests = { source = "aws.codecommit", type = "CodeCommit Pull Request State Change", paths = local._of_request }
  _at_branch   = { repositoryNames = [local.git.repository], destinationReference = [local.branch] }

  _of_codecommit = {
    request-opened     = merge(local._of_requests, { kind = "pull request opened", description = "A pull request was opened", detail = merge(local._at_branch, { event = ["pullRequestCreated"] }), text = "<who> opened pull request <number>, look at it: ${local._request}" })
    request-approved   = merge(local._of_requests, { kind = "pull request approved", description = "A pull request was approved", detail = merge(local._at_branch, { event = ["pullRequestApprovalStateChanged"], approvalStatus = ["APPROVE"] }), text = "<who> approved pull request <number>: ${local._request}" })
    request-overridden = merge(local._of_requests, { kind = "pull request overridden", description = "The approvals of a pull request were overridden", detail = { repositoryNames = [local.git.repository], event = ["pullRequestApprovalRuleOverridden"], overrideStatus = ["OVERRIDE"] }, text = "<who> overrode the approvals that pull request <number> needs. Ask why: ${local._request}" })
    pushed-directly = {
      kind   = "alarm", description = "The branch was changed without a pull request", source = "aws.codecommit", type = "CodeCommit Repository State Change"
      detail = { repositoryName = [local.git.repository], event = ["referenceUpdated", "referenceDeleted"], referenceFullName = [local.branch], mergeOption = [{ exists = false }] }
      paths  = { who = "$.detail.callerUserArn", commit = "$.detail.commitId" }
      text   = "<who> changed ${local.git.branch} without a pull request, it is now at <commit>. Ask why, and revert it if nobody approved it: ${local._console}/codecommit/repositories/${local.git.repository}/commits"
    }
  }

  messages = merge(local._everywhere, { for name, message in local._of_codecommit : name => message if local.has_codecommit })
}
