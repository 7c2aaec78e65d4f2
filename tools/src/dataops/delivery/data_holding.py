"""Resources that hold irreplaceable data, and what would be lost with them, in words.

A type in neither list counts as holding data: it is better to ask once too often.
"""

from dataops.delivery.change import UNKNOWN_CHANGE, Change

LOST = {
    "aws_athena_workgroup": "the {label} workgroup of {owner} and every query that people saved in it",
    "aws_cloudwatch_log_group": "the {label} log group of {owner} and every line in it",
    "aws_codecommit_repository": "the {label} repository of {owner} and its history",
    "aws_db_instance": "the {label} database of {owner} and everything in it",
    "aws_dynamodb_table": "the {label} table of {owner} and everything in it",
    "aws_efs_file_system": "the {label} file system of {owner} and everything in it",
    "aws_glue_catalog_database": "the catalog database of {owner} and every table in it",
    "aws_glue_catalog_table": "the {label} table of {owner} and its list of published data",
    "aws_kms_key": "the {label} encryption key of {owner} and with it everything that it has encrypted",
    "aws_rds_cluster": "the {label} database of {owner} and everything in it",
    "aws_s3_bucket": "the {label} bucket of {owner} and everything in it",
    "aws_secretsmanager_secret": "the {label} secret of {owner} and its values",
    "aws_sqs_queue": "the {label} queue of {owner} and every message in it",
    "aws_ssm_parameter": "the {label} parameter of {owner} and its value",
}
UNKNOWN = "the {type} {label} of {owner} and whatever it holds"
# Recreated from the repository without a loss.
HOLDING_NOTHING = {
    "aws_athena_named_query",
    "aws_budgets_budget",
    "aws_chatbot_slack_channel_configuration",
    "aws_chatbot_teams_channel_configuration",
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_query_definition",
    "aws_default_security_group",
    "aws_flow_log",
    "aws_glue_connection",
    "aws_glue_crawler",
    "aws_glue_data_quality_ruleset",
    "aws_glue_job",
    "aws_glue_security_configuration",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_route_table",
    "aws_route_table_association",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_object",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_policy",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_endpoint",
    "terraform_data",
}


def losses_of(changes: list[Change]) -> list[Change]:
    """Return the changes that destroy data: what is destroyed or replaced and cannot be created again."""
    return [change for change in changes if change.is_loss and holds_data(change)]


def holds_data(change: Change) -> bool:
    """Return whether the resource holds something that its code does not define."""
    if change.type == "aws_glue_catalog_table":
        # Other tables only describe objects in S3; partitions, and Iceberg's snapshots, exist in the table alone.
        return bool(change.before.get("partition_keys") or change.before.get("open_table_format_input"))
    return change.type not in HOLDING_NOTHING


def lost(change: Change, environment: str) -> str:
    """Return what would be lost, as the subject of a sentence: "the output bucket of dev and everything in it"."""
    label = " ".join([change.key or "", "" if change.name == "this" else change.name.replace("_", " ")])
    owner = f"dataset {change.dataset} in {environment}" if change.dataset else environment
    words = LOST.get(change.type, UNKNOWN).format(label=label, owner=owner, type=change.type)
    return " ".join(words.split())


def sentence(change: Change, environment: str) -> str:
    """Return what would happen to the data, as a sentence without its full stop."""
    subject = lost(change, environment)
    fates = {"destroy": "would be destroyed", UNKNOWN_CHANGE: f"has an {UNKNOWN_CHANGE} and may be lost"}
    return f"{subject[0].upper()}{subject[1:]} {fates.get(change.verb, 'would be replaced by an empty one')}"
