# What an administrator creates before the pipeline: once per environment, and once for the delivery account.
# The state bucket and its key, the boundaries of all roles, and the roles that the pipeline deploys with.

module "project" {
  source = "../modules/project"

  settings    = yamldecode(file("${path.root}/../project.yaml"))
  environment = var.environment
}

data "aws_partition" "current" {}

locals {
  prefix     = module.project.prefix
  names      = module.project.names
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  account    = module.project.environment.account
  region     = module.project.environment.region

  # The delivery account has no environment to deploy to: there, only the state and the boundary are made.
  is_environment = var.environment != "pipeline"

  # "arn:aws:glue:eu-west-1:111111111111" and the like: the prefix of this environment's ARNs.
  arn = { for service in ["athena", "budgets", "cloudwatch", "dynamodb", "ec2", "events", "glue", "iam", "kms", "lambda", "logs", "secretsmanager", "sns", "sqs", "chatbot"] :
    service => "arn:${local.partition}:${service}:${contains(["budgets", "chatbot", "iam"], service) ? "" : local.region}:${local.account}"
  }
  bucket = { for purpose, name in module.project.buckets : purpose => "arn:${local.partition}:s3:::${name}" }
  state  = "arn:${local.partition}:s3:::${local.names.state_bucket}"

  # These hold the client's data: no deployment reads or writes it.
  data_objects = [for purpose, arn in local.bucket : "${arn}/*" if purpose != "script"]

  # Resources without a name are identified by their tags.
  own_tags = [for kind in ["Resource", "Request"] : [
    for name in ["Project", "Environment"] : { test = "StringEquals", variable = "aws:${kind}Tag/${name}", values = [module.project.tags[name]] }
  ]]
  tagged        = local.own_tags[0]
  tagging       = local.own_tags[1]
  not_of_others = [for condition in local.tagged : merge(condition, { test = "StringEqualsIfExists" })]
}
