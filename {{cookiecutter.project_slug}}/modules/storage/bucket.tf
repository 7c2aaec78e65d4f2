# Private, encrypted, versioned buckets; all write their access logs to the bucket for access logs.

resource "aws_s3_bucket" "this" {
  for_each = var.buckets

  bucket = each.value
  # checkov:skip=CKV_AWS_144:One region: every version is kept, and raw files can be delivered again; replicate where that is not enough.
  # checkov:skip=CKV_AWS_18:The access-log bucket cannot log into itself; all others log into it.
  # checkov:skip=CKV_AWS_145:AWS delivers access logs only to a bucket with SSE-S3; all others use the key.
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    bucket_key_enabled = each.key != "access-log"

    apply_server_side_encryption_by_default {
      sse_algorithm     = each.key == "access-log" ? "AES256" : "aws:kms"
      kms_master_key_id = each.key == "access-log" ? null : var.key
    }
  }
}

resource "aws_s3_bucket_notification" "this" {
  for_each = aws_s3_bucket.this

  bucket      = each.value.id
  eventbridge = true
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket if purpose != "access-log" }

  bucket        = each.value.id
  target_bucket = aws_s3_bucket.this["access-log"].id
  target_prefix = "${each.key}/"

  # S3 refuses a log bucket whose policy does not allow it to write yet.
  depends_on = [aws_s3_bucket_policy.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    id     = "unfinished-uploads-and-old-versions"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      # The result of a query can be asked for again, so it is gone soon after it expires.
      noncurrent_days = each.key == "query-result" ? 1 : 90
    }
  }

  dynamic "rule" {
    for_each = lookup(var.expiring, each.key, {})

    content {
      id     = rule.key == "" ? "everything" : trim(rule.key, "_/")
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
