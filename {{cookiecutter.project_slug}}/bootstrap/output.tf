output "state" {
  description = "The bucket that holds the states, and the key that encrypts it."
  value       = { bucket = module.storage.buckets.state, key = aws_kms_key.state.arn }
}

output "roles" {
  description = "The roles that builds of the delivery account may assume: plan, apply, smoke."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "boundary" {
  description = "The permissions boundary of every role that the environment's Terraform creates."
  value       = aws_iam_policy.boundary.arn
}
