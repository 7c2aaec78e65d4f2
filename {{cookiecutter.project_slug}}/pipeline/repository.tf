# The repository: CodeCommit, created here or existing, or a repository that AWS reaches by a connection.

locals {
  _repository = { for name in [local.git.repository] : name => name if local.has_codecommit }
  _connection = { for name in [module.project.project.slug] : name => name if !local.has_codecommit && local.delivery.connection == null }

  repository = "${local.arn.codecommit}:${local.git.repository}"
  branch     = "refs/heads/${local.git.branch}"
  connection = local.has_codecommit ? null : local.delivery.connection != null ? local.delivery.connection : aws_codeconnections_connection.this[module.project.project.slug].arn
  # A connection made before 2024 is called by its service's old name, in policies too.
  connections = local.delivery.connection == null ? "codeconnections" : split(":", local.delivery.connection)[2]

  # What CodeBuild calls the providers, where it clones from, and what a connection calls them.
  _providers = {
    codecommit = { build = "CODECOMMIT", connection = null, address = "https://git-codecommit.${local.region}.${data.aws_partition.current.dns_suffix}/v1/repos/${local.git.repository}" }
    github     = { build = "GITHUB", connection = "GitHub", address = "https://github.com/${local.git.repository}.git" }
    gitlab     = { build = "GITLAB", connection = "GitLab", address = "https://gitlab.com/${local.git.repository}.git" }
    bitbucket  = { build = "BITBUCKET", connection = "Bitbucket", address = "https://bitbucket.org/${local.git.repository}.git" }
  }
  provider = local._providers[local.git.provider]
}

# A repository that `make push` or somebody else made before is adopted: make pipeline ADOPT=true.
import {
  for_each = var.adopt_repository ? local._repository : {}

  to = aws_codecommit_repository.this[each.key]
  id = each.key
}

# Encrypted by AWS's own key: one of ours, removed with the pipeline, would take the code with it.
resource "aws_codecommit_repository" "this" {
  for_each = local._repository

  repository_name = each.key
  description     = "${module.project.project.slug}: ${local.git.branch} is what the pipeline delivers"

  # The code and its history stay, whatever becomes of the pipeline or of the name in project.yaml.
  lifecycle {
    prevent_destroy = true
  }
}

# Pending until a person has authorised it once, in the console.
resource "aws_codeconnections_connection" "this" {
  for_each = local._connection

  name          = each.key
  provider_type = local.provider.connection
}
