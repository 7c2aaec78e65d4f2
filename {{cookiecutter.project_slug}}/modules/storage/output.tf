output "buckets" {
  description = "The bucket names by purpose, once versions are kept and everything is encrypted."
  value       = { for purpose, versioning in aws_s3_bucket_versioning.this : purpose => versioning.bucket }

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this]
}
