output "prefix" {
  description = "The prefix of every name except a bucket's: <slug>-<environment>."
  value       = local.prefix

  precondition {
    condition     = length(local.misshapen) == 0
    error_message = "project.yaml: ${join("; ", local.misshapen)}."
  }
}

output "project" {
  description = "The settings that apply to every environment: name, slug, tags, approvers, git, glue_version."
  value = {
    name         = var.settings.name
    slug         = var.settings.slug
    tags         = var.settings.tags
    approvers    = var.settings.approvers
    git          = merge(var.settings.git, { repository = local.repository })
    glue_version = var.settings.glue_version
  }
}

locals {
  _fixed_tags = {
    Project     = var.settings.slug
    Environment = var.environment
    Deployment  = local.prefix
  }
  # The three fixed tags may be repeated exactly as written; in another case they would be a second key, which IAM refuses.
  _tag_keys = distinct(concat(keys(local._fixed_tags), keys(var.settings.tags)))
}

output "on_call" {
  description = "Who is called at night: for the tools only, no resource has it."
  value       = var.settings.on_call
}

output "tags" {
  description = "The tags of every resource in this environment: the project's own tags, and three for the allocation of costs."
  value       = merge(var.settings.tags, local._fixed_tags)

  precondition {
    condition     = length(distinct([for key in local._tag_keys : lower(key)])) == length(local._tag_keys)
    error_message = "tags: two keys differ only in upper and lower case, which IAM does not tell apart: ${join(", ", local._tag_keys)}. Project, Environment and Deployment are set by this project."
  }
}

output "environment" {
  description = "This environment's entry with its region and network resolved."
  value       = local.environment

  precondition {
    condition     = alltrue([for network in local.networks : (network.cidr == null) != (network.vpc == null)])
    error_message = "A network must name either a cidr (a new VPC) or a vpc with its subnets (an existing one): ${join(", ", [for owner, network in local.networks : owner if(network.cidr == null) == (network.vpc == null)])}."
  }
  precondition {
    condition     = alltrue([for network in local.networks : (network.vpc == null) == (length(network.subnets) == 0)])
    error_message = "An existing network must name its vpc and its subnets: ${join(", ", [for owner, network in local.networks : owner if(network.vpc == null) != (length(network.subnets) == 0)])}."
  }
  precondition {
    condition     = alltrue([for network in local.networks : can(cidrsubnet(network.cidr, 4, 15)) if network.cidr != null])
    error_message = "A cidr must be an IPv4 block that can be divided, such as 10.20.0.0/16: ${join(", ", compact([for network in local.networks : network.cidr]))}."
  }
  precondition {
    condition     = alltrue([for entry in var.settings.environments : entry.workers == floor(entry.workers) && entry.workers >= 2 && entry.workers <= 299])
    error_message = "An environment must have 2 to 299 workers: ${join(", ", [for entry in var.settings.environments : "${entry.name} has ${entry.workers}"])}."
  }
  precondition {
    condition     = alltrue([for entry in var.settings.environments : contains(["G.1X", "G.2X"], entry.worker_type) if entry.flex])
    error_message = "Flex has workers of G.1X and G.2X only: ${join(", ", [for entry in var.settings.environments : "${entry.name} has ${entry.worker_type}" if entry.flex])}."
  }
  precondition {
    condition     = alltrue([for entry in var.settings.environments : entry.monthly_budget == null ? true : entry.monthly_budget >= 1 && entry.monthly_budget <= 1000000])
    error_message = "A monthly_budget must be 1 to 1000000 US dollars."
  }
}

output "buckets" {
  description = "The bucket names by purpose: input, script, output, quarantine, query-result, access-log."
  value       = local.buckets
}

output "output_folders" {
  description = "The folders of the output bucket that belong to no dataset: manifests, reports, commits, staging."
  value       = local.output_folders
}

output "log_groups" {
  description = "The log groups that Glue writes to, as Glue composes their names: job_error, job_output, crawler."
  value       = local.log_groups
}

output "names" {
  description = "The names of the resources that an environment has once."
  value       = local.names
}
