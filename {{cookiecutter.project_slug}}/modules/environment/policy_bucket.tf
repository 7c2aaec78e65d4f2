# Who may reach the buckets beside the roles of this environment: nobody, and nobody without TLS.

locals {
  # Days after which the objects below a prefix go. Staged copies are removed by the job itself; this is for runs that died.
  expiring = {
    input      = {}
    script     = {}
    output     = { "_staging/" = 7 }
    quarantine = { "" = 365 }
    access-log = { "" = 365 }
  }
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
        values   = [local.account]
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
