# The number of approvals that a pull request needs before it may be merged.

locals {
  # Without a pool, every approver counts.
  _pool = { for key in ["ApprovalPoolMembers"] : key => [for role in local.approvers : "arn:${local.partition}:sts::${local.account}:assumed-role/${role}/*"] if length(local.approvers) > 0 }

  approval_rule = {
    Version               = "2018-11-08"
    DestinationReferences = [local.branch]
    Statements            = [merge(local._pool, { Type = "Approvers", NumberOfApprovalsNeeded = local.delivery.approvals })]
  }
}

resource "aws_codecommit_approval_rule_template" "this" {
  for_each = local._repository

  name        = "${local.prefix}-pull-requests"
  description = "Pull requests to ${local.git.branch} of ${each.key} need ${local.delivery.approvals} approvals"
  content     = jsonencode(local.approval_rule)
}

resource "aws_codecommit_approval_rule_template_association" "this" {
  for_each = local._repository

  approval_rule_template_name = aws_codecommit_approval_rule_template.this[each.key].name
  repository_name             = aws_codecommit_repository.this[each.key].repository_name
}
