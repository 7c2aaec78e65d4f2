# What is granted, by policy: each statement has a name. role.tf says who holds which.

locals {
  _state_object = "${local.state}/${module.project.project.slug}/${var.environment}/terraform.tfstate"
  _find_state   = { actions = ["s3:ListBucket"], resources = [local.state] }
  # The plan of a delivery holds the lock while it reads: otherwise it could show half of somebody else's change.
  _lock_state = { actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources = ["${local._state_object}.tflock"] }
  _state_key  = { actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = [aws_kms_key.state.arn] }

  grants = {
    "state-read" = {
      FindState = local._find_state
      ReadState = { actions = ["s3:GetObject"], resources = [local._state_object] }
      StateKey  = { actions = ["kms:Decrypt"], resources = [aws_kms_key.state.arn] }
    }
    "state-lock" = {
      FindState = local._find_state
      ReadState = { actions = ["s3:GetObject"], resources = [local._state_object] }
      LockState = local._lock_state
      StateKey  = local._state_key
    }
    "state-write" = {
      FindState  = local._find_state
      WriteState = { actions = ["s3:GetObject", "s3:PutObject"], resources = [local._state_object] }
      LockState  = local._lock_state
      StateKey   = local._state_key
    }
    "read"           = local.read
    "write-data"     = local.write_data
    "write-work"     = local.write_work
    "write-network"  = local.write_network
    "write-identity" = local.write_identity
    "smoke"          = local.smoke
  }
}
