output "buckets" {
  description = "The bucket names by purpose."
  value       = module.storage.buckets
}

output "log_groups_of_glue" {
  description = "The log groups of Glue that exist already, created by Glue or by Terraform: each name by its key in aws_cloudwatch_log_group.this."
  value       = { for key, name in local._existing_groups : key => name if key != "retired" }
}

output "database" {
  description = "The catalog database that holds the published tables."
  value       = aws_glue_catalog_database.this.name
}

output "workgroups" {
  description = "The Athena workgroups: the team's own, and one for the readers of the same datasets."
  value       = { for key, workgroup in aws_athena_workgroup.this : key => workgroup.name }
}

output "ledger" {
  description = "The ledger, the DynamoDB table that records every file."
  value       = aws_dynamodb_table.ledger.name
}

output "topic" {
  description = "The ARN of the topic that alarms and the budget publish to; the Lambda notify turns their messages into notifications."
  value       = aws_sns_topic.services.arn
}

output "queues" {
  description = "The URLs of the queues: uploads, and the two dead-letter queues."
  value       = merge({ uploads = aws_sqs_queue.uploads.url }, { for name, queue in aws_sqs_queue.dead_letters : "${name}-dead-letters" => queue.url })
}

output "functions" {
  description = "The names of the Lambdas."
  value       = [for function in aws_lambda_function.this : function.function_name]
}

output "datasets" {
  description = "Each dataset's crawler, job and tables."
  value       = { for name, dataset in module.dataset : name => dataset.names }
}
