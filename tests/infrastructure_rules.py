"""What every plan must hold and no scanner looks at: each rule takes a plan and returns its violations."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from terraform_runner import of_type, resources

Plan = dict[str, Any]
RUNTIMES = {"python3.13", "python3.14"}
# What splits costs: modules/project, output "tags".
COST_TAGS = {"Project", "Environment", "Deployment"}
# AWS takes no tags for these: each is a part or a setting of something that is tagged, and costs nothing by itself.
UNTAGGABLE = {
    "aws_cloudwatch_dashboard": "a view of metrics",
    "aws_cloudwatch_event_target": "part of a rule",
    "aws_cloudwatch_log_metric_filter": "part of a log group",
    "aws_cloudwatch_query_definition": "a text",
    "aws_codecommit_approval_rule_template": "a setting of repositories",
    "aws_codecommit_approval_rule_template_association": "a setting of repositories",
    "aws_glue_catalog_table": "part of a database",
    "aws_glue_security_configuration": "a setting of jobs and crawlers",
    "aws_iam_role_policy": "part of a role",
    "aws_iam_role_policy_attachment": "part of a role",
    "aws_kms_alias": "a name of a key",
    "aws_lambda_permission": "part of a function",
    "aws_route_table_association": "part of a route table",
    "aws_athena_named_query": "part of a workgroup",
    "aws_s3_object": "part of a bucket; AWS allows ten tags on one",
    "aws_s3_bucket_lifecycle_configuration": "part of a bucket",
    "aws_s3_bucket_logging": "part of a bucket",
    "aws_s3_bucket_notification": "part of a bucket",
    "aws_s3_bucket_ownership_controls": "part of a bucket",
    "aws_s3_bucket_policy": "part of a bucket",
    "aws_s3_bucket_public_access_block": "part of a bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "part of a bucket",
    "aws_s3_bucket_versioning": "part of a bucket",
    "aws_security_group_rule": "part of a security group",
    "aws_sns_topic_policy": "part of a topic",
    "aws_sns_topic_subscription": "part of a topic",
    "aws_sqs_queue_policy": "part of a queue",
    "aws_sqs_queue_redrive_policy": "part of a queue",
    "terraform_data": "nothing in AWS",
}


def listed(value: Any) -> list[Any]:
    """A policy writes one entry bare and several as a list."""
    return value if isinstance(value, list) else [value]


def policies(plan: Plan) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each planned policy that is known: its address and its statements."""
    for address, resource in resources(plan).items():
        for argument in ("policy", "assume_role_policy"):
            text = resource["values"].get(argument)
            if isinstance(text, str) and text.startswith("{"):
                yield f"{address}.{argument}", json.loads(text)["Statement"]


def buckets_take_tls_only(plan: Plan) -> list[str]:
    guarded = {
        values["bucket"] if "bucket" in values else address.rpartition("[")[2]
        for address, values in of_type(plan, "aws_s3_bucket_policy").items()
        for statement in json.loads(values["policy"])["Statement"]
        if statement["Effect"] == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    }
    return [bucket for bucket in of_type(plan, "aws_s3_bucket") if bucket.rpartition("[")[2] not in guarded]


def only_services_are_let_in(plan: Plan) -> list[str]:
    return [
        address
        for address, statements in policies(plan)
        for statement in statements
        if statement["Effect"] == "Allow"
        and "Principal" in statement
        and (statement["Principal"] == "*" or "*" in listed(statement["Principal"].get("AWS", [])))
        and not names_roles_of_this_project(statement.get("Condition", {}))
    ]


def names_roles_of_this_project(condition: dict[str, Any]) -> bool:
    """Whether a statement for everybody is one for named roles of the deployment or of the pipeline after all."""
    roles = listed(condition.get("ArnEquals", {}).get("aws:PrincipalArn", []))
    named = r"arn:aws:iam::\d{12}:role/[\w-]+-(deploy-[a-z]+|pipeline(-[a-z0-9-]+)?)"
    return roles != [] and all(re.fullmatch(named, role) for role in roles)


def of_a_topic(address: str) -> bool:
    """Whether a policy is one of a topic, or of the key that encrypts its messages."""
    return "aws_sns_topic_policy" in address or "aws_kms_key" in address


def services_are_let_in_for_this_account_only(plan: Plan) -> list[str]:
    """Lambda's own trust policy, and what EventBridge sends to a topic, come without a source to compare with."""
    return [
        address
        for address, statements in policies(plan)
        for statement in statements
        if statement["Effect"] == "Allow"
        and "Service" in statement.get("Principal", {})
        and statement["Principal"]["Service"] != "lambda.amazonaws.com"
        and not (statement["Principal"]["Service"] == "events.amazonaws.com" and of_a_topic(address))
        and not names_its_source(address, json.dumps(statement.get("Condition", {})))
    ]


def names_its_source(address: str, condition: str) -> bool:
    """A queue takes messages of our own rules only, not of every rule of the account."""
    if "aws_sqs_queue_policy" in address:
        return "aws:SourceArn" in condition and "aws:SourceAccount" in condition
    return "aws:Source" in condition or "kms:EncryptionContext" in condition


def rules_reach_encrypted_queues(plan: Plan) -> list[str]:
    """EventBridge may name no source to KMS: the key lets it in without one, and the queues name the rules."""
    return [
        address
        for address, statements in policies(plan)
        if "aws_kms_key" in address
        and not any(
            statement["Principal"].get("Service") == "events.amazonaws.com" and "Condition" not in statement
            for statement in statements
        )
    ]


def objects_have_room_for_their_tags(plan: Plan) -> list[str]:
    """AWS allows ten tags on an object: the project's own could be more."""
    return [address for address, values in of_type(plan, "aws_s3_object").items() if values.get("tags_all")]


def glue_writes_to_groups_that_are_kept(plan: Plan) -> list[str]:
    """Glue composes the names from the security configuration and the role, whatever the arguments of the job say."""
    kept = {
        values["name"] for values in of_type(plan, "aws_cloudwatch_log_group").values() if values["retention_in_days"]
    }
    roles = {
        address.split('"')[-2]: values["name"]
        for address, values in of_type(plan, "aws_iam_role").items()
        if "aws_iam_role.glue[" in address
    }
    (configuration,) = (values["name"] for values in of_type(plan, "aws_glue_security_configuration").values())
    written = {f"/aws-glue/jobs/{configuration}-role/{roles['job']}/{kind}" for kind in ("error", "output")}
    written.add(f"/aws-glue/crawlers-role/{roles['crawler']}-{configuration}")
    return sorted(written - kept)


def jobs_get_no_argument_that_glue_ignores(plan: Plan) -> list[str]:
    """Continuous logging was an argument until Glue 4.0; observability metrics cost, and nothing looks at them."""
    ignored = {"--continuous-log-logGroup", "--enable-continuous-cloudwatch-log", "--enable-observability-metrics"}
    return [a for a, values in of_type(plan, "aws_glue_job").items() if ignored & values["default_arguments"].keys()]


def no_policy_grants_all_of_a_service(plan: Plan) -> list[str]:
    return [
        f"{address}: {action}"
        for address, statements in policies(plan)
        for statement in statements
        if statement["Effect"] == "Allow" and "aws_kms_key" not in address
        for action in listed(statement["Action"])
        if action.endswith("*")
    ]


def queues_have_dead_letters(plan: Plan) -> list[str]:
    """A redrive policy knows its queue only when that exists: each has the queue's own name in the plan.

    A message is received again for other reasons than its own too: Lambda throttled, a service away for a while.
    """
    queues = of_type(plan, "aws_sqs_queue")
    names = {values["name"] for values in queues.values()}
    redriven = {
        address.replace("aws_sqs_queue_redrive_policy", "aws_sqs_queue")
        for address, values in of_type(plan, "aws_sqs_queue_redrive_policy").items()
        for policy in [json.loads(values["redrive_policy"])]
        if policy["deadLetterTargetArn"].rpartition(":")[2] in names and policy["maxReceiveCount"] >= 5
    }
    return [
        address
        for address, values in queues.items()
        if not values["name"].endswith("-dead-letters") and address not in redriven
    ]


def dead_letters_ring_an_alarm(plan: Plan) -> list[str]:
    watched = {
        (metric["dimensions"] or {}).get("QueueName")
        for values in of_type(plan, "aws_cloudwatch_metric_alarm").values()
        if values["threshold"] == 0 and values["comparison_operator"] == "GreaterThanThreshold"
        for metric in [values, *(metric for query in values["metric_query"] for metric in query["metric"])]
        if metric["metric_name"] == "ApproximateNumberOfMessagesVisible"
        and metric["period"] * values["evaluation_periods"] <= 300
    }
    names = [values["name"] for values in of_type(plan, "aws_sqs_queue").values()]
    return [name for name in names if name.endswith("-dead-letters") and name not in watched]


def alarms_lead_somewhere(plan: Plan) -> list[str]:
    return [a for a, values in of_type(plan, "aws_cloudwatch_metric_alarm").items() if not values.get("alarm_actions")]


def targets_have_dead_letters(plan: Plan) -> list[str]:
    return [a for a, values in of_type(plan, "aws_cloudwatch_event_target").items() if not values["dead_letter_config"]]


def rules_have_a_target(plan: Plan) -> list[str]:
    aimed = {values["rule"] for values in of_type(plan, "aws_cloudwatch_event_target").values()}
    return [a for a, values in of_type(plan, "aws_cloudwatch_event_rule").items() if values["name"] not in aimed]


def functions_run_a_current_python(plan: Plan) -> list[str]:
    return [a for a, values in of_type(plan, "aws_lambda_function").items() if values["runtime"] not in RUNTIMES]


def uploads_reach_their_function(plan: Plan) -> list[str]:
    reserved = {
        values["handler"]: values["reserved_concurrent_executions"]
        for values in of_type(plan, "aws_lambda_function").values()
    }
    working = [
        mapping
        for mapping in of_type(plan, "aws_lambda_event_source_mapping").values()
        if mapping["function_response_types"] == ["ReportBatchItemFailures"]
        and mapping["scaling_config"][0]["maximum_concurrency"] <= reserved["start_crawler.handler"]
    ]
    return [] if working else ["no mapping from the uploads queue to start_crawler that reports failed items"]


def messages_stay_hidden_long_enough(plan: Plan) -> list[str]:
    functions = of_type(plan, "aws_lambda_function").values()
    timeout = next(values["timeout"] for values in functions if values["handler"] == "start_crawler.handler")
    return [
        address
        for address, values in of_type(plan, "aws_sqs_queue").items()
        if not values["name"].endswith("-dead-letters") and values["visibility_timeout_seconds"] < 6 * timeout
    ]


def unfinished_uploads_are_removed(plan: Plan) -> list[str]:
    return [
        address
        for address, values in of_type(plan, "aws_s3_bucket_lifecycle_configuration").items()
        if not any(
            abort["days_after_initiation"] <= 7
            for rule in values["rule"]
            for abort in rule["abort_incomplete_multipart_upload"]
        )
    ]


def the_output_starts_nothing(plan: Plan) -> list[str]:
    """An upload rule listens to the input bucket only, below a folder."""
    return [
        address
        for address, values in of_type(plan, "aws_cloudwatch_event_rule").items()
        if "aws.s3" in str(values.get("event_pattern"))
        for detail in [json.loads(values["event_pattern"])["detail"]]
        if not all("-input-" in name for name in detail["bucket"]["name"])
        or not all(key["prefix"].endswith("/") for key in detail["object"]["key"])
    ]


def the_job_keeps_its_code_while_it_runs(plan: Plan) -> list[str]:
    digits = set("0123456789abcdef")
    return [
        address
        for address, values in of_type(plan, "aws_glue_job").items()
        for key in [
            values["command"][0]["script_location"],
            values["default_arguments"]["--extra-py-files"],
        ]
        if not (len(key.split("/")[-2]) == 16 and set(key.split("/")[-2]) <= digits)
    ]


def roles_have_the_boundary(plan: Plan) -> list[str]:
    """Without it the deploy role may not make them, and what they may do would have no limit."""
    return [
        address
        for address, values in of_type(plan, "aws_iam_role").items()
        if not str(values.get("permissions_boundary")).endswith("-boundary")
    ]


def everything_carries_the_cost_tags(plan: Plan) -> list[str]:
    """What cannot carry tags is listed with its reason; the provider adds the tags to everything else."""
    return [
        address
        for address, resource in resources(plan).items()
        if resource["type"] not in UNTAGGABLE and not (resource["values"].get("tags_all") or {}).keys() >= COST_TAGS
    ]


RULES: list[Callable[[Plan], list[str]]] = [
    buckets_take_tls_only,
    only_services_are_let_in,
    services_are_let_in_for_this_account_only,
    rules_reach_encrypted_queues,
    objects_have_room_for_their_tags,
    glue_writes_to_groups_that_are_kept,
    jobs_get_no_argument_that_glue_ignores,
    no_policy_grants_all_of_a_service,
    queues_have_dead_letters,
    dead_letters_ring_an_alarm,
    alarms_lead_somewhere,
    targets_have_dead_letters,
    rules_have_a_target,
    functions_run_a_current_python,
    uploads_reach_their_function,
    messages_stay_hidden_long_enough,
    unfinished_uploads_are_removed,
    the_output_starts_nothing,
    the_job_keeps_its_code_while_it_runs,
    roles_have_the_boundary,
    everything_carries_the_cost_tags,
]
