# Permissions of the smoke test: it uploads a file of the canary dataset, follows it, reads the result, and removes it.

locals {
  _canary  = local.names.canary
  _folders = module.project.output_folders
  _written = ["${local.bucket.input}/${local._canary}/*"]
  _left    = concat([for folder in ["", "${local.names.database}/", "${local._folders.manifests}/", "${local._folders.commits}/", "${local._folders.reports}/"] : "${local.bucket.output}/${folder}${local._canary}/*"], ["${local.bucket.quarantine}/${local._canary}/*"])

  smoke = {
    Upload     = { actions = ["s3:PutObject"], resources = local._written }
    Look       = { actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = concat(local._written, local._left) }
    Find       = { actions = ["s3:ListBucket", "s3:ListBucketVersions"], resources = [for purpose in ["input", "output", "quarantine"] : local.bucket[purpose]] }
    Clear      = { actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"], resources = concat(local._written, local._left) }
    Ledger     = { actions = ["dynamodb:DeleteItem", "dynamodb:GetItem"], resources = ["${local.arn.dynamodb}:table/${local.names.ledger}"] }
    Tables     = { actions = ["glue:DeleteTable", "glue:GetTable"], resources = [for place in ["catalog", "database/${local.names.database}", "table/${local.names.database}/${local._canary}*"] : "${local.arn.glue}:${place}"] }
    ClientKeys = { actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = module.project.environment.foreign_keys, conditions = local.by_foreign_services }
    Key        = { actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = local.own.keys, conditions = concat(local.tagged, [{ test = "StringEquals", variable = "kms:ViaService", values = [for service in ["dynamodb", "s3"] : "${service}.${local.region}.${local.dns_suffix}"] }]) }
  }
}
