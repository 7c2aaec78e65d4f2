# The permissions of the pipelines: read the source, start their own builds, ask for approvals.

data "aws_iam_policy_document" "trust_pipeline" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = concat([local.pipeline], [for name in keys(local._pull_request_pipeline) : "${local.arn.codepipeline}:${name}"])
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "pipeline" {
  source_policy_documents = [data.aws_iam_policy_document.use_key["write"].json, data.aws_iam_policy_document.no_approval.json]

  statement {
    sid       = "Artifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = concat(local.source_objects, values(local.plan_objects))
  }

  statement {
    sid       = "ArtifactBucket"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
    resources = [local.artifacts]
  }

  statement {
    sid       = "Source"
    actions   = local.has_codecommit ? [for action in ["GetBranch", "GetCommit", "GetRepository"] : "codecommit:${action}"] : ["${local.connections}:UseConnection"]
    resources = [local.has_codecommit ? local.repository : local.connection]
  }

  statement {
    sid       = "Builds"
    actions   = ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"]
    resources = [for build in local.delivery.builds : "${local.arn.codebuild}:project/${build}"]
  }
}

resource "aws_iam_role" "pipeline" {
  name                 = local.prefix
  assume_role_policy   = data.aws_iam_policy_document.trust_pipeline.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "what-the-pipeline-does"
  role   = aws_iam_role.pipeline.id
  policy = data.aws_iam_policy_document.pipeline.json
}
