# The artifacts between actions, and what outlives an execution: summaries for approvers, the record of deployments.

module "storage" {
  source = "../modules/storage"

  buckets = local.delivery.buckets
  account = local.account
  key     = aws_kms_key.this.arn

  expiring = {
    artifact   = { for folder in distinct([local.artifact_folder, local.pull_request_folder, "summaries"]) : "${folder}/" => 365 }
    access-log = { "" = 365 }
  }
}

locals {
  # CodePipeline cuts a pipeline's name to 20 characters and an artifact's to 10 when it names folders in the bucket.
  artifact_folder     = substr(local.prefix, 0, min(20, length(local.prefix)))
  pull_request_folder = substr("${local.prefix}-pull-request", 0, 20)

  source_objects = distinct([for folder in concat([local.artifact_folder], local.has_codecommit ? [] : [local.pull_request_folder]) : "${local.artifacts}/${folder}/source/*"])
  plan_objects = { for name in keys(local.environments) :
    name => "${local.artifacts}/${local.artifact_folder}/${substr("plan_${name}", 0, min(10, length("plan_${name}")))}/*"
  }
}
