# The monthly budget of this environment, if project.yaml sets one. The tag must be active in billing: docs/cost.md.

locals {
  # AWS's own policy for the topic lets every budget of the account publish, not one budget by its name
  # (AWS Cost Management user guide, "Creating an Amazon SNS topic for budget notifications").
  budgets = "arn:${local.partition}:budgets::${local.account}:*"
  _budget = var.environment.monthly_budget == null ? {} : { month = var.environment.monthly_budget }
  # ACTUAL: the amount is spent; FORECASTED: at this rate it will be.
  _overspent = ["ACTUAL", "FORECASTED"]
}

resource "aws_budgets_budget" "this" {
  for_each = local._budget

  name         = var.names.budget
  budget_type  = "COST"
  limit_amount = tostring(each.value)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  # One tag that no other environment has: AWS does not document whether two tags must both match.
  cost_filter {
    name   = "TagKeyValue"
    values = ["user:Deployment${"$"}${var.prefix}"]
  }

  dynamic "notification" {
    for_each = local._overspent

    content {
      notification_type         = notification.value
      comparison_operator       = "GREATER_THAN"
      threshold                 = 100
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [local.topic]
    }
  }

  depends_on = [aws_sns_topic_policy.services]
}
