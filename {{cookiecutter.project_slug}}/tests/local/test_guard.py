"""What a session of a role asks for is judged by the role's policies before anybody answers it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from small_pipeline import ACCOUNT, PLACE, Small, policy, statement
from stand_in_server import REGION, Server

from local.stand_in.call import calls_of
from local.stand_in.call_resources import Place
from local.stand_in.request_content import content_of

BUCKET, QUEUE = "guarded-bucket", f"arn:aws:sqs:{PLACE}:guarded-queue"


@pytest.fixture(scope="module")
def small(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Nothing but the roles that tests make, a bucket and a queue."""
    server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    server.client("s3").put_object(Bucket=BUCKET, Key="mine/a", Body=b"1")
    server.queue("guarded-queue")
    return Small(server, tmp_path_factory.mktemp("guarded"), "guarded")


def acting(small: Small, name: str, *statements: dict[str, Any], boundary: str = "") -> Any:
    """Clients of somebody in a new role, by the name of a service."""
    small.make_role(f"guarded-{name}", "AWS", *statements)
    if boundary:
        small.client("iam").put_role_permissions_boundary(RoleName=f"guarded-{name}", PermissionsBoundary=boundary)
    return lambda service: small.in_role(f"guarded-{name}", service)


def refused(action: str) -> Any:
    return pytest.raises(ClientError, match=f"(?i)is not authorized to perform: {action}")


def test_each_protocol_of_aws_is_judged(small: Small) -> None:
    nobody = acting(small, "nobody")

    calls = [
        ("s3", "list_objects_v2", {"Bucket": BUCKET}, "s3:ListBucket"),
        ("s3", "head_bucket", {"Bucket": BUCKET}, None),
        ("sns", "list_topics", {}, "sns:ListTopics"),
        ("dynamodb", "list_tables", {}, "dynamodb:ListTables"),
        ("lambda", "list_functions", {}, "lambda:ListFunctions"),
        ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs"),
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
        ("iam", "list_roles", {}, "iam:ListRoles"),
        ("events", "list_rules", {}, "events:ListRules"),
        ("codepipeline", "list_pipelines", {}, "codepipeline:ListPipelines"),
    ]
    for service, call, given, action in calls:
        # An answer to HEAD has no body in which it could say why.
        with refused(action) if action else pytest.raises(ClientError, match="Forbidden"):
            getattr(nobody(service), call)(**given)
    assert nobody("sts").get_caller_identity()["Account"] == ACCOUNT


def test_an_object_is_read_where_the_policy_names_it(small: Small) -> None:
    reader = acting(small, "reader", statement("s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/mine/*"))("s3")

    assert reader.get_object(Bucket=BUCKET, Key="mine/a")["Body"].read() == b"1"
    with refused("s3:GetObject"):
        reader.get_object(Bucket=BUCKET, Key="yours/a")
    with refused("s3:PutObject"):
        reader.put_object(Bucket=BUCKET, Key="mine/a", Body=b"2")


def test_a_boundary_bounds_what_a_role_is_granted(small: Small) -> None:
    text = policy(statement("sqs:Get*"))
    document = small.client("iam").create_policy(PolicyName="guarded-boundary", PolicyDocument=text)
    bounded = acting(small, "bounded", statement("*"), boundary=document["Policy"]["Arn"])("sqs")
    address = bounded.get_queue_url(QueueName="guarded-queue")["QueueUrl"]

    with refused("sqs:SendMessage"):
        bounded.send_message(QueueUrl=address, MessageBody="x")


def test_a_boundary_that_is_not_there_bounds_everything(small: Small) -> None:
    lost = acting(small, "lost", statement("*"), boundary=f"arn:aws:iam::{ACCOUNT}:policy/never-made")("sqs")

    with refused("sqs:ListQueues"):
        lost.list_queues()


def test_a_condition_on_a_key_that_the_local_aws_does_not_fill_ends_the_call_loudly(small: Small) -> None:
    tested = {"Condition": {"StringEquals": {"sqs:Unheard": "of"}}}
    worker = acting(small, "tested", statement("sqs:*") | tested)("sqs")

    with pytest.raises(
        ClientError, match="cannot judge sqs:GetQueueUrl: it does not fill the condition key sqs:Unheard"
    ):
        worker.get_queue_url(QueueName="guarded-queue")


FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
INVOKED = {"PATH_INFO": "/2015-03-31/functions/f/invocations"}
SMITHY = {"PATH_INFO": "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm"}
TARGET = {"HTTP_X_AMZ_TARGET": "DynamoDB_20120810.GetItem"}


def got(path: str, query: str = "") -> dict[str, str]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}


@pytest.mark.parametrize(
    ("service", "environ", "body", "action", "resource"),
    [
        ("s3", got("/b", "lifecycle"), "", "s3:GetLifecycleConfiguration", "arn:aws:s3:::b"),
        ("s3", got("/b/k/x", "versionId=1"), "", "s3:GetObjectVersion", "arn:aws:s3:::b/k/x"),
        ("s3", got("/"), "", "s3:ListAllMyBuckets", "*"),
        ("monitoring", SMITHY, "", "cloudwatch:PutMetricAlarm", "*"),
        ("lambda", INVOKED, "{}", "lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:f"),
        ("dynamodb", TARGET, '{"TableName": "t"}', "dynamodb:GetItem", f"arn:aws:dynamodb:{PLACE}:table/t"),
        ("iam", FORM, "Action=GetRole&RoleName=r", "iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
    ],
)
def test_a_request_is_read_in_the_words_of_iam(
    service: str, environ: dict[str, str], body: str, action: str, resource: str
) -> None:
    given = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
    given |= {"wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1", "RAW_URI": environ.get("PATH_INFO", "/")} | environ

    operation, members = content_of(service, given, body.encode)
    (call,) = calls_of(Place(ACCOUNT, REGION), service, operation, members, given)

    assert (call.action, call.resource) == (action, resource)
