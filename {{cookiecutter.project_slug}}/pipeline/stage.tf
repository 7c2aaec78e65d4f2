# The pipeline as data: Source, Check, every environment in promotion order, Notify. pipeline.tf builds it.

locals {
  # Variables that CodePipeline replaces when an action starts.
  _of_this_run = { PIPELINE_EXECUTION = "#{codepipeline.PipelineExecutionId}", COMMIT = "#{source.CommitId}" }

  # A full clone: the builds need the history, and ask the repository for the head of its branch.
  _source = {
    name      = "Source", category = "Source", provider = local.has_codecommit ? "CodeCommit" : "CodeStarSourceConnection", order = 1
    namespace = "source", inputs = [], outputs = ["source"], timeout = null
    configuration = local.has_codecommit ? {
      RepositoryName = local.git.repository, BranchName = local.git.branch, PollForSourceChanges = "false", OutputArtifactFormat = "CODEBUILD_CLONE_REF"
      } : {
      ConnectionArn = local.connection, FullRepositoryId = local.git.repository, BranchName = local.git.branch, DetectChanges = "false", OutputArtifactFormat = "CODEBUILD_CLONE_REF"
    }
  }

  _build = { for build in keys(local.builds) : build => {
    name      = title(split("-", build)[0]), category = "Build", provider = "CodeBuild", order = 1
    namespace = null, inputs = ["source"], outputs = [], timeout = null
    configuration = {
      ProjectName          = local.delivery.builds[build], PrimarySource = "source"
      EnvironmentVariables = jsonencode([for name, value in local._of_this_run : { name = name, value = value, type = "PLAINTEXT" }])
    }
  } }

  _environment_actions = { for name, environment in local.environments : name => [for action in [
    merge(local._build["plan-${name}"], { order = 1, namespace = "plan_${name}", outputs = ["plan_${name}"] }),
    {
      name          = "Approve", category = "Approval", provider = "Manual", order = 2
      namespace     = null, inputs = [], outputs = [], timeout = local.delivery.approval_timeout_minutes
      configuration = { CustomData = "#{plan_${name}.SUMMARY}", ExternalEntityLink = "#{plan_${name}.SUMMARY_LINK}" }
    },
    merge(local._build["apply-${name}"], { order = 3, inputs = ["source", "plan_${name}"], configuration = merge(local._build["apply-${name}"].configuration, {
      EnvironmentVariables = jsonencode([for name, value in merge(local._of_this_run, { APPROVED_DIGEST = "#{plan_${name}.DIGEST}" }) : { name = name, value = value, type = "PLAINTEXT" }])
    }) }),
    merge(local._build["smoke-${name}"], { order = 4 }),
  ] : action if action.name != "Approve" || environment.approval] }

  stages = concat(
    [
      { name = "Source", window = null, actions = [local._source] },
      { name = "Check", window = null, actions = [local._build.check] },
    ],
    [for environment in local.delivery.environments : {
      name = environment.name, window = environment.deploy_window, actions = local._environment_actions[environment.name]
    }],
    [{ name = "Notify", window = null, actions = [local._build.notify] }],
  )

  approvals = [for name, environment in local.environments : "${local.pipeline}/${name}/Approve" if environment.approval]
}
