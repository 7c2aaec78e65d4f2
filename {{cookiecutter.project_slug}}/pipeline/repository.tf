# The repository: in CodeCommit, new or existing, or one that AWS reaches through a connection.

locals {
  _repository = { for name in [local.git.repository] : name => name if local.has_codecommit }
  _connection = { for name in [module.project.project.slug] : name => name if !local.has_codecommit && local.delivery.connection == null }

  repository = "${local.arn.codecommit}:${local.git.repository}"
  branch     = "refs/heads/${local.git.branch}"
  connection = local.has_codecommit ? null : local.delivery.connection != null ? local.delivery.connection : aws_codeconnections_connection.this[module.project.project.slug].arn
  # The ARN of a connection from before 2024 has the service's old name, and so do its policies.
  connections = local.delivery.connection == null ? "codeconnections" : split(":", local.delivery.connection)[2]

  # The providers' names in CodeBuild, the addresses to clone from, and the providers' names in a connection.
  _providers = {
    codecommit = { build = "CODECOMMIT", connection = null, address = "https://git-codecommit.${local.region}.${data.aws_partition.current.dns_suffix}/v1/repos/${local.git.repository}" }
    github     = { build = "GITHUB", connection = "GitHub", address = "https://github.com/${local.git.repository}.git" }
    gitlab     = { build = "GITLAB", connection = "GitLab", address = "https://gitlab.com/${local.git.repository}.git" }
    bitbucket  = { build = "BITBUCKET", connection = "Bitbucket", address = "https://bitbucket.org/${local.git.repository}.git" }
  }
  provider = local._providers[local.git.provider]
}

# To adopt a repository that exists (from `make push`, or older): make pipeline ADOPT=true.
import {
  for_each = var.adopt_repository ? local._repository : {}

  to = aws_codecommit_repository.this[each.key]
  id = each.key
}

# Encrypted with AWS's key: if a key of ours were removed with the pipeline, the code would be lost.
resource "aws_codecommit_repository" "this" {
  for_each = local._repository

  repository_name = each.key
  description     = "${module.project.project.slug}: ${local.git.branch} is what the pipeline delivers"

  # The code and its history are kept, even if the pipeline is destroyed or the name in project.yaml changes.
  lifecycle {
    prevent_destroy = true
  }
}

# Pending until a person authorises it in the console, once.
resource "aws_codeconnections_connection" "this" {
  for_each = local._connection

  name          = each.key
  provider_type = local.provider.connection
}
