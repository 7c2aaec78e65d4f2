# The permissions of each build: named grants, and for each build a list of them.

locals {
  deploy_roles = { for name, environment in local.environments : name => {
    for kind in ["plan", "apply", "smoke", "read"] : kind => "arn:${local.partition}:iam::${environment.account}:role/${environment["${kind}_role"]}"
  } }

  grants = merge({
    take_source               = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = local.source_objects }
    find_artifacts            = { actions = ["s3:GetBucketAcl", "s3:GetBucketLocation"], resources = [local.artifacts] }
    find_record               = { actions = ["s3:ListBucket"], resources = [local.artifacts] }
    clone                     = local._clone
    clone_by_token            = { actions = [for action in ["GetConnection", "GetConnectionToken"] : "${local.connections}:${action}"], resources = [local.connection] }
    read_requests             = { actions = ["codecommit:ListPullRequests", "codecommit:GetPullRequest", "codecommit:GetPullRequestApprovalStates"], resources = [local.repository] }
    comment                   = { actions = ["codecommit:GetPullRequest", "codecommit:GetCommentsForPullRequest", "codecommit:PostCommentForPullRequest"], resources = [local.repository] }
    notify                    = { actions = ["sns:Publish"], resources = concat(["${local.arn.sns}:${local.names.topic}-*"], [for target in module.project.notifications : target.arn if target.protocol == "topic"]) }
    remember                  = { actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources = ["${local.arn.dynamodb}:table/${local.names.ledger}"] }
    refresh_every_environment = { actions = ["sts:AssumeRole"], resources = [for roles in local.deploy_roles : roles.read] }
    read_record               = { actions = ["s3:GetObject"], resources = ["${local.artifacts}/deployed/*", "${local.artifacts}/summaries/*"] }
    read_execution            = { actions = ["codepipeline:GetPipelineExecution", "codepipeline:ListActionExecutions"], resources = [local.pipeline] }
    read_approval             = { actions = ["codepipeline:ListActionExecutions"], resources = [local.pipeline] }
    }, [for name, roles in local.deploy_roles : merge({
      "hand_over_${name}" = { actions = ["s3:PutObject"], resources = [local.plan_objects[name]] }
      "summarise_${name}" = { actions = ["s3:PutObject"], resources = ["${local.artifacts}/summaries/*/${name}.md"] }
      "take_plan_${name}" = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = [local.plan_objects[name]] }
      "record_${name}"    = { actions = ["s3:GetObject", "s3:PutObject"], resources = ["${local.artifacts}/deployed/${name}.json"] }
    }, { for kind, role in roles : "${kind}_${name}" => { actions = ["sts:AssumeRole"], resources = [role] } if kind != "read" })]...
  )

  # A full clone of a pipeline's source needs UseConnection (CodePipeline User Guide, "Add CodeBuild GitClone permissions for connections").
  # A connection reaches every repository that it is installed for; this build may use one (Developer Tools User Guide, "Permissions reference for AWS CodeConnections").
  _clone = {
    actions    = [local.has_codecommit ? "codecommit:GitPull" : "${local.connections}:UseConnection"]
    resources  = [local.has_codecommit ? local.repository : local.connection]
    conditions = { for variable in ["${local.connections}:FullRepositoryId"] : variable => [local.git.repository] if !local.has_codecommit }
  }

  # The source artifact of the pipeline is a reference, which the build clones.
  _handed_over = ["take_source", "find_artifacts", "clone"]
  _tell        = ["notify", "remember"]
  granted = merge({
    check        = local._handed_over
    pull-request = concat(local.has_codecommit ? ["clone", "comment"] : local._handed_over, ["refresh_every_environment"])
    # Without a pipeline, CodeBuild clones with a token of the connection (CodeBuild User Guide, "GitHub App connections"). Only main's code runs there.
    drift  = concat(local._tell, local.has_codecommit ? ["clone"] : ["clone", "clone_by_token"], ["refresh_every_environment", "find_record", "read_record"])
    notify = concat(local._handed_over, local._tell, ["find_record", "read_record", "read_execution"])
    }, [for name in keys(local.environments) : {
      "plan-${name}"  = concat(local._handed_over, local._tell, ["plan_${name}", "hand_over_${name}", "summarise_${name}", "find_record", "read_record", "read_execution"], local.has_codecommit ? ["read_requests"] : [])
      "apply-${name}" = concat(local._handed_over, local._tell, ["apply_${name}", "take_plan_${name}", "find_record", "record_${name}", "read_approval"])
      "smoke-${name}" = concat(local._handed_over, local._tell, ["smoke_${name}", "find_record", "record_${name}"])
    }]...
  )
}

data "aws_iam_policy_document" "trust_build" {
  for_each = local.builds

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["${local.arn.codebuild}:project/${local.delivery.builds[each.key]}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "build" {
  for_each = local.builds

  name                 = local.delivery.builds[each.key]
  assume_role_policy   = data.aws_iam_policy_document.trust_build[each.key].json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "build" {
  for_each = local.builds

  name   = "what-${each.key}-does"
  role   = aws_iam_role.build[each.key].id
  policy = data.aws_iam_policy_document.build[each.key].json
}
