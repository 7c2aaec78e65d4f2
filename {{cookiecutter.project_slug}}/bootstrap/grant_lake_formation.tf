# Permissions to change grants and locations of Lake Formation, if it governs the Data Catalog.
# IAM does not decide who may grant: `make bootstrap` makes the apply role a data lake administrator.

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
