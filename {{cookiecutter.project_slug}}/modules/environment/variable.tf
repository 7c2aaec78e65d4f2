variable "prefix" {
  description = "The prefix of every name except a bucket's: <slug>-<environment>."
  type        = string
}

variable "project" {
  description = "The settings that apply to every environment."
  type = object({
    name         = string
    slug         = string
    glue_version = string
  })
}

variable "environment" {
  description = "This environment: its account, region, size, network and JDBC connections."
  type = object({
    name                 = string
    account              = string
    region               = string
    workers              = number
    worker_type          = string
    flex                 = bool
    lake_formation       = bool
    monthly_budget       = optional(number)
    foreign_keys         = list(string)
    foreign_key_services = list(string)
    network = object({
      cidr    = optional(string)
      vpc     = optional(string)
      subnets = optional(list(string), [])
    })
    jdbc = map(object({
      url    = string
      secret = string
    }))
  })
}

variable "datasets" {
  description = "Every dataset, checked and with its defaults, by name (typed in modules/project)."
  type        = any
}

variable "job_settings" {
  description = "The settings of each dataset's job, by dataset."
  type        = any
}

variable "queries" {
  description = "The workgroups with their readers and datasets, the limits of queries, the tables of each dataset (typed in modules/project)."
  type        = any
}

variable "notifications" {
  description = "The notification targets and their kinds, by a stable name."
  type = map(object({
    protocol  = string
    kinds     = list(string)
    topic     = string
    endpoint  = optional(string)
    arn       = optional(string)
    workspace = optional(string)
    tenant    = optional(string)
    team      = optional(string)
    channel   = optional(string)
  }))
}

variable "buckets" {
  description = "The bucket names by purpose: input, script, output, quarantine, query-result, access-log."
  type        = map(string)
}

variable "folders" {
  description = "The folders of the output bucket that belong to no dataset: manifests, reports, commits, staging."
  type        = map(string)
}

variable "log_groups" {
  description = "The log groups that Glue writes to, as Glue composes their names: job_error, job_output, crawler."
  type        = map(string)
}

variable "names" {
  description = "The names of the resources that an environment has once."
  type        = map(string)
}

variable "root" {
  description = "The project's folder, which contains files/ and build/."
  type        = string
}

variable "monitoring" {
  description = "The thresholds of the alarms and the retention of logs (typed in modules/project)."
  type        = any
}

variable "capacity" {
  description = "How many executions each Lambda reserves, how many uploads are processed at once, and which endpoints a new VPC has."
  type = object({
    reserved_executions  = map(number)
    uploads_at_once      = number
    interface_endpoints  = list(string)
    gateway_endpoints    = list(string)
    zones_without_lambda = list(string)
  })
}
