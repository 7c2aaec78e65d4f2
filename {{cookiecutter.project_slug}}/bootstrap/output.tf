output "state" {
  description = "The bucket that holds the states, and the key that encrypts them."
  value       = { bucket = module.storage.buckets.state, key = aws_kms_key.state.arn }
}

output "roles" {
  description = "The roles that builds of the delivery account may work as: plan, apply, smoke."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "boundary" {
  description = "The policy that bounds every role which the environment's Terraform makes."
  value       = aws_iam_policy.boundary.arn
}
