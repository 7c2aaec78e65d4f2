# The recipients of notifications about deliveries; message.tf has the events, lambda/notifications/ the texts.

module "notification" {
  source = "../modules/notification"

  prefix   = local.prefix
  arn      = local.arn.sns
  key      = aws_kms_key.this.arn
  boundary = local.boundary
  targets  = module.project.notifications
  # The alarm about the dead-letter queue notifies the targets directly; Lambdas and builds send everything else.
  publishers = { "cloudwatch.amazonaws.com" = "${local.arn.cloudwatch}:alarm:${local.prefix}-*" }
}

locals {
  _people = module.project.notifications

  # The actions of every alarm of the delivery. An alarm takes at most five: a sixth target is not notified.
  _alarmed      = sort([for target, hears in local._people : module.notification.targets[target] if contains(hears.kinds, "alarm")])
  alarm_actions = slice(local._alarmed, 0, min(5, length(local._alarmed)))
}

# The record of sent notifications: a build and an event may report the same failure, and people get one notification.
resource "aws_dynamodb_table" "ledger" {
  name         = local.names.ledger
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "file"

  attribute {
    name = "file"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}
