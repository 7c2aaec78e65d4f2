output "topics" {
  description = "The ARNs of the targets' topics: those created here and those that existed before."
  value       = sort(distinct(values(local.topics)))
}

output "names" {
  description = "The names of the topics that are created here."
  value       = sort([for target in local._own : target.topic])
}

output "targets" {
  description = "The ARN of each target's topic, by the target's name."
  value       = local.topics
}

output "routes" {
  description = "Which targets get which kinds, as JSON for lambda/notifications/notification.py: one entry for all targets that get the same kinds in the same form."
  value       = local.routes

  precondition {
    condition     = length(local.routes) <= 3000
    error_message = "project.yaml names so many notification targets with different kinds that the environment of a Lambda, 4 KB, cannot hold them: give some of them the same kinds."
  }
}
