# The delivery of changes to every environment: repository, pull requests, builds, pipeline, approvals.
# A separate root module, which an administrator applies: no build may change the rules for builds.

module "project" {
  source = "../modules/project"

  settings    = yamldecode(file("${path.root}/../project.yaml"))
  environment = basename(abspath(path.root))
}

data "aws_partition" "current" {}

locals {
  prefix    = module.project.prefix
  names     = module.project.names
  delivery  = module.project.delivery
  git       = module.project.project.git
  approvers = module.project.project.approvers
  partition = data.aws_partition.current.partition
  account   = local.delivery.account
  region    = local.delivery.region

  environments   = { for environment in local.delivery.environments : environment.name => environment }
  has_codecommit = local.git.provider == "codecommit"

  # "arn:aws:codebuild:eu-west-1:333333333333" and the like: the prefix of this account's ARNs.
  arn = { for service in ["cloudwatch", "codebuild", "codecommit", "codepipeline", "dynamodb", "events", "kms", "logs", "sns", "sqs"] :
    service => "arn:${local.partition}:${service}:${local.region}:${local.account}"
  }

  # Composed, not read from the resources, so that a plan shows every policy in full.
  dead_letters = "${local.arn.sqs}:${local.names.event_dead_letter}"
  artifacts    = "arn:${local.partition}:s3:::${local.delivery.buckets.artifact}"
  pipeline     = "${local.arn.codepipeline}:${local.prefix}"
  boundary     = "arn:${local.partition}:iam::${local.account}:policy/${local.names.boundary}"
}
