# Every name in AWS is composed here and nowhere else.

locals {
  prefix        = "${var.settings.slug}-${var.environment}"
  bucket_prefix = coalesce(var.settings.bucket_prefix, trimsuffix(substr(var.settings.slug, 0, min(20, length(var.settings.slug))), "-"))

  buckets = {
    for purpose in ["input", "script", "output", "quarantine", "access-log"] :
    purpose => "${local.bucket_prefix}-${var.environment}-${purpose}-${local._entry.account}"
  }

  names = {
    database          = replace(local.prefix, "-", "_")
    ledger            = "${local.prefix}-ledger"
    queue             = "${local.prefix}-uploads"
    dead_letter_queue = "${local.prefix}-uploads-dead-letters"
    event_dead_letter = "${local.prefix}-events-dead-letters"
    topic             = "${local.prefix}-notifications"
    key               = "alias/${local.prefix}"
    network           = local.prefix
    connection        = "${local.prefix}-network"
    security          = local.prefix
  }
}
