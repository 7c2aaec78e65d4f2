output "topic" {
  description = "The ARN of the topic that was made."
  value       = aws_sns_topic.this.arn
}

output "topics" {
  description = "The ARNs of all topics to publish to: the one made here, and those that exist already."
  value       = concat([var.topic], [for target in var.targets : target.arn if target.protocol == "topic"])
}
