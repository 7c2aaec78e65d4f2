# What the readers of project.yaml may do: query their datasets in their workgroup, nothing else. An administrator gives
# these rights, not the pipeline: no deployment can let somebody read rows.

locals {
  # By policy: the one with the name of the workgroup is about the workgroup, the others about datasets.
  _readable = merge([for each in module.project.queries.workgroups : { for policy, datasets in each.policies :
    policy => { roles = each.roles, datasets = datasets }
  }]...)

  _catalog  = "${local.arn.glue}:catalog"
  _database = "${local.arn.glue}:database/${local.names.database}"
  _results  = local.bucket["query-result"]

  # Athena User Guide: "Use IAM policies to control workgroup access", "Control access to Amazon S3 from Athena",
  # "Configure access to databases and tables in the AWS Glue Data Catalog".
  _asking = { for name, each in local._readable : name => {
    Workgroup = {
      actions = [for what in [
        "BatchGetNamedQuery", "BatchGetQueryExecution", "GetNamedQuery", "GetQueryExecution", "GetQueryResults", "GetQueryResultsStream",
        "GetQueryRuntimeStatistics", "GetWorkGroup", "ListNamedQueries", "ListQueryExecutions", "StartQueryExecution", "StopQueryExecution",
      ] : "athena:${what}"]
      resources = ["${local.arn.athena}:workgroup/${name}"]
    }
    Console     = { actions = ["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"], resources = ["*"] }
    Catalog     = { actions = [for what in ["GetDataCatalog", "GetDatabase", "GetTableMetadata", "ListDatabases", "ListTableMetadata"] : "athena:${what}"], resources = ["${local.arn.athena}:datacatalog/AwsDataCatalog"] }
    Default     = { actions = ["glue:CreateDatabase", "glue:GetDatabase", "glue:GetDatabases"], resources = [local._catalog, "${local.arn.glue}:database/default"] }
    Results     = { actions = [for what in ["AbortMultipartUpload", "GetObject", "ListMultipartUploadParts", "PutObject"] : "s3:${what}"], resources = ["${local._results}/${name}/*"] }
    Location    = { actions = ["s3:GetBucketLocation"], resources = [local._results, local.bucket.output] }
    ListResults = { actions = ["s3:ListBucket"], resources = [local._results], conditions = [{ test = "StringLike", variable = "s3:prefix", values = ["${name}/*"] }] }
    Key = {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = local.own.keys
      conditions = [
        { test = "ForAnyValue:StringEquals", variable = "kms:ResourceAliases", values = [local.names.key] },
        { test = "StringEquals", variable = "kms:ViaService", values = ["s3.${local.region}.${local.dns_suffix}"] },
      ]
    }
    # If the Data Catalog is encrypted with a key of the client.
    ClientKeys = { actions = ["kms:Decrypt"], resources = module.project.environment.foreign_keys, conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["glue.${local.region}.${local.dns_suffix}"] }] }
    Governed   = { actions = ["lakeformation:GetDataAccess"], resources = local.is_governed ? ["*"] : [] }
  } if length(each.datasets) == 0 }

  _reading = { for name, each in local._readable : name => {
    Tables = {
      actions   = [for what in ["BatchGetPartition", "GetDatabase", "GetPartition", "GetPartitions", "GetTable", "GetTables"] : "glue:${what}"]
      resources = concat([local._catalog, local._database], [for table in flatten([for dataset in each.datasets : module.project.queries.tables[dataset]]) : "${local.arn.glue}:table/${local.names.database}/${table}"])
    }
    Rows     = { actions = ["s3:GetObject"], resources = [for folder in flatten([for dataset in each.datasets : module.project.queries.folders[dataset]]) : "${local.bucket.output}/${folder}/*"] }
    ListRows = { actions = ["s3:ListBucket"], resources = [local.bucket.output], conditions = [{ test = "StringLike", variable = "s3:prefix", values = [for folder in flatten([for dataset in each.datasets : module.project.queries.folders[dataset]]) : "${folder}/*"] }] }
  } if length(each.datasets) > 0 }

  reads = { for name, statements in merge(local._asking, local._reading) : name => { for sid, statement in statements : sid => statement if length(statement.resources) > 0 } }

  # Policies cannot be attached to roles of IAM Identity Center: there, a permission set names them.
  _attached = { for each in flatten([for name, readable in local._readable : [for arn in readable.roles : { policy = name, role = reverse(split("/", arn))[0] }]]) :
    "${each.policy} of ${each.role}" => each if !startswith(each.role, "AWSReservedSSO_")
  }
}

resource "aws_iam_policy" "reader" {
  for_each = local.reads

  name        = each.key
  description = "Queries in ${local.prefix} through an Athena workgroup"
  policy = jsonencode({ Version = "2012-10-17", Statement = [for sid, statement in each.value : merge(
    { Sid = sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
    { for conditions in [try(statement.conditions, [])] : "Condition" => { for each in conditions : each.test => { (each.variable) = each.values } } if length(conditions) > 0 },
  )] })
}

resource "aws_iam_role_policy_attachment" "reader" {
  for_each = local._attached

  role       = each.value.role
  policy_arn = aws_iam_policy.reader[each.value.policy].arn
}
