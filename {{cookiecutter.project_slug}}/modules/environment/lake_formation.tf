# The grants for an account in which Lake Formation governs the Data Catalog: there, IAM permissions alone give no access to tables.
# Jobs and crawlers use S3 with their own IAM permissions; Lake Formation governs the catalog, and people's access to the output.

locals {
  # AWS does not document which of these permissions reading or writing a partition needs: both are granted.
  # IAM narrows each role to its own tables; a wildcard here keeps the number of grants the same for any number of datasets.
  _read_tables   = ["DESCRIBE", "SELECT"]
  _write_tables  = ["ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"]
  _makes_tables  = ["CREATE_TABLE", "DESCRIBE"]
  _function_role = { for name in ["start_etl_job", "sweep"] : name => aws_iam_role.lambda[name].arn }

  lake_principals = !var.environment.lake_formation ? {} : merge({
    job     = { arn = aws_iam_role.glue["job"].arn, database = local._makes_tables, tables = local._write_tables, writes_output = true }
    crawler = { arn = aws_iam_role.glue["crawler"].arn, database = local._makes_tables, tables = local._write_tables, writes_output = false }
    # bootstrap/ makes this role.
    smoke = { arn = "arn:${local.partition}:iam::${local.account}:role/${var.names.smoke_role}", database = ["DESCRIBE"], tables = local._write_tables, writes_output = false }
    }, { for name, arn in local._function_role :
    name => { arn = arn, database = ["DESCRIBE"], tables = local._read_tables, writes_output = false }
  })
  _locations = { for purpose, arn in local.bucket : purpose => arn if purpose == "output" && var.environment.lake_formation }
}

resource "aws_lakeformation_permissions" "database" {
  for_each = local.lake_principals

  principal   = each.value.arn
  permissions = each.value.database

  database {
    name = aws_glue_catalog_database.this.name
  }
}

resource "aws_lakeformation_permissions" "tables" {
  for_each = local.lake_principals

  principal   = each.value.arn
  permissions = each.value.tables

  table {
    database_name = aws_glue_catalog_database.this.name
    wildcard      = true
  }
}

resource "aws_lakeformation_permissions" "location" {
  for_each = { for name, principal in local.lake_principals : name => principal if principal.writes_output }

  principal   = each.value.arn
  permissions = ["DATA_LOCATION_ACCESS"]

  data_location {
    arn = aws_lakeformation_resource.location["output"].arn
  }
}

# With the location registered, people and query engines read the published rows by a grant of Lake Formation.
resource "aws_lakeformation_resource" "location" {
  for_each = local._locations

  arn      = each.value
  role_arn = aws_iam_role.location[each.key].arn

  depends_on = [aws_iam_role_policy.location, module.storage]
}

data "aws_iam_policy_document" "trust_location" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lakeformation.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "location" {
  for_each = local._locations

  statement {
    sid       = "Objects"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${each.value}/*"]
  }

  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [each.value]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.this.arn]
  }
}

resource "aws_iam_role" "location" {
  for_each = local._locations

  name                 = var.names.lake_role
  description          = "What Lake Formation hands to those whom it grants a table of ${var.prefix}"
  assume_role_policy   = data.aws_iam_policy_document.trust_location.json
  permissions_boundary = local.boundary
}

resource "aws_iam_role_policy" "location" {
  for_each = local._locations

  name   = "data-location"
  role   = aws_iam_role.location[each.key].id
  policy = data.aws_iam_policy_document.location[each.key].json
}
