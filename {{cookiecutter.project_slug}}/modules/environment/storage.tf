# The buckets. Every version is kept, because the ledger names files by version.

module "storage" {
  source = "../storage"

  buckets = var.buckets
  account = local.account
  key     = aws_kms_key.this.arn

  # The job removes its staged copies; this rule removes those of runs that were killed.
  expiring = {
    output       = { "${var.folders.staging}/" = 7 }
    quarantine   = { "" = 365 }
    query-result = { "" = var.queries.results_kept }
    access-log   = { "" = 365 }
  }
}
