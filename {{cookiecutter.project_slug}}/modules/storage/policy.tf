# Denies access from outside this account, and any access without TLS.

locals {
  bucket = { for purpose, name in var.buckets : purpose => "arn:${data.aws_partition.current.partition}:s3:::${name}" }
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.bucket

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value, "${each.value}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "access-log" ? ["access-log"] : []

    content {
      sid       = "AccessLogs"
      actions   = ["s3:PutObject"]
      resources = ["${each.value}/*"]

      principals {
        type        = "Service"
        identifiers = ["logging.s3.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [var.account]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:SourceArn"
        values   = [for purpose, arn in local.bucket : arn if purpose != "access-log"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = data.aws_iam_policy_document.bucket[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.this]
}
