# The dataset's job: the one script, with one argument that describes this dataset.

locals {
  # Wheels are installed only from the bucket: the network has no path to a package index.
  libraries = length(var.scripts.wheels) == 0 ? {} : {
    "--additional-python-modules"       = join(",", var.scripts.wheels)
    "--python-modules-installer-option" = "--no-index"
  }
  # Glue adds Iceberg's jar; files/steps/published_table.py configures the rest.
  iceberg = { "--datalake-formats" = "iceberg", "--conf" = "spark.sql.catalog.lake.type=glue" }
}

resource "aws_glue_job" "this" {
  name                   = local.full_name
  description            = "Validates and publishes ${var.name}: files/etl.py"
  role_arn               = var.roles.job
  glue_version           = var.glue_version
  worker_type            = var.environment.worker_type
  number_of_workers      = var.environment.workers
  execution_class        = var.environment.flex ? "FLEX" : "STANDARD"
  timeout                = var.dataset.timeout_minutes
  max_retries            = 0
  security_configuration = var.security
  connections            = var.connections

  command {
    script_location = var.scripts.etl
    python_version  = "3"
  }

  # One run at a time: files that arrive during a run form the next batch, and the ledger counts the retries.
  execution_property {
    max_concurrent_runs = 1
  }

  default_arguments = merge(local.libraries, local.iceberg, {
    "--settings"            = var.job_settings
    "--extra-py-files"      = var.scripts.transforms
    "--metrics"             = "cloudwatch"
    "--job-bookmark-option" = "job-bookmark-disable"
    "--enable-auto-scaling" = "true"
    "--enable-metrics"      = "true"
  })
}
