# The builds. Each has its own buildspec and its own role, with the permissions of role_build.tf.

locals {
  _variables = { PREFIX = local.prefix, NOTIFICATION_ROUTES = module.notification.routes, LEDGER_TABLE = local.names.ledger, SUMMARY_BUCKET = local.delivery.buckets.artifact }
  # A pull request's build and the drift check plan every environment, in promotion order, with a role that cannot touch the lock of its state.
  _plan_roles = { PLAN_ROLES = jsonencode([for environment in local.delivery.environments : { environment = environment.name, role = local.deploy_roles[environment.name].read }]) }

  # The pipeline checks the deploy window before the plan, and the apply checks it again, because an approval may take hours.
  _windows = { for name, environment in local.environments : name => { for window in [environment.deploy_window] : "DEPLOY_WINDOW" => jsonencode(window) if window != null } }

  # The plan's build notifies the approvers, right before the pipeline waits for them.
  _asking = { for name, environment in local.environments : name => { for key in ["APPROVAL_MINUTES"] : key => tostring(local.delivery.approval_timeout_minutes) if environment.approval } }

  # The approver of an environment sees the result of the change in the environment before it.
  _before = { for number, environment in local.delivery.environments : environment.name => { ENVIRONMENT_BEFORE = local.delivery.environments[number - 1].name } if number > 0 }

  # The sources of builds that no pipeline starts, and of those that one does.
  _cloned = { type = local.provider.build, location = local.provider.address }
  _handed = { type = "CODEPIPELINE", location = null }

  # The pipeline's builds get their buildspec and branch from here, not from the commit that they build:
  # no code of a commit may run before the build knows that the commit is on the branch.
  _own_buildspec   = { for build, each in local.builds : build => each if each.source.type == "CODEPIPELINE" && build != "pull-request" }
  _branch          = { BRANCH = local.git.branch, REPOSITORY = local.git.repository }
  _only_the_branch = file("${path.module}/../buildspecs/only_the_branch.sh")
  _only_forward    = file("${path.module}/../buildspecs/only_forward.sh")

  builds = merge(
    {
      check        = { buildspec = "check", minutes = 60, size = "MEDIUM", at_once = null, source = local._handed, variables = {} }
      pull-request = { buildspec = "pull-request", minutes = 90, size = "MEDIUM", at_once = null, source = local.has_codecommit ? local._cloned : local._handed, variables = local._plan_roles }
      drift        = { buildspec = "drift", minutes = 60, size = "SMALL", at_once = 1, source = local._cloned, variables = merge(local._variables, local._plan_roles) }
      notify       = { buildspec = "notify", minutes = 10, size = "SMALL", at_once = null, source = local._handed, variables = local._variables }
    },
    [for name in keys(local.environments) : {
      for kind, minutes in { plan = 60, apply = 120, smoke = 60 } : "${kind}-${name}" => {
        buildspec                 = kind
        minutes                   = minutes
        size                      = "SMALL"
        at_once                   = kind == "apply" ? 1 : null
        source                    = local._handed
        variables                 = merge(local._variables, kind == "plan" ? merge(local._asking[name], lookup(local._before, name, {}), { GIT_PROVIDER = local.git.provider }) : {}, { ENVIRONMENT = name, ROLE_ARN = local.deploy_roles[name][kind] }, kind == "apply" ? local._windows[name] : {})
      }
    }]...
  )
}

resource "aws_codebuild_project" "this" {
  for_each = local.builds

  name                   = local.delivery.builds[each.key]
  description            = "buildspecs/${each.value.buildspec}.yml of ${module.project.project.slug}"
  service_role           = aws_iam_role.build[each.key].arn
  encryption_key         = aws_kms_key.this.arn
  build_timeout          = each.value.minutes
  queued_timeout         = 480
  concurrent_build_limit = each.value.at_once
  source_version         = each.value.source.type == "CODEPIPELINE" ? null : local.branch

  environment {
    type            = "LINUX_CONTAINER"
    image           = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    compute_type    = "BUILD_GENERAL1_${each.value.size}"
    privileged_mode = false

    dynamic "environment_variable" {
      for_each = merge(each.value.variables, contains(keys(local._own_buildspec), each.key) ? local._branch : {})

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  source {
    type            = each.value.source.type
    location        = each.value.source.location
    git_clone_depth = each.value.source.type == "CODEPIPELINE" ? null : 0
    buildspec       = contains(keys(local._own_buildspec), each.key) ? templatefile("${path.module}/../buildspecs/${each.value.buildspec}.yml", { only_the_branch = local._only_the_branch, only_forward = local._only_forward }) : "buildspecs/${each.value.buildspec}.yml"

    dynamic "auth" {
      for_each = each.value.source.type == "CODEPIPELINE" ? [] : compact([local.connection])

      content {
        type     = "CODECONNECTIONS"
        resource = auth.value
      }
    }
  }

  artifacts {
    type = each.value.source.type == "CODEPIPELINE" ? "CODEPIPELINE" : "NO_ARTIFACTS"
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build[each.key].name
    }
  }

  depends_on = [aws_iam_role_policy.build]
}

# The log group of every build, created before the first build writes to it: encrypted, kept for a year.

resource "aws_cloudwatch_log_group" "build" {
  for_each = local.builds

  name              = "/aws/codebuild/${local.delivery.builds[each.key]}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 365
}
