# The deploy roles of the builds: plan reads and locks the state, apply changes resources, smoke sends a file through the chain,
# read plans pull requests and the drift check. A pull request's author runs code with it, so it cannot touch the lock.

locals {
  _builds = {
    plan  = ["plan-${var.environment}"]
    apply = ["apply-${var.environment}"]
    smoke = ["smoke-${var.environment}"]
    read  = ["pull-request", "drift"]
  }
  trusted = { for role, builds in local._builds : role => [
    for build in builds : "arn:${local.partition}:iam::${module.project.delivery.account}:role/${module.project.delivery.builds[build]}"
  ] if local.is_environment }

  # The groups of statements (grant_*.tf) of each role.
  grants = {
    StateRead  = local.read_state
    StateLock  = local.lock_state
    StateWrite = local.write_state
    Read       = local.read
    Data       = local.write_data
    Work       = local.write_work
    Network    = local.write_network
    Identity   = local.write_identity
    Smoke      = local.smoke
    ReadLake   = local.read_lake_formation
    WriteLake  = local.write_lake_formation
  }
  held = { for role, groups in {
    plan  = ["StateRead", "StateLock", "Read", "ReadLake"]
    apply = ["StateRead", "StateLock", "StateWrite", "Read", "ReadLake", "Data", "Work", "Network", "Identity", "WriteLake"]
    smoke = ["Smoke"]
    read  = ["StateRead", "Read", "ReadLake"]
  } : role => merge([for group in groups : { for name, statement in local.grants[group] : "${group}${name}" => statement if length(statement.resources) > 0 }]...) }
}

# The principal is the whole delivery account, so that a build's role can be created later than this role, or recreated.
data "aws_iam_policy_document" "trust" {
  for_each = local.trusted

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${module.project.delivery.account}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "deploy" {
  for_each = local.trusted

  name                 = local.names["${each.key}_role"]
  description          = "What the pipeline works as in ${local.prefix}: ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = each.key == "smoke" ? aws_iam_policy.boundary.arn : aws_iam_policy.deploy_boundary["deploy"].arn
}
