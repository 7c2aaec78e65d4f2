"""Where a project is broken so that AWS would refuse it, and what AWS says: by the step that applies it.

Terraform goes on with everything that does not depend on what was refused, so one apply shows many refusals. Nothing
that a mutation breaks depends on what another of its step breaks: soak_mutations.py compares with Terraform's graph.
"""

from typing import NamedTuple


class Mutation(NamedTuple):
    """One place of the project, what stands there and what might stand there, and what comes of it."""

    # The rule of the tools' local_aws/refusals/, or the request model's own.
    refusal: str
    file: str
    before: str
    after: str
    # The beginning of the address of the resource that Terraform could not make.
    address: str
    sentence: str
    # Whether AWS takes what Terraform makes, and refuses its use: a call of mutated_project.py. So are the rights of
    # functions seen, because the provider repeats its own calls for five minutes.
    is_called: bool = False


class Step(NamedTuple):
    """One apply of one folder, with some mutations."""

    mutations: dict[str, Mutation]
    folder: str = "dev"
    # What happens in the account before: a name of mutated_project.py.
    before: str = ""
    targets: tuple[str, ...] = ()
    # What is changed beside the mutations: a file, what stands there, and what takes its place.
    also: tuple[tuple[str, str, str], ...] = ()


ENVIRONMENT = "module.environment"
ALARMS = f"{ENVIRONMENT}.module.alarm.aws_cloudwatch_metric_alarm.this"
ROOT = "modules/environment"
NOBODY = "arn:aws:iam::111111111111:role/nobody"
FUNCTION = f"{ENVIRONMENT}.aws_lambda_function.this"
MAPPING = f"{ENVIRONMENT}.aws_lambda_event_source_mapping.uploads"


def of_dataset(dataset: str, resource: str) -> str:
    return f'{ENVIRONMENT}.module.dataset["{dataset}"].{resource}.this'


WHAT_OTHERS_NEED = {
    "a key policy that names a service that AWS does not have": Mutation(
        "keys.principals_exist",
        f"{ROOT}/key.tf",
        'Principal = { Service = "events.amazonaws.com" }',
        'Principal = { Service = "event.amazonaws.com" }',
        f"{ENVIRONMENT}.aws_kms_key.this",
        "Policy contains a statement with one or more invalid principals.",
    ),
    "subnets of eight addresses": Mutation(
        "network.network_has_a_size",
        f"{ROOT}/network.tf",
        "cidrsubnet(var.environment.network.cidr, 4, each.value)",
        "cidrsubnet(var.environment.network.cidr, 13, each.value)",
        f"{ENVIRONMENT}.aws_subnet.private",
        "The CIDR '10.20.0.",
    ),
    "an apostrophe in a security group's description": Mutation(
        "network.description_can_be_written",
        f"{ROOT}/endpoint.tf",
        '"Jobs, crawlers, Lambdas and the endpoints that they use"',
        '"The project\'s jobs, crawlers and Lambdas"',
        f"{ENVIRONMENT}.aws_security_group.work",
        "Invalid security group description. Valid descriptions are strings less than 256 characters",
    ),
    "a role that trusts a role that is not there": Mutation(
        "identity.trusted_principals_exist",
        f"{ROOT}/role_flow_log.tf",
        'type        = "Service"\n      identifiers = ["vpc-flow-logs.amazonaws.com"]',
        f'type        = "AWS"\n      identifiers = ["{NOBODY}"]',
        f"{ENVIRONMENT}.aws_iam_role.flow",
        f'Invalid principal in policy: "AWS":"{NOBODY}"',
    ),
    "a trust policy that lists two hundred accounts": Mutation(
        "identity.trust_policy_fits",
        f"{ROOT}/role_lambda.tf",
        'identifiers = ["lambda.amazonaws.com"]\n    }',
        'identifiers = ["lambda.amazonaws.com"]\n    }\n    condition {\n      test     = "StringEquals"\n'
        '      variable = "aws:SourceAccount"\n      values   = [for n in range(200) : format("%012d", n)]\n    }',
        f"{ENVIRONMENT}.aws_iam_role.lambda",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    ),
    "a grant for each of two hundred Iceberg tables": Mutation(
        "identity.inline_policies_fit",
        f"{ROOT}/role_glue.tf",
        '["${local.arn.glue}:table/${var.names.database}/*_rows"]',
        '[for n in range(200) : "${local.arn.glue}:table/${var.names.database}/d${n}_rows"]',
        f'{ENVIRONMENT}.aws_iam_role_policy.glue["job"]',
        "Maximum policy size of 10240 bytes exceeded for role acme-sales-dev-glue-job",
    ),
    "a bucket policy that names a role that is not there": Mutation(
        "storage.principals_exist",
        "modules/storage/policy.tf",
        'identifiers = ["*"]',
        f'identifiers = ["{NOBODY}"]',
        f"{ENVIRONMENT}.module.storage.aws_s3_bucket_policy.this",
        "Invalid principal in policy",
    ),
}

WHAT_NOTHING_NEEDS = {
    "a schedule without a question mark": Mutation(
        "events.schedule_can_be_read",
        f"{ROOT}/digest.tf",
        "cron(0 6 * * ? *)",
        "cron(0 6 * * * *)",
        f"{ENVIRONMENT}.aws_cloudwatch_event_rule.digest",
        "Parameter ScheduleExpression is not valid.",
    ),
    "a rule with twelve targets": Mutation(
        "events.rule_has_room",
        f"{ROOT}/connection_check.tf",
        'rule      = aws_cloudwatch_event_rule.check_connections.name\n  target_id = "check_connections"',
        'for_each  = { for n in range(12) : "n${n}" => n }\n'
        "  rule      = aws_cloudwatch_event_rule.check_connections.name\n  target_id = each.key",
        f"{ENVIRONMENT}.aws_cloudwatch_event_target.check_connections",
        "The requested resource exceeds the maximum number allowed.",
    ),
    "five more networks": Mutation(
        "network.region_has_room_for_a_network",
        f"{ROOT}/network.tf",
        'resource "aws_default_security_group" "closed" {',
        'resource "aws_vpc" "more" {\n  count      = 5\n  cidr_block = "10.30.${count.index}.0/24"\n}\n\n'
        'resource "aws_default_security_group" "closed" {',
        f"{ENVIRONMENT}.aws_vpc.more",
        "The maximum number of VPCs has been reached.",
    ),
    "a network that answers for no names": Mutation(
        "network.endpoint_can_have_its_names",
        f"{ROOT}/network.tf",
        "enable_dns_hostnames = true",
        "enable_dns_hostnames = false",
        f"{ENVIRONMENT}.aws_vpc_endpoint.interface",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true",
    ),
    # The provider repeats the call of a queue's policy for ten minutes, if that is a resource of its own.
    "a queue with a policy that names a role that is not there": Mutation(
        "queues.principals_exist",
        f"{ROOT}/queue.tf",
        'resource "aws_sqs_queue_policy" "uploads" {',
        'resource "aws_sqs_queue" "more" {\n  name   = "${var.prefix}-more"\n'
        '  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", '
        f'Resource = "*", Principal = {{ AWS = "{NOBODY}" }} }}] }})\n'
        '}\n\nresource "aws_sqs_queue_policy" "uploads" {',
        f"{ENVIRONMENT}.aws_sqs_queue.more",
        "Invalid value for the parameter Policy.",
    ),
    "one gateway endpoint more than the region holds": Mutation(
        "network.region_has_room_for_an_endpoint",
        f"{ROOT}/endpoint.tf",
        'for_each = local.gateways\n\n  vpc_id            = aws_vpc.this["network"].id\n'
        '  service_name      = "com.amazonaws.${local.region}.${each.key}"',
        'for_each = merge(local.gateways, { more = "s3" })\n\n  vpc_id            = aws_vpc.this["network"].id\n'
        '  service_name      = "com.amazonaws.${local.region}.${each.value}"',
        f"{ENVIRONMENT}.aws_vpc_endpoint.gateway",
        "The maximum number of VPC endpoints has been reached.",
    ),
    "a log group with a key of AWS": Mutation(
        "logs.key_may_encrypt_the_group",
        f"{ROOT}/log.tf",
        'for_each = { for key, name in local._existing_groups : "job" => name if key == "retired" }\n\n'
        "  name              = each.value\n  kms_key_id        = aws_kms_key.this.arn",
        "for_each = { job = var.names.retired_log_group }\n\n  name              = each.value\n"
        '  kms_key_id        = "arn:${local.partition}:kms:${local.region}:${local.account}:alias/aws/logs"',
        f"{ENVIRONMENT}.aws_cloudwatch_log_group.retired",
        "The specified KMS key does not exist or is not allowed to be used with Arn",
    ),
    "an alarm that tells a topic of another region": Mutation(
        "monitoring.actions_are_of_this_region",
        f"{ROOT}/alarm_notification.tf",
        "actions    = topics",
        'actions    = [for topic in topics : replace(topic, local.region, "us-east-1")]',
        f'{ALARMS}["notify-failing"]',
        "Invalid region us-east-1 specified. Only eu-west-1 is supported.",
    ),
    "an alarm that looks back for more than a day": Mutation(
        "monitoring.periods_are_within_the_limits",
        f"{ROOT}/alarm.tf",
        'section   = "files-waiting"',
        'section   = "files-waiting"\n      periods   = 49',
        f'{ALARMS}["files-waiting"]',
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
    ),
    "a formula over a metric that is not there": Mutation(
        "monitoring.formulas_can_be_read",
        f"{ROOT}/alarm_function.tf",
        'expression = "SUM([${join',
        'expression = "SUM([calls, ${join',
        f'{ALARMS}["lambda-throttled"]',
        "Invalid metrics list",
    ),
    "a subscription to a topic of another region": Mutation(
        "topics.topic_is_of_this_region",
        f"{ROOT}/notification.tf",
        "topic_arn = aws_sns_topic.services.arn\n  protocol",
        'topic_arn = replace(aws_sns_topic.services.arn, local.region, "us-east-1")\n  protocol',
        f"{ENVIRONMENT}.aws_sns_topic_subscription.notify",
        "Invalid parameter: TopicArn",
    ),
    "a budget that tells a topic that is not there": Mutation(
        "budgets.topics_take_its_messages",
        f"{ROOT}/budget.tf",
        "subscriber_sns_topic_arns = [local.topic]",
        'subscriber_sns_topic_arns = ["${local.topic}-of-nobody"]',
        f"{ENVIRONMENT}.aws_budgets_budget.this",
        "-of-nobody does not exist",
    ),
    "a large batch without a window": Mutation(
        "functions.large_batches_have_a_window",
        f"{ROOT}/lambda.tf",
        "  maximum_batching_window_in_seconds = 5\n",
        "",
        MAPPING,
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    ),
    "a bucket that everybody may read": Mutation(
        "storage.policy_is_not_public",
        "modules/storage/policy.tf",
        'effect    = "Deny"',
        'effect    = "Allow"',
        f"{ENVIRONMENT}.module.storage.aws_s3_bucket_policy.this",
        "because public policies are blocked by the BlockPublicPolicy block public access setting.",
    ),
    "a tag with a sign that IAM does not take": Mutation(
        "the request model of IAM",
        f"{ROOT}/role_flow_log.tf",
        "name                 = var.names.flow_log_role",
        'name                 = var.names.flow_log_role\n  tags                 = { Budget = "50 €" }',
        f"{ENVIRONMENT}.aws_iam_role.flow",
        "member.value' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*",
    ),
}

DATASETS_AND_A_TOPIC = {
    "a topic's policy that names a role that is not there": Mutation(
        "topics.principals_exist",
        "modules/notification/main.tf",
        'type        = "Service"\n        identifiers = [statement.key]',
        f'type        = "AWS"\n        identifiers = ["{NOBODY}"]',
        f"{ENVIRONMENT}.module.notification.aws_sns_topic_policy.target",
        "Invalid parameter: Policy Error: PrincipalNotFound",
    ),
    "a job of a version that Glue does not have": Mutation(
        "glue.job_can_run_so",
        "modules/dataset/job.tf",
        "= var.glue_version",
        '= var.name == "orders" ? "6.0" : var.glue_version',
        of_dataset("orders", "aws_glue_job"),
        "Glue version 6.0 is not supported.",
    ),
    "a job with a security configuration that is not there": Mutation(
        "glue.what_a_job_names_exists",
        "modules/dataset/job.tf",
        "security_configuration = var.security",
        'security_configuration = "${var.security}${var.name == "customers" ? "s" : ""}"',
        of_dataset("customers", "aws_glue_job"),
        "Security Configuration acme-sales-dev",
    ),
    "an argument that no process can be started with": Mutation(
        "glue.arguments_can_be_passed",
        "modules/dataset/job.tf",
        "= var.job_settings",
        '= join("", [for n in range(contains(["orders", "customers"], var.name) ? 1 : 1000) : join(",", '
        '[for m in range(40) : "${n}${m}"])])',
        of_dataset("canary", "aws_glue_job"),
        "Argument --settings is longer than the 131071 bytes that Linux passes to a process",
    ),
    "a crawler with the role of a function": Mutation(
        "glue.role_can_be_taken",
        "modules/dataset/crawler.tf",
        "= var.roles.crawler",
        '= var.name == "orders" ? replace(var.roles.crawler, "/[^/]+$/", "${var.prefix}-sweep") : var.roles.crawler',
        of_dataset("orders", "aws_glue_crawler"),
        "Service is unable to assume provided role. Please verify role's TrustPolicy",
    ),
    "a rule of a kind that Data Quality does not have": Mutation(
        "glue.ruleset_can_be_read",
        "modules/dataset/ruleset.tf",
        '["RowCount > 0"]',
        '[var.name == "orders" ? "RowCounts > 0" : "RowCount > 0"]',
        of_dataset("orders", "aws_glue_data_quality_ruleset"),
        "Ruleset is invalid: Rule Type: RowCounts is not valid",
    ),
    "a ruleset for a table that is not there": Mutation(
        "glue.ruleset_has_its_table",
        "modules/dataset/ruleset.tf",
        "  ruleset = ",
        '  target_table {\n    database_name = var.database\n    table_name    = local.table\n  }\n\n  ruleset = ',
        of_dataset("customers", "aws_glue_data_quality_ruleset"),
        "Table customers_rows not found.",
    ),
}

WHAT_IS_AT_WORK = {
    "a crawler of a bucket that is not there": Mutation(
        "glue.targets_exist",
        "modules/dataset/crawler.tf",
        '"s3://${var.buckets.input}/',
        '"s3://${var.buckets.input}${var.name == "orders" ? "s" : ""}/',
        of_dataset("orders", "aws_glue_crawler"),
        "S3 bucket acme-sales-dev-input",
    ),
    "another name of a crawler at work": Mutation(
        "glue.crawler_rests_before_it_goes",
        "modules/dataset/crawler.tf",
        "= local.full_name",
        '= "${local.full_name}${var.name == "customers" ? "-2" : ""}"',
        # Terraform names no resource where it deletes.
        "",
        "Crawler with name acme-sales-dev-customers is currently running",
    ),
    "another description of a crawler at work": Mutation(
        "glue.crawler_rests_before_a_change",
        "modules/dataset/crawler.tf",
        '"What the files of ${var.name} really hold"',
        '"What the files of ${var.name} hold"',
        of_dataset("canary", "aws_glue_crawler"),
        "Cannot update Crawler while running",
    ),
}

WHAT_IS_CALLED = {
    "a function that may not remove what it was given": Mutation(
        "functions.source_suits_the_function",
        f"{ROOT}/role_lambda.tf",
        '"sqs:ReceiveMessage", "sqs:DeleteMessage", ',
        '"sqs:ReceiveMessage", ',
        f'{ENVIRONMENT}.aws_iam_role_policy.lambda["start_crawler"]',
        "The function execution role does not have permissions to call DeleteMessage on SQS",
        is_called=True,
    ),
    "a role that trusts Glue in place of Lambda": Mutation(
        "functions.role_may_do_what_the_function_needs",
        f"{ROOT}/role_lambda.tf",
        "= data.aws_iam_policy_document.trust_lambda.json",
        '= each.key != "send_digest" ? data.aws_iam_policy_document.trust_lambda.json : replace('
        'data.aws_iam_policy_document.trust_lambda.json, "lambda.amazonaws.com", "glue.amazonaws.com")',
        f'{ENVIRONMENT}.aws_iam_role.lambda["send_digest"]',
        "The role defined for the function cannot be assumed by Lambda.",
        is_called=True,
    ),
    "a function that may not give up": Mutation(
        "functions.role_may_do_what_the_function_needs",
        f"{ROOT}/role_lambda.tf",
        'check_connections = ["give_up", ',
        "check_connections = [",
        f'{ENVIRONMENT}.aws_iam_role_policy.lambda["check_connections"]',
        "The provided execution role does not have permissions to call SendMessage on SQS",
        is_called=True,
    ),
    "a function that may not trace": Mutation(
        "functions.role_may_do_what_the_function_needs",
        f"{ROOT}/role_lambda.tf",
        "close_run     = concat(local._every, ",
        'close_run     = concat(["ledger", "notify", "give_up", "find_networks"], ',
        f'{ENVIRONMENT}.aws_iam_role_policy.lambda["close_run"]',
        "The provided execution role does not have permissions to call PutTraceSegments on XRAY",
        is_called=True,
    ),
    "a scoped right to delete interfaces": Mutation(
        "functions.role_may_do_what_the_function_needs",
        f"{ROOT}/role_network.tf",
        "role   = aws_iam_role.lambda[each.key].id\n  policy = data.aws_iam_policy_document.network_and_key.json",
        "role   = aws_iam_role.lambda[each.key].id\n"
        '  policy = each.key != "sweep" ? data.aws_iam_policy_document.network_and_key.json : replace('
        'data.aws_iam_policy_document.network_and_key.json, "\\"*\\"", "\\"${local.arn.ec2}:network-interface/*\\"")',
        f'{ENVIRONMENT}.aws_iam_role_policy.lambda_network["sweep"]',
        "The provided execution role does not have permissions to call DeleteNetworkInterface on EC2",
        is_called=True,
    ),
    "graphs beyond the edge of the dashboard": Mutation(
        "monitoring.dashboard_is_valid",
        f"{ROOT}/dashboard.tf",
        "x      = row.width * (index % (24 / row.width))",
        "x      = row.width * index",
        f"{ENVIRONMENT}.aws_cloudwatch_dashboard.this",
        "Should be <= 23",
    ),
    "a subject as it came": Mutation(
        "topics.subject_is_one_line_of_ascii",
        "lambda/notifications/message.py",
        'printable = "".join(letter if " " <= letter <= "~" else " " for letter in text)',
        "printable = text",
        f'{FUNCTION}["notify"]',
        "Invalid parameter: Subject",
        is_called=True,
    ),
    "a misspelt command in a saved query": Mutation(
        "logs.query_can_be_read",
        f"{ROOT}/saved_query.tf",
        'logs = ["start_crawler"], text = "filter type',
        'logs = ["start_crawler"], text = "filtre type',
        f'{ENVIRONMENT}.aws_cloudwatch_query_definition.this["old-messages"]',
        "unexpected symbol found filtre at line 1",
        is_called=True,
    ),
    "a job of more workers than the account has room for": Mutation(
        "glue.account_has_room_for_a_run",
        "modules/dataset/job.tf",
        "= var.environment.workers\n",
        "= 2000 * var.environment.workers\n",
        of_dataset("orders", "aws_glue_job"),
        "Exceeded maximum concurrent compute capacity for your account: 2000.",
        is_called=True,
    ),
}

FUNCTIONS = {
    "a security group that is not there": Mutation(
        "functions.network_exists",
        f"{ROOT}/lambda.tf",
        "security_group_ids = [aws_security_group.work.id]",
        'security_group_ids = [each.key == "start_crawler" ? "sg-0123456789abcdef0" : aws_security_group.work.id]',
        f'{FUNCTION}["start_crawler"]',
        "The security group 'sg-0123456789abcdef0' does not exist",
    ),
    "more concurrency than the account has": Mutation(
        "functions.account_keeps_room",
        f"{ROOT}/lambda.tf",
        "reserved_concurrent_executions = lookup(",
        'reserved_concurrent_executions = each.key == "start_etl_job" ? 950 : lookup(',
        f'{FUNCTION}["start_etl_job"]',
        "decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
    "an environment of more than 4 KB": Mutation(
        "functions.environment_fits",
        f"{ROOT}/lambda.tf",
        "variables = { for name in each.value.reads : name => local.function_variables[name] }",
        "variables = { for name in each.value.reads : name => "
        'each.key == "notify" ? join("", [for n in range(1000) : "12345"]) : local.function_variables[name] }',
        f'{FUNCTION}["notify"]',
        "exceeded the 4KB limit. String measured: {",
    ),
    "one rule more than the bus holds": Mutation(
        "events.bus_has_room",
        f"{ROOT}/event.tf",
        "    job-succeeded = {",
        "    job-stopped = {\n"
        '      description = "A job run of this environment was stopped"\n'
        '      type        = "Glue Job State Change"\n'
        '      detail      = { jobName = [{ prefix = "${var.prefix}-" }], state = ["STOPPED"] }\n'
        '      function    = "close_run"\n    }\n'
        "    job-succeeded = {",
        f'{ENVIRONMENT}.aws_cloudwatch_event_rule.glue["job-stopped"]',
        "The requested resource exceeds the maximum number allowed.",
    ),
}

BOOTSTRAP = {
    "a key policy that nobody could change": Mutation(
        "keys.caller_may_change_it_later",
        "bootstrap/storage.tf",
        'Action    = "kms:*"',
        'Action    = "kms:Describe*"',
        "aws_kms_key.state",
        "The new key policy will not allow you to update the key policy in the future.",
    ),
    "many small policies": Mutation(
        "identity.role_has_room_for_a_policy",
        "bootstrap/policy.tf",
        "/ (local._room - local._longest[role]))",
        "/ 1200)",
        "aws_iam_role_policy_attachment.deploy",
        "Cannot exceed quota for PoliciesPerRole: 10",
    ),
}

# AWS's SDK takes LimitExceededException for haste, and the provider lets it call 25 times. One attempt is too few: the
# provider's connection breaks now and then, and what depends on the resource is then not reached.
FEW_ATTEMPTS = ("dev/provider.tf", 'provider "aws" {', 'provider "aws" {\n  max_retries = 4')

STEPS = {
    "what others need": Step(WHAT_OTHERS_NEED),
    "what nothing needs": Step(WHAT_NOTHING_NEEDS, before="a region full of endpoints", also=(FEW_ATTEMPTS,)),
    "datasets and a topic": Step(
        DATASETS_AND_A_TOPIC, targets=(f"{ENVIRONMENT}.module.dataset", f"{ENVIRONMENT}.module.notification")
    ),
    "a project as it is": Step({}),
    "what is at work": Step(
        WHAT_IS_AT_WORK,
        before="crawls at work",
        targets=tuple(of_dataset(name, "aws_glue_crawler") for name in ("orders", "customers", "canary")),
    ),
    "what is called": Step(
        WHAT_IS_CALLED,
        before="rest",
        targets=tuple(row.address for row in WHAT_IS_CALLED.values()),
    ),
    "functions": Step(FUNCTIONS, before="a full bus", also=(FEW_ATTEMPTS,)),
    "bootstrap": Step(
        BOOTSTRAP, folder="bootstrap", targets=("aws_kms_key.state", "aws_iam_role_policy_attachment.deploy")
    ),
}

# What is not of the tools' local_aws/refusals/: kept here because it is cheap to see.
NOT_OF_A_RULE = {"the request model of IAM"}

# By refusal: the test that breaks a project elsewhere.
SHOWN_ELSEWHERE = {
    "identity.managed_policy_fits": "tests/test_deployment_refusals.py"
    "::test_the_rights_of_a_plan_do_not_fit_into_one_policy_at_ordinary_names",
    "events.targets_have_their_role": "tests/test_pipeline.py"
    "::test_no_rule_starts_a_pipeline_or_a_build_without_a_role",
    "registry.refuse_a_region_that_is_off": "tests/test_account_profiles.py"
    "::test_a_region_that_is_off_takes_no_credentials_of_a_project",
}
# By refusal: the test that shows it by a call of its own, because no project does.
OUT_OF_REACH = {
    # A project's functions are made of a file of the apply, not of code in a bucket.
    "functions.code_may_be_read": "tools/tests/local/test_authorization.py"
    "::test_lambda_reads_code_in_a_bucket_with_the_rights_of_the_caller",
    # Terraform's provider waits longer than AWS's minute: until a deleted queue is gone, then until its name is free.
    "queues.name_is_free": "tools/tests/local/test_refused_requests.py"
    "::test_the_name_of_a_deleted_queue_is_free_after_a_minute",
}
