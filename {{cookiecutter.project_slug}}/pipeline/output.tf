output "pipeline" {
  description = "The name of the pipeline."
  value       = aws_codepipeline.this.name
}

output "repository" {
  description = "The address that the builds clone from."
  value       = local.provider.address
}

output "connection" {
  description = "The connection to the git provider; a new one is pending until somebody authorises it in the console. Null with CodeCommit."
  value       = local.connection
}

output "artifacts" {
  description = "The bucket that holds artifacts, plan summaries and the record of deployments."
  value       = module.storage.buckets["artifact"]
}

output "policies" {
  description = "The policies for people, by purpose; name them in the permission sets of IAM Identity Center."
  value       = { for purpose, policy in aws_iam_policy.person : purpose => policy.name }
}
