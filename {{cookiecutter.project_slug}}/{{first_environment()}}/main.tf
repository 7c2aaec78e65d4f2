# The name of this folder is the environment; project.yaml has everything else.
module "project" {
  source = "../modules/project"

  settings    = yamldecode(file("${path.root}/../project.yaml"))
  environment = basename(abspath(path.root))
}

module "environment" {
  source = "../modules/environment"

  root          = "${path.root}/.."
  prefix        = module.project.prefix
  project       = module.project.project
  environment   = module.project.environment
  datasets      = module.project.datasets
  job_settings  = module.project.job_settings
  notifications = module.project.notifications
  monitoring    = module.project.monitoring
  queries       = module.project.queries
  capacity      = module.project.capacity
  buckets       = module.project.buckets
  folders       = module.project.output_folders
  log_groups    = module.project.log_groups
  names         = module.project.names
}

# Glue creates its log groups itself if a job or crawler runs before Terraform: then they are imported.
import {
  for_each = module.environment.log_groups_of_glue

  to = module.environment.aws_cloudwatch_log_group.this[each.key]
  id = each.value
}
