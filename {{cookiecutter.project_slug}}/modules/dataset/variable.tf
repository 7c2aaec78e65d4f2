variable "name" {
  description = "The dataset's name."
  type        = string
}

variable "dataset" {
  description = "The dataset, checked and with its defaults."
  type = object({
    format          = string
    prefix          = string
    missing_values  = list(string)
    header          = bool
    decimal         = string
    primary_key     = list(string)
    partition_by    = optional(string)
    on_drift        = string
    schedule        = string
    timeout_minutes = number
    columns = list(object({
      name     = string
      type     = string
      required = bool
      unique   = bool
      minimum  = optional(string)
      maximum  = optional(string)
      one_of   = optional(list(string))
      pattern  = optional(string)
    }))
  })
}

variable "prefix" {
  description = "The prefix of every name: <slug>-<environment>."
  type        = string
}

variable "environment" {
  description = "The environment's name and account, and the size of its jobs."
  type = object({
    name        = string
    account     = string
    workers     = number
    worker_type = string
    flex        = bool
  })
}

variable "glue_version" {
  description = "The Glue version that the job runs on."
  type        = string
}

variable "job_settings" {
  description = "The job's --settings argument: the address of the object that holds them."
  type        = string
}

variable "database" {
  description = "The catalog database."
  type        = string
}

variable "buckets" {
  description = "The bucket names by purpose."
  type        = map(string)
}

variable "scripts" {
  description = "Where the job's code is stored."
  type = object({
    etl        = string
    transforms = string
    wheels     = list(string)
  })
}

variable "connections" {
  description = "The Glue connections that the job runs in; the crawler runs in the first."
  type        = list(string)
}

variable "security" {
  description = "The Glue security configuration."
  type        = string
}

variable "roles" {
  description = "The ARNs of the roles of jobs and crawlers."
  type        = object({ job = string, crawler = string })
}

variable "queues" {
  description = "The ARNs of the uploads queue and of the dead-letter queue for events."
  type        = object({ uploads = string, events_dead_letters = string })
}

variable "functions" {
  description = "The ARNs of the Lambdas that a dataset's rules invoke: start_crawler, sweep."
  type        = map(string)
}
