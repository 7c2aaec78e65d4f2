output "prefix" {
  description = "What every name but a bucket's begins with: <slug>-<environment>."
  value       = local.prefix

  precondition {
    condition     = length(local.misshapen) == 0
    error_message = "project.yaml: ${join("; ", local.misshapen)}."
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
}

output "environment" {
  description = "This environment's entry with its region and network resolved."
  value       = local.environment

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
    condition     = local.environment.workers == floor(local.environment.workers) && local.environment.workers >= 2 && local.environment.workers <= 299
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
}

output "buckets" {
  description = "The bucket names by purpose: input, script, output, quarantine, access-log."
  value       = local.buckets
}

output "names" {
  description = "The names of what an environment has once."
  value       = local.names
}
