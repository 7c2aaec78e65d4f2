output "prefix" {
  description = "What every name but a bucket's begins with: <slug>-<environment>."
  value       = local.prefix

  precondition {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.settings.slug)) && length(var.settings.slug) >= 3 && length(var.settings.slug) <= 24
    error_message = "The slug \"${var.settings.slug}\" must be 3 to 24 lower-case letters, digits and single hyphens, starting with a letter."
  }
}

output "project" {
  description = "What holds for every environment: name, slug, tags, approvers, git, glue_version."
  value = {
    name         = var.settings.name
    slug         = var.settings.slug
    tags         = var.settings.tags
    approvers    = var.settings.approvers
    git          = merge(var.settings.git, { repository = coalesce(var.settings.git.repository, var.settings.slug) })
    glue_version = var.settings.glue_version
  }

  precondition {
    condition     = contains(["5.1", "6.0"], var.settings.glue_version)
    error_message = "glue_version \"${var.settings.glue_version}\" must be \"5.1\" or \"6.0\", in quotes."
  }
  precondition {
    condition     = contains(["codecommit", "github", "gitlab", "bitbucket"], var.settings.git.provider)
    error_message = "git.provider \"${var.settings.git.provider}\" must be codecommit, github, gitlab or bitbucket."
  }
}

output "environment" {
  description = "This environment's entry with its region and network resolved."
  value       = local.environment

  precondition {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.environment))
    error_message = "The environment \"${var.environment}\" must be 2 to 8 lower-case letters and digits, starting with a letter."
  }
  precondition {
    condition     = can(regex("^[0-9]{12}$", local.environment.account))
    error_message = "The account of environment \"${var.environment}\" must be 12 digits in quotes; it is \"${local.environment.account}\"."
  }
  precondition {
    condition     = (local.environment.network.cidr == null) != (local.environment.network.vpc == null)
    error_message = "The network of environment \"${var.environment}\" must name either a cidr (a new VPC) or a vpc with its subnets (an existing one)."
  }
  precondition {
    condition     = local.environment.network.vpc == null || length(local.environment.network.subnets) > 0
    error_message = "The network of environment \"${var.environment}\" names the VPC ${coalesce(local.environment.network.vpc, "-")} but none of its subnets."
  }
  precondition {
    condition     = local.environment.network.cidr == null || can(cidrsubnet(local.environment.network.cidr, 4, 15))
    error_message = "The cidr \"${coalesce(local.environment.network.cidr, "-")}\" of environment \"${var.environment}\" is no IPv4 block."
  }
  precondition {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], local.environment.worker_type)
    error_message = "The worker_type \"${local.environment.worker_type}\" of environment \"${var.environment}\" must be G.1X, G.2X, G.4X or G.8X."
  }
  precondition {
    condition     = local.environment.workers >= 2 && local.environment.workers <= 299
    error_message = "Environment \"${var.environment}\" must have 2 to 299 workers; it has ${local.environment.workers}."
  }
}

output "notifications" {
  description = "Who is told, each entry with all its keys, by a stable name."
  value       = local.notifications

  precondition {
    condition     = length(local.notifications) == length(var.settings.notifications)
    error_message = "project.yaml names a notification target twice."
  }
  precondition {
    condition     = alltrue([for target in var.settings.notifications : contains(["email", "sms", "https", "slack", "teams", "topic"], target.protocol)])
    error_message = "The protocol of a notification must be email, sms, https, slack, teams or topic."
  }
}

output "buckets" {
  description = "The bucket names by purpose: input, script, output, quarantine, access-log."
  value       = local.buckets

  precondition {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", local.bucket_prefix)) && length(local.bucket_prefix) >= 3 && length(local.bucket_prefix) <= 20
    error_message = "The bucket_prefix \"${local.bucket_prefix}\" must be 3 to 20 lower-case letters, digits and single hyphens."
  }
}

output "names" {
  description = "The names of what an environment has once."
  value       = local.names
}
