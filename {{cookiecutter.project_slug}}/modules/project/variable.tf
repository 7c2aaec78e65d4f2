variable "settings" {
  description = "The content of project.yaml; every default of the project is here."
  type = object({
    name          = string
    slug          = string
    region        = string
    bucket_prefix = optional(string)
    tags          = optional(map(string), {})
    approvers     = optional(list(string), [])
    kms_keys      = optional(list(string), []), readers = optional(list(string), [])
    on_call       = optional(string)
    glue_version  = optional(string, "5.1"), queries = optional(object({ most_scanned = optional(string, "100 GB"), results_kept = optional(string, "30 days") }), {})
    git = optional(object({
      provider   = string
      repository = optional(string)
      branch     = optional(string, "main")
    }), { provider = "codecommit" })
    delivery = optional(object({
      account              = optional(string)
      approvals            = optional(number, 2)
      approval_timeout     = optional(string, "3 days")
      developers           = optional(list(string), [])
      connection           = optional(string)
      reserved_concurrency = optional(bool) # null: as in the first environment.
    }), {})
    network = optional(object({
      cidr    = optional(string)
      vpc     = optional(string)
      subnets = optional(list(string), [])
    }), { cidr = "10.20.0.0/16" })
    environments = list(object({
      name      = string
      account   = string
      region    = optional(string)
      approval  = optional(bool, true)
      protected = optional(bool)
      deploy_window = optional(object({
        days      = string
        hours     = string
        time_zone = string
      }))
      workers              = optional(number, 2)
      worker_type          = optional(string, "G.1X")
      flex                 = optional(bool, false)
      lake_formation       = optional(bool, false)
      reserved_concurrency = optional(bool, true)
      monthly_budget       = optional(number)
      network = optional(object({
        cidr    = optional(string)
        vpc     = optional(string)
        subnets = optional(list(string), [])
      }))
      jdbc = optional(map(object({ url = string, secret = string })), {})
    }))
    datasets = map(object({
      format          = string
      prefix          = optional(string)
      delimiter       = optional(string, ",")
      quoted_newlines = optional(bool, true)
      encoding        = optional(string, "utf-8")
      header          = optional(bool, true), decimal = optional(string, ".")
      missing_values  = optional(list(string), [])
      columns = list(object({
        name     = string
        type     = string
        format   = optional(string)
        required = optional(bool, false)
        unique   = optional(bool, false)
        minimum  = optional(string), maximum = optional(string)
        one_of   = optional(list(string))
        pattern  = optional(string)
      }))
      primary_key               = optional(list(string), []), readers = optional(list(string), [])
      newest_by                 = optional(string)
      partition_by              = optional(string)
      maximum_quarantined_share = optional(number, 0.05)
      # Its name before version 1.1.0: declared, so that it is refused; Terraform silently drops undeclared keys.
      maximum_bad_share = optional(string)
      quarantined_share = optional(number)
      on_drift          = optional(string, "report")
      table_format      = optional(string, "parquet")
      expected_every    = optional(string)
      schedule          = optional(string, "")
      timeout           = optional(string, "2 hours")
    }))
    monitoring = optional(object({
      log_retention        = optional(string, "365 days")
      longest_wait         = optional(string, "60 minutes")
      longest_crawl        = optional(string, "60 minutes")
      failed_runs          = optional(number, 1)
      quarantined_share    = optional(number, 0.02)
      memory_share         = optional(number, 0.9)
      error_share          = optional(number, 0.05)
      timeout_share        = optional(number, 0.8)
      unusual_deviations   = optional(number, 3)
      rejected_connections = optional(number, 100)
    }), {})
    notifications = optional(list(object({
      protocol     = string
      endpoint     = optional(string)
      arn          = optional(string)
      workspace    = optional(string)
      tenant       = optional(string)
      team         = optional(string)
      channel      = optional(string)
      kinds        = optional(list(string))
      environments = optional(list(string))
      successes    = optional(string, "daily")
    })), [])
  })

  validation {
    condition     = length(distinct(var.settings.environments[*].name)) == length(var.settings.environments)
    error_message = "project.yaml names an environment twice: each has a folder and names of its own."
  }
  validation {
    condition     = !contains(var.settings.environments[*].name, "pipeline")
    error_message = "project.yaml names an environment pipeline: the delivery account's own part has this name, choose another."
  }
}
