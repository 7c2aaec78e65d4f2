# Who is told about this environment.

locals {
  topics        = module.notification.topics
  alarm_actions = local.topics
}

module "notification" {
  source = "../notification"

  prefix = var.prefix
  topic  = local.topic
  key    = aws_kms_key.this.arn
  publishers = {
    "cloudwatch.amazonaws.com" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.prefix}-*"
    "budgets.amazonaws.com"    = local.budget
  }
  boundary = local.boundary
  targets  = var.notifications
}
