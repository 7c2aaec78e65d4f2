# The automatic starts: the pipeline on a change of the branch, a build on each push to a pull request, the drift check on a schedule.
# With a connection, the pipelines get changes themselves: pipeline.tf, pull_request.tf.

locals {
  # The environment variables of a pull request's build, from the event. Only values that AWS generates: the name of a branch may contain code.
  _of_pull_request = {
    PULL_REQUEST_ID    = "$.detail.pullRequestId"
    REPOSITORY         = "$.detail.repositoryNames[0]"
    SOURCE_COMMIT      = "$.detail.sourceCommit"
    DESTINATION_COMMIT = "$.detail.destinationCommit"
  }

  triggers = merge({
    drift = {
      description = "Every morning: does what runs still match what was applied?"
      pattern     = null, schedule = "cron(0 5 * * ? *)", role = "start-build", paths = {}, template = null
      target      = "${local.arn.codebuild}:project/${local.delivery.builds.drift}"
    }
    }, { for name, trigger in {
      change = {
        description = "${local.git.branch} changed: deliver it"
        pattern     = { detail-type = ["CodeCommit Repository State Change"], detail = { event = ["referenceCreated", "referenceUpdated"], referenceFullName = [local.branch] } }
        schedule    = null, role = "start-pipeline", paths = {}, template = null
        target      = local.pipeline
      }
      pull-request = {
        description = "A pull request was opened, or its branch was pushed to: build it"
        pattern     = { detail-type = ["CodeCommit Pull Request State Change"], detail = { event = ["pullRequestCreated", "pullRequestSourceBranchUpdated"], destinationReference = [local.branch] } }
        schedule    = null, role = "start-build", paths = local._of_pull_request
        target      = "${local.arn.codebuild}:project/${local.delivery.builds.pull-request}"
        template = replace(replace(jsonencode({
          sourceVersion                = "<SOURCE_COMMIT>"
          environmentVariablesOverride = [for name in keys(local._of_pull_request) : { name = name, value = "<${name}>", type = "PLAINTEXT" }]
        }), "\\u003c", "<"), "\\u003e", ">")
      }
  } : name => trigger if local.has_codecommit })
}

resource "aws_cloudwatch_event_rule" "trigger" {
  for_each = local.triggers

  name                = "${local.prefix}-${each.key}"
  description         = each.value.description
  state               = "ENABLED"
  schedule_expression = each.value.schedule
  event_pattern       = each.value.pattern == null ? null : jsonencode(merge(each.value.pattern, { source = ["aws.codecommit"], resources = [local.repository] }))
}

resource "aws_cloudwatch_event_target" "trigger" {
  for_each = local.triggers

  rule      = aws_cloudwatch_event_rule.trigger[each.key].name
  target_id = each.value.role
  arn       = each.value.target
  role_arn  = aws_iam_role.starter[each.value.role].arn

  dynamic "input_transformer" {
    for_each = each.value.template == null ? [] : [each.value]

    content {
      input_paths    = input_transformer.value.paths
      input_template = input_transformer.value.template
    }
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_sqs_queue_policy.dead_letters, aws_iam_role_policy.starter]
}
