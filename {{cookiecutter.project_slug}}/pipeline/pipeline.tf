# The pipeline of stage.tf. Runs wait for each other; a failed stage stops its run.
# No stage rolls back automatically: that would apply an old plan to a newer state.

resource "aws_codepipeline" "this" {
  name           = local.prefix
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED"

  artifact_store {
    location = module.storage.buckets["artifact"]
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.this.arn
      type = "KMS"
    }
  }

  dynamic "stage" {
    for_each = local.stages

    content {
      name = stage.value.name

      # Before its deploy window an environment waits; if the window has closed again, the stage fails.
      dynamic "before_entry" {
        for_each = stage.value.window == null ? [] : [stage.value.window]

        content {
          condition {
            result = "FAIL"

            rule {
              name          = "DeployWindow"
              configuration = { Cron = "* * ${before_entry.value.hours} ? * ${before_entry.value.days} *", TimeZone = before_entry.value.time_zone }

              rule_type_id {
                category = "Rule"
                owner    = "AWS"
                provider = "DeploymentWindow"
                version  = "1"
              }
            }
          }
        }
      }

      dynamic "action" {
        for_each = stage.value.actions

        content {
          name               = action.value.name
          category           = action.value.category
          owner              = "AWS"
          provider           = action.value.provider
          version            = "1"
          run_order          = action.value.order
          namespace          = action.value.namespace
          input_artifacts    = action.value.inputs
          output_artifacts   = action.value.outputs
          configuration      = action.value.configuration
          timeout_in_minutes = action.value.timeout
        }
      }
    }
  }

  dynamic "trigger" {
    for_each = local.has_codecommit ? [] : [local.git.branch]

    content {
      provider_type = "CodeStarSourceConnection"

      git_configuration {
        source_action_name = "Source"

        push {
          branches {
            includes = [trigger.value]
          }
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.pipeline, aws_codebuild_project.this]
}
