# Permissions on the state of an environment, and on the lock of that state.

locals {
  _state_object = "${local.state}/${module.project.project.slug}/${var.environment}/terraform.tfstate"
  # By its alias, which is known before the key exists, so the size of every policy is known before the apply.
  _state_key = { test = "ForAnyValue:StringEquals", variable = "kms:ResourceAliases", values = [local.names.state_key] }

  read_state = {
    Find    = { actions = ["s3:ListBucket"], resources = [local.state] }
    Read    = { actions = ["s3:GetObject"], resources = [local._state_object] }
    Decrypt = { actions = ["kms:Decrypt"], resources = local.own.keys, conditions = [local._state_key] }
  }

  # The plan of a delivery holds the lock while it reads: otherwise it could see half of another apply.
  lock_state = {
    Lock    = { actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources = ["${local._state_object}.tflock"] }
    Encrypt = { actions = ["kms:GenerateDataKey"], resources = local.own.keys, conditions = [local._state_key] }
  }

  write_state = {
    Write = { actions = ["s3:PutObject"], resources = [local._state_object] }
  }
}
