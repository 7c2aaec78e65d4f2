# The notified events. Their texts are in lambda/notifications/messages/; builds notify themselves of a waiting plan, and of a refusal.

locals {
  _of_pipeline    = { source = "aws.codepipeline", type = "CodePipeline Pipeline Execution State Change" }
  _of_build       = { source = "aws.codebuild", type = "CodeBuild Build State Change" }
  _of_request     = { source = "aws.codecommit", type = "CodeCommit Pull Request State Change" }
  _of_branch      = { source = "aws.codecommit", type = "CodeCommit Repository State Change" }
  _at_branch      = { repositoryNames = [local.git.repository], destinationReference = [local.branch] }
  _broken         = ["FAULT", "TIMED_OUT"]
  _broken_or_said = concat(local._broken, ["FAILED", "STOPPED"])

  _everywhere = {
    started      = merge(local._of_pipeline, { description = "A delivery began", detail = { pipeline = [local.prefix], state = ["STARTED"] } })
    failed       = merge(local._of_pipeline, { description = "A delivery stopped", detail = { pipeline = [local.prefix], state = ["FAILED"] } })
    drift-failed = merge(local._of_build, { description = "The drift check failed", detail = { project-name = [local.delivery.builds.drift], build-status = local._broken_or_said } })
    # A failed check is already visible in the pull request.
    pull-request-failed = merge(local._of_build, { description = "The build of a pull request broke off", detail = { project-name = [local.delivery.builds.pull-request], build-status = local._broken } })
  }

  _of_codecommit = {
    request-opened     = merge(local._of_request, { description = "A pull request was opened", detail = merge(local._at_branch, { event = ["pullRequestCreated"] }) })
    request-approved   = merge(local._of_request, { description = "A pull request was approved", detail = merge(local._at_branch, { event = ["pullRequestApprovalStateChanged"], approvalStatus = ["APPROVE"] }) })
    request-overridden = merge(local._of_request, { description = "The approvals of a pull request were overridden", detail = { repositoryNames = [local.git.repository], event = ["pullRequestApprovalRuleOverridden"], overrideStatus = ["OVERRIDE"] } })
    pushed-directly    = merge(local._of_branch, { description = "The branch was changed without a pull request", detail = { repositoryName = [local.git.repository], event = ["referenceUpdated", "referenceDeleted"], referenceFullName = [local.branch], mergeOption = [{ exists = false }] } })
  }

  events = merge(local._everywhere, { for name, event in local._of_codecommit : name => event if local.has_codecommit })

  # What invokes each Lambda: events, or a schedule.
  calls = merge(
    { for name, event in local.events : name => { function = "tell_delivery", description = event.description, schedule = null, pattern = jsonencode({
      source = [event.source], account = [local.account], detail-type = [event.type], detail = event.detail
    }) } },
    { remind = { function = "remind_approvers", description = "Every hour: has a plan waited for long?", schedule = "rate(1 hour)", pattern = null } },
  )
}

resource "aws_cloudwatch_event_rule" "call" {
  for_each = local.calls

  name                = "${local.prefix}-${each.key}"
  description         = each.value.description
  state               = "ENABLED"
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
}

resource "aws_cloudwatch_event_target" "call" {
  for_each = local.calls

  rule      = aws_cloudwatch_event_rule.call[each.key].name
  target_id = each.value.function
  arn       = aws_lambda_function.this[each.value.function].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  depends_on = [aws_sqs_queue_policy.dead_letters, aws_lambda_permission.rules]
}
