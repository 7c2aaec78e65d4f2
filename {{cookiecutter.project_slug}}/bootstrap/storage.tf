# The bucket for this environment's states: the state of bootstrap/ and the state of the environment's folder.

locals {
  # By the names of the roles: the key's alias may take effect minutes after its creation (AWS KMS Developer Guide, "ABAC for AWS KMS").
  # A condition, because the roles are created after the key.
  _deploy_roles_use_state = [for statement, actions in { DeployRolesReadState = ["kms:Decrypt"], DeployRolesLockState = ["kms:Decrypt", "kms:GenerateDataKey"] } : {
    Sid       = statement
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = actions
    Resource  = "*"
    Condition = {
      ArnEquals    = { "aws:PrincipalArn" = [for kind in(statement == "DeployRolesReadState" ? ["read"] : ["plan", "apply"]) : "${local.arn.iam}:role/${local.names["${kind}_role"]}"] }
      StringEquals = { "kms:ViaService" = "s3.${local.region}.${local.dns_suffix}" }
    }
  } if local.is_environment]
}

# Deleting this key makes every state that it encrypted unreadable.
resource "aws_kms_key" "state" {
  description             = "The Terraform states of ${local.prefix}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local._deploy_roles_use_state, [{
    Sid       = "TheAccountDecidesByItsOwnPolicies"
    Effect    = "Allow"
    Principal = { AWS = "${local.arn.iam}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }]) })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "state" {
  name          = local.names.state_key
  target_key_id = aws_kms_key.state.key_id
}

module "storage" {
  source = "../modules/storage"

  buckets  = { state = local.names.state_bucket, access-log = local.names.state_log_bucket }
  account  = local.account
  key      = aws_kms_key.state.arn
  expiring = { access-log = { "" = 365 } }
}

# prevent_destroy cannot be set on a module's bucket from outside; this resource depends on the bucket.
resource "terraform_data" "kept" {
  triggers_replace = [module.storage.buckets.state]

  lifecycle {
    prevent_destroy = true
  }
}
