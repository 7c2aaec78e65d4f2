"""AWS's refusals in their own words: each rule with a valid and an invalid request."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, OTHER_ACCOUNT, REGION, ROLE, Server, archive, eventually, policy_for, start

from dataops.local_aws.account.account_profile import PROFILES

SCOPE = f"{REGION}:{ACCOUNT}"
OBJECT = "arn:aws:s3:::b/"


@contextmanager
def refused(code: str, sentence: str) -> Iterator[None]:
    """Expect an error with its code and a part of its sentence."""
    with pytest.raises(ClientError) as error:
        yield
    answer = error.value.response["Error"]
    assert (answer["Code"], sentence if sentence in answer["Message"] else answer["Message"]) == (code, sentence)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def may(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def trust(**principal: Any) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


LAMBDA = {"Service": "lambda.amazonaws.com"}


def role(server: Server, name: str, *statements: dict[str, Any], service: str = "lambda") -> str:
    """A role of a service with one inline policy; returns its ARN."""
    iam = server.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service=f"{service}.amazonaws.com"))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=policy(*statements))
    return str(made["Role"]["Arn"])


# Identity


def test_a_managed_policy_holds_6144_characters_without_white_space(server: Server) -> None:
    iam, statement = server.client("iam"), may("s3:GetObject", resource=OBJECT)
    room = 6144 - len(policy(statement).replace(" ", ""))
    longest = policy(may("s3:GetObject", resource=f"{OBJECT}{'x' * room}")).replace(",", ",  \n")

    iam.create_policy(PolicyName="longest", PolicyDocument=longest)
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy(
            PolicyName="longer", PolicyDocument=policy(may("s3:GetObject", resource=f"{OBJECT}{'x' * (room + 1)}"))
        )


def test_the_inline_policies_of_a_role_hold_10240_characters_together(server: Server) -> None:
    iam, half = server.client("iam"), policy(may("s3:GetObject", resource=f"{OBJECT}{'x' * 4900}"))
    role(server, "inline")
    for name in ("one", "two", "two"):
        iam.put_role_policy(RoleName="inline", PolicyName=name, PolicyDocument=half)

    with refused("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role inline"):
        iam.put_role_policy(RoleName="inline", PolicyName="three", PolicyDocument=half)


def test_a_trust_policy_holds_2048_characters(server: Server) -> None:
    accounts = [f"arn:aws:iam::{number:012d}:root" for number in range(70)]

    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"):
        server.client("iam").create_role(RoleName="trusting", AssumeRolePolicyDocument=trust(AWS=accounts))


def test_a_role_holds_ten_managed_policies(server: Server) -> None:
    iam = server.client("iam")
    role(server, "collector")
    made = [
        iam.create_policy(PolicyName=f"part-{n}", PolicyDocument=policy(may("s3:GetObject")))["Policy"]["Arn"]
        for n in range(11)
    ]
    for arn in made[:10]:
        iam.attach_role_policy(RoleName="collector", PolicyArn=arn)
    iam.attach_role_policy(RoleName="collector", PolicyArn=made[0])

    with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName="collector", PolicyArn=made[10])


NOBODY = f"arn:aws:iam::{ACCOUNT}:role/nobody"


def test_whoever_a_trust_policy_names_must_exist(server: Server) -> None:
    iam, known = server.client("iam"), role(server, "known")
    iam.create_role(RoleName="trusts-known", AssumeRolePolicyDocument=trust(AWS=[known, ACCOUNT]))

    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{NOBODY}"'):
        iam.create_role(RoleName="trusts-nobody", AssumeRolePolicyDocument=trust(AWS=NOBODY))
    with refused("MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn:aws:iam::12345:root"'):
        iam.update_assume_role_policy(RoleName="trusts-known", PolicyDocument=trust(AWS="arn:aws:iam::12345:root"))


def test_whoever_the_policy_of_a_resource_names_must_exist(server: Server) -> None:
    def naming(action: str) -> str:
        return policy({"Effect": "Allow", "Principal": {"AWS": NOBODY}, "Action": action, "Resource": "*"})

    s3, sns, sqs, kms = (server.client(name) for name in ("s3", "sns", "sqs", "kms"))
    s3.create_bucket(Bucket="named", CreateBucketConfiguration={"LocationConstraint": REGION})

    with refused("MalformedPolicy", "Invalid principal in policy"):
        s3.put_bucket_policy(Bucket="named", Policy=naming("s3:GetObject"))
    with refused("InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"):
        sns.create_topic(Name="named", Attributes={"Policy": naming("sns:Publish")})
    with refused("InvalidAttributeValue", "Invalid value for the parameter Policy."):
        sqs.create_queue(QueueName="named", Attributes={"Policy": naming("sqs:SendMessage")})
    with refused(
        "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
    ):
        kms.create_key(Policy=naming("kms:*"))


# Keys


def key_policy(*statements: dict[str, Any], owner: bool = True) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    return policy(*([root] if owner else []), *statements)


def key_for(service: str, **condition: Any) -> str:
    own = policy_for(service, "kms:*")["Statement"][0]
    return key_policy(own | ({"Condition": condition} if condition else {}))


def test_a_key_policy_leaves_somebody_who_may_change_it(server: Server) -> None:
    kms, statement = server.client("kms"), policy_for("events.amazonaws.com", "kms:Decrypt")["Statement"][0]
    kms.create_key(Policy=key_policy(statement))

    sentence = "The new key policy will not allow you to update the key policy in the future."
    with refused("MalformedPolicyDocumentException", sentence):
        kms.create_key(Policy=key_policy(statement, owner=False))


@pytest.mark.parametrize("service", ["log.eu-west-1.amazonaws.com", "logs.amazonaws.com.cn", "example.com"])
def test_a_key_policy_names_services_that_aws_has(server: Server, service: str) -> None:
    kms = server.client("kms")
    for known in (f"logs.{REGION}.amazonaws.com", "cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com"):
        kms.create_key(Policy=key_for(known))

    with refused("MalformedPolicyDocumentException", "one or more invalid principals"):
        kms.create_key(Policy=key_for(service))


def test_the_key_of_a_log_group_lets_the_service_use_it_for_that_group(server: Server) -> None:
    kms, logs = server.client("kms"), server.client("logs")
    group = f"arn:aws:logs:{SCOPE}:log-group:/keyed"
    only = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{group}*"}}
    good = kms.create_key(Policy=key_for(f"logs.{REGION}.amazonaws.com", **only))["KeyMetadata"]["Arn"]
    bad = kms.create_key(Policy=key_policy())["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/keyed/good", kmsKeyId=good)

    for name, key in (("/keyed/bad", bad), ("/other", good), ("/keyed/none", bad[:-1])):
        sentence = "The specified KMS key does not exist or is not allowed to be used with Arn "
        with refused("AccessDeniedException", f"{sentence}'arn:aws:logs:{SCOPE}:log-group:{name}'"):
            logs.create_log_group(logGroupName=name, kmsKeyId=key)


# Functions


def create(server: Server, name: str, role: str, **settings: Any) -> Any:
    code = {"ZipFile": archive({"it.py": "def handle(event, context): pass"})}
    return server.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="it.handle", Code=code, **settings
    )


@pytest.fixture(scope="module")
def network(server: Server) -> dict[str, list[str]]:
    """A subnet and a security group, as a function names them."""
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="functions", Description="Functions", VpcId=vpc)["GroupId"]
    return {"SubnetIds": [subnet], "SecurityGroupIds": [group]}


def interfaces(network: dict[str, list[str]], delete: str) -> tuple[dict[str, Any], ...]:
    """The permissions to create interfaces in one network, to describe all, and to delete some."""
    begin = f"arn:aws:ec2:{SCOPE}:"
    resources = [f"{begin}network-interface/*", f"{begin}subnet/{network['SubnetIds'][0]}"]
    resources.append(f"{begin}security-group/{network['SecurityGroupIds'][0]}")
    return (
        may("ec2:CreateNetworkInterface", resource=resources),
        may("ec2:DescribeNetworkInterfaces"),
        may("ec2:DeleteNetworkInterface", resource=delete),
    )


def test_lambda_tries_the_right_to_delete_interfaces_without_naming_one(
    server: Server, network: dict[str, list[str]]
) -> None:
    good = role(server, "deletes-any", *interfaces(network, "*"))
    scoped = role(server, "deletes-some", *interfaces(network, f"arn:aws:ec2:{SCOPE}:network-interface/*"))
    create(server, "in-network", good, VpcConfig=network)
    create(server, "outside", scoped)

    sentence = "The provided execution role does not have permissions to call DeleteNetworkInterface on EC2"
    with refused("InvalidParameterValueException", sentence):
        create(server, "scoped", scoped, VpcConfig=network)
    with refused("InvalidParameterValueException", sentence):
        server.client("lambda").update_function_configuration(FunctionName="outside", VpcConfig=network)


def test_lambda_tries_the_rights_to_the_dead_letters_and_to_traces(server: Server) -> None:
    queue, plain = server.queue("dead"), role(server, "plain")
    able = role(server, "able", may("sqs:SendMessage", "xray:PutTraceSegments"))
    settings = {"DeadLetterConfig": {"TargetArn": queue}, "TracingConfig": {"Mode": "Active"}}
    create(server, "able", able, **settings)

    for name, service, what in (
        ("DeadLetterConfig", "SQS", "SendMessage"),
        ("TracingConfig", "XRAY", "PutTraceSegments"),
    ):
        sentence = f"The provided execution role does not have permissions to call {what} on {service}"
        with refused("InvalidParameterValueException", sentence):
            create(server, "unable", plain, **{name: settings[name]})


def test_lambda_must_be_able_to_take_the_role(server: Server) -> None:
    with refused("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."):
        create(server, "untrusted", role(server, "of-glue", service="glue"))


def test_the_network_of_a_function_exists(server: Server, network: dict[str, list[str]]) -> None:
    with refused("InvalidParameterValueException", "The security group 'sg-0123' does not exist"):
        create(server, "lost", ROLE, VpcConfig=network | {"SecurityGroupIds": ["sg-0123"]})


def test_the_environment_of_a_function_holds_4_kilobytes_and_no_reserved_name(server: Server) -> None:
    room = 4096 - len('{"AB":""}')
    create(server, "full", ROLE, Environment={"Variables": {"AB": "x" * room}})

    with refused("InvalidParameterValueException", "exceeded the 4KB limit. String measured: {"):
        create(server, "fuller", ROLE, Environment={"Variables": {"AB": "x" * (room + 1)}})
    with refused("InvalidParameterValueException", "Reserved keys used in this request: AWS_REGION"):
        create(server, "reserved", ROLE, Environment={"Variables": {"AWS_REGION": "eu-west-1"}})


def test_an_account_keeps_concurrency_that_nobody_reserved(server: Server) -> None:
    functions = server.client("lambda")
    create(server, "greedy", ROLE)
    functions.put_function_concurrency(FunctionName="greedy", ReservedConcurrentExecutions=890)

    sentence = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    with refused("InvalidParameterValueException", sentence):
        functions.put_function_concurrency(FunctionName="greedy", ReservedConcurrentExecutions=950)
    functions.delete_function(FunctionName="greedy")


def feed(server: Server, function: str, queue: str, **settings: Any) -> Any:
    return server.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=queue, Enabled=False, **settings
    )


def test_a_function_may_take_from_the_queue_that_feeds_it(server: Server) -> None:
    queue = server.queue("feeds")
    create(
        server,
        "refused-fed",
        role(server, "takes", may("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")),
    )
    create(server, "unfed", role(server, "takes-not", may("sqs:ReceiveMessage", "sqs:GetQueueAttributes")))
    feed(server, "refused-fed", queue)

    sentence = "The function execution role does not have permissions to call DeleteMessage on SQS"
    with refused("InvalidParameterValueException", sentence):
        feed(server, "unfed", queue)


def test_a_message_stays_hidden_as_long_as_the_function_may_run(server: Server) -> None:
    create(server, "refused-slow", ROLE, Timeout=60)

    sentence = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    with refused("InvalidParameterValueException", sentence):
        feed(server, "refused-slow", server.queue("brief"))


def test_a_batch_of_more_than_ten_needs_a_window(server: Server) -> None:
    queue = server.queue("batches")
    create(server, "batched", ROLE)
    feed(server, "batched", queue, BatchSize=100, MaximumBatchingWindowInSeconds=5)

    sentence = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    with refused("InvalidParameterValueException", sentence):
        feed(server, "batched", queue, BatchSize=11)


# Events


GOOD_SCHEDULES = [
    "rate(1 hour)",
    "rate(15 minutes)",
    "rate(10 days)",
    "cron(0 6 * * ? *)",
    "cron(0/5 8-17 ? * MON-FRI *)",
    "cron(15 10 ? * 6L 2022-2030)",
    "cron(0 9 ? * 2#1 *)",
    "cron(30 6 L * ? *)",
    "cron(0 18 1,15 JAN,JUL ? *)",
]
BAD_SCHEDULES = [
    "rate(1 hours)",
    "rate(2 hour)",
    "rate(0 minutes)",
    "rate(15 seconds)",
    "cron(0 6 * * * *)",
    "cron(0 6 ? * ? *)",
    "cron(0 6 * *)",
    "cron(60 6 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(0 6 ? * 0 *)",
    "cron(0 6 32 * ? *)",
    "cron(0/0 6 * * ? *)",
    "every hour",
]


def test_a_schedule_has_the_form_that_eventbridge_reads(server: Server) -> None:
    events = server.client("events")
    for number, schedule in enumerate(GOOD_SCHEDULES):
        events.put_rule(Name=f"good-{number}", ScheduleExpression=schedule, State="DISABLED")

    for schedule in BAD_SCHEDULES:
        with refused("ValidationException", "Parameter ScheduleExpression is not valid."):
            events.put_rule(Name="bad", ScheduleExpression=schedule)


PATTERN = json.dumps({"source": ["acme"]})


def test_a_bus_holds_300_rules_and_may_change_them(server: Server) -> None:
    events = server.client("events", OTHER_ACCOUNT)
    there = sum(len(page["Rules"]) for page in events.get_paginator("list_rules").paginate())
    for number in range(300 - there):
        events.put_rule(Name=f"rule-{number}", EventPattern=PATTERN)
    events.put_rule(Name="rule-0", EventPattern=PATTERN, State="DISABLED")

    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        events.put_rule(Name="rule-300", EventPattern=PATTERN)


@pytest.mark.parametrize("region", ["af-south-1", "eu-south-1"])
def test_a_bus_of_a_small_region_holds_100_rules(server: Server, region: str) -> None:
    events = boto3.client("events", **server.platform.access | {"region_name": region})
    for number in range(100):
        events.put_rule(Name=f"rule-{number}", EventPattern=PATTERN)

    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        events.put_rule(Name="rule-100", EventPattern=PATTERN)


def test_a_rule_has_five_targets(server: Server) -> None:
    events, queue = server.client("events"), server.queue("targets")
    events.put_rule(Name="targets", EventPattern=PATTERN)
    events.put_targets(Rule="targets", Targets=[{"Id": str(n), "Arn": queue} for n in range(5)])

    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        events.put_targets(Rule="targets", Targets=[{"Id": "5", "Arn": queue}])


def test_a_pipeline_is_started_in_a_role(server: Server) -> None:
    events, arn = server.client("events"), f"arn:aws:codepipeline:{SCOPE}:deliver"
    events.put_rule(Name="starts", EventPattern=PATTERN)
    events.put_targets(Rule="starts", Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE}])

    with refused("ValidationException", f"RoleArn is required for target {arn}."):
        events.put_targets(Rule="starts", Targets=[{"Id": "1", "Arn": arn}])


# Storage


def test_a_public_policy_is_refused_where_block_public_access_says_so(server: Server) -> None:
    s3, everybody = (
        server.client("s3"),
        {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::private/*"},
    )
    s3.create_bucket(Bucket="private", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(Bucket="private", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket="private", Policy=policy({"Effect": "Deny", "Condition": tls} | everybody))
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    s3.put_bucket_policy(Bucket="private", Policy=policy({"Effect": "Allow", "Condition": own} | everybody))

    with refused(
        "AccessDenied", "because public policies are blocked by the BlockPublicPolicy block public access setting."
    ):
        s3.put_bucket_policy(Bucket="private", Policy=policy({"Effect": "Allow"} | everybody))


def test_the_name_of_a_bucket_is_taken_in_every_account(server: Server) -> None:
    location = {"LocationConstraint": REGION}
    server.client("s3", OTHER_ACCOUNT).create_bucket(Bucket="somebodys", CreateBucketConfiguration=location)

    with refused("BucketAlreadyExists", "The requested bucket name is not available"):
        server.client("s3").create_bucket(Bucket="somebodys", CreateBucketConfiguration=location)


def test_an_object_has_ten_tags(server: Server) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="tagged", CreateBucketConfiguration={"LocationConstraint": REGION})

    with refused("BadRequest", "Object tags cannot be greater than 10"):
        s3.put_object(Bucket="tagged", Key="k", Tagging="&".join(f"tag{n}=x" for n in range(11)))


# Queues and topics


def test_the_name_of_a_deleted_queue_is_free_after_a_minute(server: Server) -> None:
    sqs = server.client("sqs")
    server.queue("short-lived")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="short-lived")["QueueUrl"])

    sentence = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", sentence):
        server.queue("short-lived")


@pytest.mark.parametrize("subject", ["Two\nlines", "Grüße", "x" * 100, " begins with a blank"])
def test_a_subject_is_one_line_of_ascii(server: Server, subject: str) -> None:
    sns = server.client("sns")
    arn = sns.create_topic(Name="subjects")["TopicArn"]
    sns.publish(TopicArn=arn, Subject="x" * 99, Message="m")

    with refused("InvalidParameter", "Invalid parameter: Subject"):
        sns.publish(TopicArn=arn, Subject=subject, Message="m")


def test_a_topic_is_reached_in_its_own_region(server: Server) -> None:
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        server.client("sns").publish(TopicArn=f"arn:aws:sns:eu-central-1:{ACCOUNT}:elsewhere", Message="m")


# Monitoring


def alarm(server: Server, **settings: Any) -> None:
    usual: dict[str, Any] = {"AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1}
    one = {"MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1}
    chosen = {"EvaluationPeriods": 1} if "Metrics" in settings else one
    server.client("cloudwatch").put_metric_alarm(**usual | chosen | settings)


def test_an_alarm_tells_topics_of_its_own_region_and_partition_at_most_five(server: Server) -> None:
    topic = f"arn:aws:sns:{SCOPE}:notified"
    alarm(server, AlarmActions=[topic])

    with refused("ValidationError", f"Invalid region eu-central-1 specified. Only {REGION} is supported."):
        alarm(server, AlarmActions=[topic.replace(REGION, "eu-central-1")])
    with refused("ValidationError", "Invalid arn syntax: arn:aws-cn:"):
        alarm(server, OKActions=[topic.replace("arn:aws:", "arn:aws-cn:")])
    with refused("ValidationError", "Member must have length less than or equal to 5"):
        alarm(server, AlarmActions=[f"{topic}-{n}" for n in range(6)])


def test_an_alarm_looks_back_a_day_or_with_hours_a_week(server: Server) -> None:
    alarm(server, Period=300, EvaluationPeriods=288)
    alarm(server, Period=3600, EvaluationPeriods=168)

    with refused("ValidationError", "Metrics cannot be checked across more than a day"):
        alarm(server, Period=300, EvaluationPeriods=289)
    with refused("ValidationError", "Metrics cannot be checked across more than seven days"):
        alarm(server, Period=3600, EvaluationPeriods=169)
    with refused("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods"):
        alarm(server, DatapointsToAlarm=2)


def formula(text: str, count: int = 1) -> list[dict[str, Any]]:
    stats = [
        {
            "Id": f"m{number}",
            "ReturnData": False,
            "MetricStat": {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 300, "Stat": "Sum"},
        }
        for number in range(count)
    ]
    return [*stats, {"Id": "e", "Expression": text}]


def test_a_formula_can_be_read_and_names_metrics_of_its_alarm(server: Server) -> None:
    for text in ("SUM([m0]) / 2", "IF(m0 > 1 AND m0 < 5, m0, 0)", "ANOMALY_DETECTION_BAND(m0, 2)", "FILL(m0, REPEAT)"):
        alarm(server, Metrics=formula(text))

    for text in ("SUM([zzz)", "m0 + m1", "m0 +"):
        with refused("ValidationError", "Invalid metrics list"):
            alarm(server, Metrics=formula(text))
    with refused("ValidationError", "Invalid metrics list"):
        alarm(server, Metrics=formula("m0", 11))


def test_every_graph_of_a_dashboard_has_a_metric(server: Server) -> None:
    def put(**widget: Any) -> None:
        body = json.dumps({"widgets": [{"type": "metric", "width": 12, "height": 6} | widget]})
        server.client("cloudwatch").put_dashboard(DashboardName="d", DashboardBody=body)

    put(properties={"metrics": [["n", "m"]], "region": REGION})
    put(type="text", properties={"markdown": "hello"})

    with refused("InvalidParameterInput", "The dashboard body is invalid, there are 3 validation errors:"):
        put(properties={"metrics": [], "region": REGION})
    with refused("InvalidParameterInput", '"dataPath": "/widgets/0/x"'):
        put(x=13, properties={"metrics": [["n", "m"]], "region": REGION})


def test_a_query_is_tried_when_it_starts_not_when_it_is_saved(server: Server) -> None:
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/asked")
    good = 'fields @timestamp, @message | filter level = "ER|OR" and text like /a|b/ | sort @timestamp desc | limit 5'
    logs.start_query(logGroupName="/asked", queryString=good, startTime=0, endTime=1)

    for bad in ("show @message", "fields @message | ", "stats count(* by x", 'filter a = "b'):
        logs.put_query_definition(name="bad", queryString=bad)
        with pytest.raises(ClientError) as error:
            logs.start_query(logGroupName="/asked", queryString=bad, startTime=0, endTime=1)
        assert error.value.response["Error"]["Code"] == "MalformedQueryException"


# Glue


JOB: dict[str, Any] = {
    "Role": ROLE,
    "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/k"},
    "GlueVersion": "5.0",
    "WorkerType": "G.1X",
    "NumberOfWorkers": 2,
}


def job(server: Server, name: str, **settings: Any) -> Any:
    return server.client("glue").create_job(Name=name, **JOB | settings)


def test_a_job_can_run_as_it_is_asked_to(server: Server) -> None:
    job(server, "flexible", ExecutionClass="FLEX")

    with refused("InvalidInputException", "Glue version 99.0 is not supported."):
        job(server, "future", GlueVersion="99.0")
    with refused("InvalidInputException", "minimum allowed value of Number of Workers is 2."):
        job(server, "alone", NumberOfWorkers=1)
    with refused("InvalidInputException", "Execution class FLEX is not supported for Worker Type G.4X"):
        job(server, "large", ExecutionClass="FLEX", WorkerType="G.4X")


@pytest.mark.parametrize(("workers", "runs"), [(2, 5), (10, 2)])
def test_a_new_account_has_room_for_few_runs_and_few_dpus(
    tmp_path_factory: pytest.TempPathFactory, workers: int, runs: int
) -> None:
    server = start(tmp_path_factory.mktemp("runs"), "--profile", "new")
    glue, most = server.client("glue"), PROFILES["new"]
    server.ask("hold", jobs=True)
    try:
        assert min(most.glue_concurrent_runs, most.glue_dpus // workers) == runs
        job(server, "busy", NumberOfWorkers=workers, ExecutionProperty={"MaxConcurrentRuns": 20})
        begun = [glue.start_job_run(JobName="busy")["JobRunId"] for _ in range(runs)]
        sentence = "Exceeded maximum concurrent compute capacity for your account"
        with refused("ResourceNumberLimitExceededException", sentence):
            glue.start_job_run(JobName="busy")

        glue.batch_stop_job_run(JobName="busy", JobRunIds=begun[:1])
        first = {"JobName": "busy", "RunId": begun[0]}
        eventually(lambda: glue.get_job_run(**first)["JobRun"]["JobRunState"] == "STOPPED", "the run's end")
        glue.start_job_run(JobName="busy")
    finally:
        server.end()


def test_what_a_job_names_exists(server: Server) -> None:
    with refused("EntityNotFoundException", "Security Configuration nothing not found"):
        job(server, "unkeyed", SecurityConfiguration="nothing")
    with refused("EntityNotFoundException", "Connection nowhere not found."):
        job(server, "unconnected", Connections={"Connections": ["nowhere"]})


def test_an_argument_is_short_enough_for_a_process(server: Server) -> None:
    job(server, "long", DefaultArguments={"--settings": "x" * 131_071})

    with refused("InvalidInputException", "Argument --settings is longer than the 131071 bytes"):
        job(server, "longer", DefaultArguments={"--settings": "x" * 131_072})


def crawler(server: Server, name: str, **settings: Any) -> Any:
    targets = {"S3Targets": [{"Path": "s3://crawled/raw/"}]}
    usual = {"Name": name, "Role": "crawls", "DatabaseName": "d", "Targets": targets}
    return server.client("glue").create_crawler(**usual | settings)


@pytest.fixture(scope="module")
def crawled(server: Server) -> None:
    """A bucket and a role for crawlers."""
    location = {"LocationConstraint": REGION}
    server.client("s3").create_bucket(Bucket="crawled", CreateBucketConfiguration=location)
    role(server, "crawls", may("s3:*", "glue:*", "logs:*"), service="glue")


def test_glue_takes_the_role_of_a_crawler_when_it_is_made(server: Server, crawled: None) -> None:
    crawler(server, "trusted")

    sentence = "Service is unable to assume provided role. Please verify role's TrustPolicy"
    for name in (role(server, "trusts-lambda"), "nobody"):
        with refused("InvalidInputException", sentence):
            crawler(server, "untrusted", Role=name)


def test_what_a_crawler_reads_exists(server: Server, crawled: None) -> None:
    with refused("InvalidInputException", "S3 bucket nothing-here does not exist."):
        crawler(server, "lost", Targets={"S3Targets": [{"Path": "s3://nothing-here/"}]})
    with refused("EntityNotFoundException", "Connection nowhere not found."):
        crawler(server, "lost", Targets={"S3Targets": [{"Path": "s3://crawled/", "ConnectionName": "nowhere"}]})


def test_a_crawler_at_work_is_neither_changed_nor_deleted(server: Server, crawled: None) -> None:
    glue = server.client("glue")
    crawler(server, "busy")
    server.ask("hold", crawls=True)
    glue.start_crawler(Name="busy")
    try:
        with refused("InvalidInputException", "Cannot update Crawler while running"):
            glue.update_crawler(Name="busy", Description="other")
        with refused("CrawlerRunningException", "Crawler with name busy is currently running"):
            glue.delete_crawler(Name="busy")
    finally:
        server.ask("hold")
    server.settle()

    glue.update_crawler(Name="busy", Description="other")
    glue.delete_crawler(Name="busy")


def test_at_most_a_hundred_partitions_are_made_at_once(server: Server) -> None:
    glue = server.client("glue")
    many = [{"Values": [str(number)]} for number in range(101)]

    with refused("ValidationException", "Member must have length less than or equal to 100"):
        glue.batch_create_partition(DatabaseName="d", TableName="t", PartitionInputList=many)


def ruleset(server: Server, text: str, table: str = "there") -> Any:
    target = {"DatabaseName": "rules", "TableName": table}
    return server.client("glue").create_data_quality_ruleset(Name="r", Ruleset=text, TargetTable=target)


def test_a_ruleset_can_be_read_and_has_its_table(server: Server) -> None:
    glue = server.client("glue")
    glue.create_database(DatabaseInput={"Name": "rules"})
    glue.create_table(DatabaseName="rules", TableInput={"Name": "there"})
    rules = [
        "RowCount > 0",
        'IsComplete "a"',
        'ColumnValues "a" in ["x, y", "z]"]',
        r'ColumnValues "b" matches "\\d+ \"q\"" where "`b` is not null"',
    ]
    ruleset(server, f"# What holds\nRules = [\n  {', '.join(rules)}\n]")

    for text, why in {
        'Rules = [ IsComplete "a ]': "token recognition error",
        'Rules = [ IsComplete "a"': "missing ']'",
        'Rules = [ IsFine "a" ]': "Rule Type: IsFine is not valid",
        'IsComplete "a"': "No rules found",
        'Rules = [ IsComplete "a"), RowCount > 0 ]': "mismatched input ')'",
    }.items():
        with refused("InvalidInputException", f"Ruleset is invalid: {why}"):
            ruleset(server, text)
    with refused("EntityNotFoundException", "Table gone not found."):
        ruleset(server, "Rules = [ RowCount > 0 ]", table="gone")


# Network


def test_a_region_has_room_for_five_networks(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = start(tmp_path_factory.mktemp("networks"))
    ec2 = server.client("ec2")
    try:
        for number in range(5 - len(ec2.describe_vpcs()["Vpcs"])):
            ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
        with refused("VpcLimitExceeded", "The maximum number of VPCs has been reached."):
            ec2.create_vpc(CidrBlock="10.9.0.0/16")
    finally:
        server.end()


def test_a_network_has_room_for_fifty_interface_endpoints_and_a_region_for_twenty_gateways(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = start(tmp_path_factory.mktemp("endpoints"))
    ec2, sentence = server.client("ec2"), "The maximum number of VPC endpoints has been reached."
    try:
        one, other = (ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (70, 71))
        for kind, service, most in (("Interface", "sns", 50), ("Gateway", "s3", 20)):
            wanted = {"VpcEndpointType": kind, "ServiceName": f"com.amazonaws.{REGION}.{service}"}
            for _ in range(most):
                ec2.create_vpc_endpoint(VpcId=one, **wanted)
            with refused("VpcEndpointLimitExceeded", sentence):
                ec2.create_vpc_endpoint(VpcId=one, **wanted)

        ec2.create_vpc_endpoint(VpcId=other, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{REGION}.sns")
        with refused("VpcEndpointLimitExceeded", sentence):
            ec2.create_vpc_endpoint(VpcId=other, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3")
    finally:
        server.end()


def test_a_network_has_a_size_that_aws_knows(server: Server, network: dict[str, list[str]]) -> None:
    ec2 = server.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=network["SubnetIds"])["Subnets"][0]["VpcId"]

    with refused("InvalidVpc.Range", "The CIDR '10.0.0.0/8' is invalid."):
        ec2.create_vpc(CidrBlock="10.0.0.0/8")
    with refused("InvalidSubnet.Range", "The CIDR '10.7.9.0/29' is invalid."):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.9.0/29")


def test_private_names_of_an_endpoint_need_the_network_to_answer_for_them(
    server: Server, network: dict[str, list[str]]
) -> None:
    ec2 = server.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=network["SubnetIds"])["Subnets"][0]["VpcId"]
    wanted = {"VpcId": vpc, "ServiceName": f"com.amazonaws.{REGION}.sns", "VpcEndpointType": "Interface"}
    wanted |= {"SubnetIds": network["SubnetIds"], "PrivateDnsEnabled": True}

    with refused("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames"):
        ec2.create_vpc_endpoint(**wanted)

    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.create_vpc_endpoint(**wanted)


def test_a_description_holds_few_signs(server: Server, network: dict[str, list[str]]) -> None:
    ec2, group = server.client("ec2"), network["SecurityGroupIds"][0]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}

    with refused("InvalidParameterValue", "Invalid security group description."):
        ec2.create_security_group(GroupName="bad", Description="it's bad")
    with refused("InvalidParameterValue", "Invalid rule description."):
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[rule | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "über"}]}]
        )


# Budgets


# As AWS documents it: the condition keys that Budgets sends, for the topic and for the topic's key.
OF_BUDGETS = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:*"},
}
OF_ANOTHER_ACCOUNT = {"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}}
OF_ONE_BUDGET = {"ArnEquals": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:budget/other"}}


def make_budget(server: Server, name: str, topic: str) -> None:
    event = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    limit = {"Amount": "1", "Unit": "USD"}
    budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    notification = {"Notification": event, "Subscribers": [{"SubscriptionType": "SNS", "Address": topic}]}
    server.client("budgets").create_budget(
        AccountId=ACCOUNT, Budget=budget, NotificationsWithSubscribers=[notification]
    )


def topic_for_budgets(
    server: Server, name: str, condition: dict[str, Any], key_condition: dict[str, Any], *key_actions: str
) -> str:
    """An encrypted topic whose policy, and whose key's policy, allow Budgets under a condition."""
    budgets = {"Principal": {"Service": "budgets.amazonaws.com"}}
    of_key = key_policy(may(*key_actions, Condition=key_condition, **budgets))
    key = server.client("kms").create_key(Policy=of_key)["KeyMetadata"]["Arn"]
    of_topic = policy(may("SNS:Publish", resource=f"arn:aws:sns:{SCOPE}:{name}", Condition=condition, **budgets))
    made = server.client("sns").create_topic(Name=name, Attributes={"Policy": of_topic, "KmsMasterKeyId": key})
    return str(made["TopicArn"])


USE = ("kms:Decrypt", "kms:GenerateDataKey*")


def test_a_budget_tells_an_encrypted_topic_that_lets_it_in_as_aws_documents(server: Server) -> None:
    make_budget(server, "notified", topic_for_budgets(server, "notified", OF_BUDGETS, OF_BUDGETS, *USE))


@pytest.mark.parametrize("condition", [OF_ANOTHER_ACCOUNT, OF_ONE_BUDGET], ids=["account", "budget"])
def test_no_budget_tells_a_topic_whose_policy_does_not_let_it_in(server: Server, condition: dict[str, Any]) -> None:
    topic = topic_for_budgets(server, f"shut-{len(str(condition))}", condition, OF_BUDGETS, *USE)

    with refused("InvalidParameterException", "because no resource-based policy allows the sns:Publish action"):
        make_budget(server, "b", topic)


@pytest.mark.parametrize(
    ("condition", "actions", "missing"),
    [
        (OF_ANOTHER_ACCOUNT, USE, "kms:GenerateDataKey"),
        (OF_ONE_BUDGET, USE, "kms:GenerateDataKey"),
        (OF_BUDGETS, USE[:1], "kms:GenerateDataKey"),
        (OF_BUDGETS, USE[1:], "kms:Decrypt"),
    ],
    ids=["account", "budget", "no data key", "no decryption"],
)
def test_no_budget_tells_a_topic_whose_key_does_not_let_it_in(
    server: Server, condition: dict[str, Any], actions: tuple[str, ...], missing: str
) -> None:
    name = f"sealed-{len(str(condition))}-{len(str(actions))}"
    topic = topic_for_budgets(server, name, OF_BUDGETS, condition, *actions)

    with refused("InvalidParameterException", f"because no resource-based policy allows the {missing} action"):
        make_budget(server, "b", topic)


def test_a_budget_tells_a_topic_of_its_own_account_that_is_there(server: Server) -> None:
    with refused("InvalidParameterException", "does not exist"):
        make_budget(server, "b", f"arn:aws:sns:{SCOPE}:nowhere")
    with refused("InvalidParameterException", "must be in the account of the budget"):
        make_budget(server, "b", f"arn:aws:sns:{REGION}:{OTHER_ACCOUNT}:far")


# Regions


def test_a_region_that_is_off_takes_no_credentials(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = start(tmp_path_factory.mktemp("new"), "--profile", "new")

    def client(service: str, region: str) -> Any:
        access = server.platform.access | {"region_name": region}
        return boto3.client(service, **access)

    try:
        client("sqs", "eu-west-1").list_queues()
        with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
            client("sqs", "af-south-1").list_queues()
        with refused("InvalidClientTokenId", "The security token included in the request is invalid."):
            client("sns", "af-south-1").list_topics()
        with refused("AuthFailure", "AWS was not able to validate the provided access credentials"):
            client("ec2", "af-south-1").describe_vpcs()
    finally:
        server.end()
