# The permissions of each Lambda: exactly the calls of its code. A grant has a name, a function a list of grants.

locals {
  _ledger  = "${local.arn.dynamodb}:table/${var.names.ledger}"
  _output  = local.bucket.output
  _crawler = "${local.arn.glue}:crawler/${var.prefix}-*"
  _job     = "${local.arn.glue}:job/${var.prefix}-*"

  grants = {
    ledger        = { actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources = [local._ledger] }
    waiting       = { actions = ["dynamodb:Query"], resources = ["${local._ledger}/index/open"] }
    record_file   = { actions = ["dynamodb:PutItem"], resources = [local._ledger] }
    find_rows     = { actions = ["dynamodb:BatchGetItem"], resources = [local._ledger] }
    crawl         = { actions = ["glue:StartCrawler"], resources = [local._crawler] }
    see_crawl     = { actions = ["glue:GetCrawler"], resources = [local._crawler] }
    see_drift     = { actions = ["glue:GetTable"], resources = concat(local._catalog, [for table in concat(["raw_*"], keys(var.datasets)) : "${local.arn.glue}:table/${var.names.database}/${table}"]) }
    start_run     = { actions = ["glue:StartJobRun"], resources = [local._job] }
    see_run       = { actions = ["glue:GetJobRun", "glue:GetJobRuns"], resources = [local._job] }
    write_record  = { actions = ["s3:PutObject"], resources = ["${local._output}/${var.folders.manifests}/*"] }
    read_record   = { actions = ["s3:GetObject"], resources = concat([for kind in ["reports", "commits"] : "${local._output}/${var.folders[kind]}/*"], ["${local._output}/${var.names.database}/*/metadata/*"]) }
    see_table     = { actions = ["glue:GetTable"], resources = concat(local._catalog, ["${local.arn.glue}:table/${var.names.database}/*_rows"]) }
    write_commit  = { actions = ["s3:PutObject"], resources = ["${local._output}/${var.folders.commits}/*"] }
    find_record   = { actions = ["s3:ListBucket"], resources = [local._output] }
    find_upload   = { actions = ["s3:ListBucketVersions"], resources = [local.bucket.input] }
    notify        = { actions = ["sns:Publish"], resources = concat(["${local.topic}-*"], [for target in var.notifications : target.arn if target.protocol == "topic"]) }
    receive       = { actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], resources = [local.queues.uploads] }
    give_up       = { actions = ["sqs:SendMessage"], resources = [local.queues.events_dead_letters] }
    trace         = { actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources = ["*"] }
    find_networks = { actions = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"], resources = ["*"] }
  }

  _every = ["ledger", "notify", "give_up", "trace", "find_networks"]
  granted = {
    start_crawler = concat(local._every, ["waiting", "record_file", "crawl", "receive"])
    start_etl_job = concat(local._every, ["waiting", "crawl", "see_crawl", "see_drift", "start_run", "see_run", "write_record"])
    close_run     = concat(local._every, ["waiting", "see_run", "read_record", "find_record", "see_table", "write_commit"])
    notify        = local._every
    send_digest   = local._every
    # It opens connections and calls no AWS API.
    check_connections = ["give_up", "trace", "find_networks"]
    sweep             = concat(local._every, ["waiting", "record_file", "find_rows", "crawl", "see_crawl", "see_drift", "start_run", "see_run", "write_record", "read_record", "find_record", "see_table", "write_commit", "find_upload"])
  }
}

data "aws_iam_policy_document" "trust_lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "lambda" {
  for_each = local.functions

  name                 = local._function_names[each.key]
  assume_role_policy   = data.aws_iam_policy_document.trust_lambda.json
  permissions_boundary = local.boundary
}

data "aws_iam_policy_document" "lambda" {
  for_each = local.functions

  dynamic "statement" {
    for_each = { for name in local.granted[each.key] : name => local.grants[name] }

    content {
      sid       = replace(title(replace(statement.key, "_", " ")), " ", "")
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.arn.logs}:log-group:${local.log_groups[each.key]}:*"]
  }
}

resource "aws_iam_role_policy" "lambda" {
  for_each = local.functions

  name   = "what-lambda-${replace(each.key, "_", "-")}-calls"
  role   = aws_iam_role.lambda[each.key].id
  policy = data.aws_iam_policy_document.lambda[each.key].json
}
