output "buckets" {
  description = "The bucket names by purpose, available once versioning and encryption are on."
  value       = { for purpose, versioning in aws_s3_bucket_versioning.this : purpose => versioning.bucket }

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this]
}
