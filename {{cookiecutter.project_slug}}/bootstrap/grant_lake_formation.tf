# What deployments need where Lake Formation governs the account's Data Catalog: to see and change its grants and locations.
# Who may grant is no matter of IAM: `make bootstrap` makes the apply role a data lake administrator.

locals {
  is_governed = local.is_environment && module.project.environment.lake_formation

  # AWS offers no narrower resource for these.
  read_lake_formation = { for name in ["Permissions"] : name => {
    actions   = ["lakeformation:DescribeResource", "lakeformation:ListPermissions"]
    resources = ["*"]
  } if local.is_governed }
  write_lake_formation = { for name in ["Permissions"] : name => {
    actions   = [for what in ["DeregisterResource", "GrantPermissions", "RegisterResource", "RevokePermissions", "UpdateResource"] : "lakeformation:${what}"]
    resources = ["*"]
  } if local.is_governed }
}
