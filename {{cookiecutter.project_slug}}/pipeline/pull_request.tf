# Pull requests of GitHub, GitLab and Bitbucket: the same build, started by a small pipeline, because only a pipeline gets events of a connection.
# For CodeCommit a rule starts the build: trigger.tf.

locals {
  _pull_request_pipeline  = { for name in ["${local.prefix}-pull-request"] : name => name if !local.has_codecommit }
  _pull_request_variables = { COMMIT = "#{source.CommitId}", SOURCE_COMMIT = "#{source.CommitId}", REPOSITORY = "#{source.FullRepositoryName}" }
}

resource "aws_codepipeline" "pull_request" {
  for_each = local._pull_request_pipeline

  name           = each.key
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "PARALLEL"

  artifact_store {
    location = module.storage.buckets["artifact"]
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.this.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = local._source.provider
      version          = "1"
      namespace        = "source"
      output_artifacts = ["source"]
      configuration    = local._source.configuration
    }
  }

  stage {
    name = "PullRequest"

    action {
      name            = "PullRequest"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["source"]
      configuration = {
        ProjectName          = local.delivery.builds.pull-request
        EnvironmentVariables = jsonencode([for name, value in local._pull_request_variables : { name = name, value = value, type = "PLAINTEXT" }])
      }
    }
  }

  trigger {
    provider_type = "CodeStarSourceConnection"

    git_configuration {
      source_action_name = "Source"

      pull_request {
        events = ["OPEN", "UPDATED"]

        branches {
          includes = [local.git.branch]
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.pipeline, aws_codebuild_project.this]
}
