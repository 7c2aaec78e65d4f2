# The resources of each dataset: crawler.tf, job.tf, view.tf, event.tf, ruleset.tf.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

locals {
  # Its crawler, job, ruleset and rule.
  full_name = "${var.prefix}-${var.name}"

  # The job creates this table and changes its columns: Terraform would set back both, and the address of its metadata.
  table = "${var.name}_rows"
}
