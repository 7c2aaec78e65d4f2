output "buckets" {
  description = "The bucket names by purpose: upload to input, query output, examine quarantine."
  value       = module.environment.buckets
}

output "database" {
  description = "The catalog database that holds the published tables."
  value       = module.environment.database
}

output "workgroups" {
  description = "The Athena workgroups: the team's own, and one for the readers of the same datasets."
  value       = module.environment.workgroups
}

output "datasets" {
  description = "Each dataset's crawler, job, tables and view."
  value       = module.environment.datasets
}

output "functions" {
  description = "The names of the Lambdas."
  value       = module.environment.functions
}

output "ledger" {
  description = "The ledger, the DynamoDB table that records every file."
  value       = module.environment.ledger
}

output "queues" {
  description = "The URLs of the queues."
  value       = module.environment.queues
}

output "topic" {
  description = "The topic that alarms and the budget publish to."
  value       = module.environment.topic
}
