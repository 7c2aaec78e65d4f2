# Alarms of the notifications: a target cannot be reached, or alarms are no longer notified.

locals {
  # A formula takes ten metrics.
  _unreached = { for number, topics in chunklist(module.notification.names, 10) : join("-", compact(["notifications-failed", number == 0 ? "" : number + 1])) => {
    says       = "SNS could not deliver notifications to a recipient."
    section    = "notifications-failed"
    period     = 300
    threshold  = 0
    expression = "SUM([${join(", ", [for index in range(length(topics)) : "topic${index}"])}])"
    metrics    = { for index, topic in topics : "topic${index}" => { namespace = "AWS/SNS", name = "NumberOfNotificationsFailed", dimensions = { TopicName = topic }, statistic = "Sum" } }
  } }

  # If notify itself fails, CloudWatch sends its own text to the targets. An alarm takes at most five actions.
  _notify_failing = { for number, topics in chunklist(module.notification.topics, 5) : join("-", compact(["notify-failing", number == 0 ? "" : number + 1])) => {
    says       = "Alarms and the budget no longer cause notifications: the Lambda notify has failed, or its topic cannot invoke it."
    section    = "notify-failing"
    period     = 300
    threshold  = 0
    expression = "SUM([failed, unreached])"
    actions    = topics
    metrics = {
      failed    = { namespace = "AWS/Lambda", name = "Errors", dimensions = { FunctionName = local._function_names.notify }, statistic = "Sum" }
      unreached = { namespace = "AWS/SNS", name = "NumberOfNotificationsFailed", dimensions = { TopicName = var.names.topic }, statistic = "Sum" }
    }
  } }

  notification_alarms = merge(local._unreached, local._notify_failing)
}
