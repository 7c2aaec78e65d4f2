# The dataset of the smoke test and of the exercises of `make provoke`, in every environment: a file of it runs the real
# chain without touching the team's data.

locals {
  # Complete, because only the type of var.settings fills in defaults, and this dataset does not pass through it.
  canary = {
    format          = "csv"
    prefix          = "${local.names.canary}/"
    delimiter       = ","
    quoted_newlines = true
    encoding        = "utf-8"
    header          = true
    decimal         = "."
    missing_values  = []
    columns = [for name, type in { id = "string", sent_at = "timestamp" } : {
      name     = name
      type     = type
      format   = null
      required = true
      unique   = false
      minimum  = null
      maximum  = null
      one_of   = null
      pattern  = null
    }]
    primary_key               = ["id"]
    readers                   = []
    newest_by                 = "sent_at"
    partition_by              = null
    maximum_quarantined_share = 1 # an exercise quarantines rows; the smoke test itself checks that none of its own is
    quarantined_share         = null
    on_drift                  = "stop"
    table_format              = "parquet"
    expected_every            = null
    schedule                  = ""
    timeout                   = "30 minutes"
    timeout_minutes           = 30
  }
}
