"""The policies of a role decide on each request of its session before a service answers it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws_server import REGION, Server, archive
from small_pipeline import ACCOUNT, SCOPE, SOURCE, Small, policy, statement

from dataops.local_aws.access.call import calls_of
from dataops.local_aws.access.call_resources import Scope
from dataops.local_aws.server.request_content import content_of

SOME_ID = "12345678-1234-1234-1234-123456789012"
BUCKET, QUEUE = "authorized-bucket", f"arn:aws:sqs:{SCOPE}:authorized-queue"


@pytest.fixture(scope="module")
def small(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Only the roles that tests create, a bucket and a queue."""
    server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    server.client("s3").put_object(Bucket=BUCKET, Key="mine/a", Body=b"1")
    server.queue("authorized-queue")
    return Small(server, tmp_path_factory.mktemp("authorized"), "authorized")


def acting(small: Small, name: str, *statements: dict[str, Any], boundary: str = "") -> Any:
    """Clients of a session in a new role, by the name of a service."""
    small.make_role(f"authorized-{name}", "AWS", *statements)
    if boundary:
        small.client("iam").put_role_permissions_boundary(RoleName=f"authorized-{name}", PermissionsBoundary=boundary)
    return lambda service: small.in_role(f"authorized-{name}", service)


def refused(action: str) -> Any:
    return pytest.raises(ClientError, match=f"(?i)is not authorized to perform: {action}")


def test_each_protocol_of_aws_is_authorized(small: Small) -> None:
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
        # A response to HEAD has no body for the reason.
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
    document = small.client("iam").create_policy(PolicyName="authorized-boundary", PolicyDocument=text)
    bounded = acting(small, "bounded", statement("*"), boundary=document["Policy"]["Arn"])("sqs")
    address = bounded.get_queue_url(QueueName="authorized-queue")["QueueUrl"]

    with refused("sqs:SendMessage"):
        bounded.send_message(QueueUrl=address, MessageBody="x")


def test_a_boundary_that_is_not_there_is_refused_as_by_iam(small: Small) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:policy/never-made"

    with pytest.raises(ClientError, match=f"NoSuchEntity.*Scope ARN: {missing} does not exist or is not attachable"):
        acting(small, "lost", statement("*"), boundary=missing)
    trust = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    with pytest.raises(ClientError, match=f"Scope ARN: {missing}"):
        small.client("iam").create_role(
            RoleName="authorized-unbounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=missing
        )


def test_a_condition_on_a_key_that_the_local_aws_does_not_fill_ends_the_call_loudly(small: Small) -> None:
    tested = {"Condition": {"StringEquals": {"sqs:Unheard": "of"}}}
    worker = acting(small, "tested", statement("sqs:*") | tested)("sqs")

    with pytest.raises(
        ClientError, match="cannot evaluate sqs:GetQueueUrl: it does not fill the condition key sqs:Unheard"
    ):
        worker.get_queue_url(QueueName="authorized-queue")


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
        ("lambda", INVOKED, "{}", "lambda:InvokeFunction", f"arn:aws:lambda:{SCOPE}:function:f"),
        ("dynamodb", TARGET, '{"TableName": "t"}', "dynamodb:GetItem", f"arn:aws:dynamodb:{SCOPE}:table/t"),
        ("iam", FORM, "Action=GetRole&RoleName=r", "iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
    ],
)
def test_a_request_is_read_in_the_words_of_iam(
    service: str, environ: dict[str, str], body: str, action: str, resource: str
) -> None:
    given = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
    given |= {"wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1", "RAW_URI": environ.get("PATH_INFO", "/")} | environ

    operation, members = content_of(service, given, body.encode)
    (call,) = calls_of(Scope(ACCOUNT, REGION), service, operation, members, given)

    assert (call.action, call.resource) == (action, resource)


def test_a_session_of_a_session_lasts_an_hour_at_most(small: Small) -> None:
    other = small.make_role("authorized-other", "AWS")
    chained = acting(small, "chaining", statement("sts:AssumeRole"))("sts")

    with pytest.raises(ClientError, match="exceeds the 1 hour session limit for roles assumed by role chaining"):
        chained.assume_role(RoleArn=other, RoleSessionName="me", DurationSeconds=7200)
    assert chained.assume_role(RoleArn=other, RoleSessionName="me", DurationSeconds=3600)["Credentials"]


def test_a_session_that_is_over_is_refused(small: Small) -> None:
    worker = acting(small, "expiring", statement("sqs:*", "s3:*"))
    sqs, s3 = worker("sqs"), worker("s3")
    assert sqs.list_queues()

    small.server.ask("pass", seconds=3601)

    with pytest.raises(ClientError, match="The security token included in the request is expired"):
        sqs.list_queues()
    with pytest.raises(ClientError, match="ExpiredToken"):
        s3.list_objects_v2(Bucket=BUCKET)


def test_a_role_is_handed_over_only_to_the_services_that_a_policy_names(small: Small) -> None:
    passed = small.make_role("authorized-passed", "lambda")
    may_pass = statement("iam:PassRole") | {
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    }
    glue = acting(small, "passing", statement("glue:*"), may_pass)("glue")

    with refused("iam:PassRole"):
        glue.create_job(Name="authorized", Role=passed, Command={"Name": "glueetl"})


def test_a_function_is_made_by_whoever_may_pass_its_role_and_look_at_its_network(small: Small) -> None:
    role = small.make_role("authorized-runs", "lambda")
    given = {"Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": archive({"a.py": ""})}, "Role": role}
    makes = statement("lambda:CreateFunction", "lambda:GetFunction")
    with refused("iam:PassRole"):
        acting(small, "maker", makes)("lambda").create_function(FunctionName="authorized-made", **given)

    maker = acting(small, "passing-maker", makes, statement("iam:PassRole", resource=role))("lambda")

    assert maker.create_function(FunctionName="authorized-made", **given)["FunctionName"] == "authorized-made"


CODE = f"{BUCKET}/code/it.zip"
READING = statement("s3:GetObject", resource=f"arn:aws:s3:::{CODE}")


@pytest.fixture(scope="module")
def code_key(small: Small) -> str:
    """The key that encrypts an archive in the bucket; code/it.zip is that archive."""
    key = str(small.client("kms").create_key()["KeyMetadata"]["Arn"])
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    small.client("s3").put_object(Bucket=BUCKET, Key="code/it.zip", Body=archive({"a.py": "1"}), **encrypted)
    return key


def make_and_change(small: Small, name: str, *statements: dict[str, Any]) -> tuple[str, str]:
    """Lambda's errors for a caller who creates a function from the bucket's code, and who updates another with it."""
    role = small.make_role(f"authorized-{name}-runs", "lambda")
    given = {"Runtime": "python3.13", "Handler": "a.b", "Role": role}
    code = {"S3Bucket": BUCKET, "S3Key": "code/it.zip"}
    small.client("lambda").create_function(FunctionName=name, Code={"ZipFile": archive({"a.py": "0"})}, **given)
    maker = acting(small, name, statement("lambda:*"), statement("iam:PassRole", resource=role), *statements)("lambda")
    answers = []
    for call in (
        lambda: maker.create_function(FunctionName=f"{name}-made", Code=code, **given),
        lambda: maker.update_function_code(FunctionName=name, **code),
    ):
        try:
            answers.append(str(call()["CodeSha256"]))
        except ClientError as error:
            answers.append(str(error))
    return answers[0], answers[1]


def test_lambda_reads_code_in_a_bucket_with_the_rights_of_the_caller(small: Small, code_key: str) -> None:
    made, changed = make_and_change(small, "code-of-others", statement("kms:Decrypt", resource=code_key))

    sentence = f"please make sure your request credentials have permission to GetObject for {CODE}. S3 Error Code: Acc"
    for answer in (made, changed):
        assert "(AccessDeniedException)" in answer and sentence in answer
        assert "is not authorized to perform: s3:GetObject" in answer


def test_lambda_decrypts_code_in_a_bucket_with_the_rights_of_the_caller(small: Small, code_key: str) -> None:
    for answer in make_and_change(small, "code-encrypted", READING):
        assert "Your access has been denied by S3" in answer
        assert f"is not authorized to perform: kms:Decrypt on resource: {code_key}" in answer


def test_a_function_is_made_of_code_in_a_bucket_by_whoever_may_read_and_decrypt_it(small: Small, code_key: str) -> None:
    through_s3 = {"Condition": {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}}
    made, changed = make_and_change(
        small, "code-read", READING, statement("kms:Decrypt", resource=code_key) | through_s3
    )

    assert made == changed and len(made) == 44


PASSED = f"arn:aws:iam::{ACCOUNT}:role/authorized-handed-over"
ANY_LAMBDA, IMAGE = f"arn:aws:lambda:{SCOPE}:function:any", "aws/codebuild/amazonlinux-x86_64-standard:5.0"
GLUE_JOB = {"Role": PASSED, "Command": {"Name": "glueetl"}}
CRAWLED = {"S3Targets": [{"Path": f"s3://{BUCKET}/"}]}
STAGE = {"actions": [{"name": "a", "actionTypeId": SOURCE}]}
SLACK = {"SlackTeamId": "T0123ABCD", "SlackChannelId": "C0123ABCD"}
TEAMS = {"ChannelId": "19%3Aabc%40thread.tacv2", "TeamId": SOME_ID, "TenantId": SOME_ID}
# The calls that pass a role to a service: the call, its input, and the service as `iam:PassedToService` names it.
HANDING_OVER: dict[str, tuple[str, dict[str, Any], str]] = {
    "put_targets": ("events", {"Rule": "r", "Targets": [{"Id": "1", "Arn": ANY_LAMBDA, "RoleArn": PASSED}]}, "events"),
    "put_rule": ("events", {"Name": "r", "ScheduleExpression": "rate(1 day)", "RoleArn": PASSED}, "events"),
    "create_flow_logs": (
        "ec2",
        {"ResourceIds": ["vpc-1"], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "g"}
        | {"DeliverLogsPermissionArn": PASSED},
        "vpc-flow-logs",
    ),
    "create_pipeline": (
        "codepipeline",
        {"pipeline": {"name": "p", "roleArn": PASSED, "stages": [STAGE | {"name": "s"}, STAGE | {"name": "t"}]}},
        "codepipeline",
    ),
    "create_project": (
        "codebuild",
        {"name": "handed", "source": {"type": "NO_SOURCE", "buildspec": "x"}, "artifacts": {"type": "NO_ARTIFACTS"}}
        | {"environment": {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"}}
        | {"serviceRole": PASSED},
        "codebuild",
    ),
    "create_slack_channel_configuration": (
        "chatbot",
        SLACK | {"ConfigurationName": "c", "IamRoleArn": PASSED},
        "chatbot",
    ),
    "create_microsoft_teams_channel_configuration": (
        "chatbot",
        TEAMS | {"ConfigurationName": "c", "IamRoleArn": PASSED},
        "chatbot",
    ),
    "create_crawler": ("glue", {"Name": "c", "Role": PASSED, "DatabaseName": "d", "Targets": CRAWLED}, "glue"),
    "update_crawler": ("glue", {"Name": "c", "Role": PASSED}, "glue"),
    "create_job": ("glue", {"Name": "j"} | GLUE_JOB, "glue"),
    "update_job": ("glue", {"JobName": "j", "JobUpdate": GLUE_JOB}, "glue"),
    "register_resource": (
        "lakeformation",
        {"ResourceArn": f"arn:aws:s3:::{BUCKET}", "RoleArn": PASSED},
        "lakeformation",
    ),
}


@pytest.fixture(scope="module")
def handing_over(small: Small) -> Callable[[str, str], Any]:
    """The error for a caller with all permissions except to pass a role, or to pass it to one service only."""
    clients: dict[str, Any] = {}

    def outcome_of(call: str, passed_to: str) -> str:
        service, given, _ = HANDING_OVER[call]
        if passed_to not in clients:
            anything = {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"}
            only = {"Condition": {"StringEquals": {"iam:PassedToService": f"{passed_to}.amazonaws.com"}}}
            may = [statement("iam:PassRole", resource=PASSED) | only] if passed_to else []
            clients[passed_to] = acting(small, f"hands-to-{passed_to or 'nobody'}", anything, *may)
        try:
            getattr(clients[passed_to](service), call)(**given)
        except ClientError as error:
            return str(error)
        return "done"

    return outcome_of


@pytest.mark.parametrize("call", HANDING_OVER)
def test_whoever_hands_a_role_to_a_service_may_pass_it_to_that_service(
    handing_over: Callable[[str, str], str], call: str
) -> None:
    refusal = f"is not authorized to perform: iam:PassRole on resource: {PASSED} because no identity-based policy"
    *_, service = HANDING_OVER[call]

    assert refusal in handing_over(call, "")
    assert refusal in handing_over(call, "glue" if service != "glue" else "lambda")
    # AWS may have other reasons to refuse it.
    assert "iam:PassRole" not in handing_over(call, service)


# R8: the calls of the provider when a tag of project.yaml changes, and the grants that were too narrow for them.
REQUESTED = {"Condition": {"StringEquals": {"aws:RequestTag/Project": "acme"}}}
OWNED = {"Condition": {"StringEquals": {"aws:ResourceTag/Project": "acme"}}}


def tagged_key(small: Small) -> str:
    tags = [{"TagKey": "Project", "TagValue": "acme"}]
    made = small.client("kms").create_key(Tags=tags)["KeyMetadata"]["Arn"]
    # A key's tags take effect only minutes after its creation.
    small.server.ask("pass", seconds=300)
    return str(made)


def test_a_changed_tag_of_a_key_is_refused_where_a_grant_asks_for_the_tags_of_a_new_key(small: Small) -> None:
    key, tag = tagged_key(small), {"TagKey": "owner", "TagValue": "somebody else"}

    with refused("kms:TagResource"):
        acting(small, "narrow", statement("kms:TagResource") | REQUESTED)("kms").tag_resource(KeyId=key, Tags=[tag])
    acting(small, "owner", statement("kms:TagResource") | OWNED)("kms").tag_resource(KeyId=key, Tags=[tag])


def test_a_removed_tag_has_keys_but_no_values(small: Small) -> None:
    role = small.make_role("authorized-tagged", "lambda")
    code = {"ZipFile": archive({"a.py": ""})}
    made = small.client("lambda").create_function(
        FunctionName="authorized-tagged",
        Runtime="python3.13",
        Handler="a.b",
        Code=code,
        Role=role,
        Tags={"Project": "acme"},
    )["FunctionArn"]

    with refused("lambda:UntagResource"):
        acting(small, "narrow-untag", statement("lambda:UntagResource") | REQUESTED)("lambda").untag_resource(
            Resource=made, TagKeys=["owner"]
        )
    only = {"Condition": {"ForAllValues:StringNotEquals": {"aws:TagKeys": "Project"}}}
    keeper = acting(small, "keeper", statement("lambda:UntagResource") | only)("lambda")
    keeper.untag_resource(Resource=made, TagKeys=["owner"])
    with refused("lambda:UntagResource"):
        keeper.untag_resource(Resource=made, TagKeys=["Project"])


def test_the_provider_reads_teams_channels_by_their_list(small: Small) -> None:
    """R9: the grant named the Get action, which is never called."""
    reads = acting(small, "teams", statement("chatbot:GetMicrosoftTeamsChannelConfiguration"))("chatbot")

    with refused("chatbot:ListMicrosoftTeamsChannelConfigurations"):
        reads.list_microsoft_teams_channel_configurations()


def test_a_plan_without_rights_to_the_lock_cannot_take_or_lift_it(small: Small) -> None:
    """S3: a role that plans a pull request must not release the lock of an apply."""
    state = f"arn:aws:s3:::{BUCKET}/dev/terraform.tfstate"
    reads = acting(small, "plans", statement("s3:GetObject", resource=state), statement("s3:ListBucket"))("s3")

    with refused("s3:PutObject"):
        reads.put_object(Bucket=BUCKET, Key="dev/terraform.tfstate.tflock", Body=b"me")
    with refused("s3:DeleteObject"):
        reads.delete_object(Bucket=BUCKET, Key="dev/terraform.tfstate.tflock")


def test_parts_of_a_network_are_authorized_by_the_tags_of_what_is_there_and_of_what_is_made(small: Small) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Project", "Value": "acme"}]}]
    ec2 = small.client("ec2")
    mine = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    others = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    begin = f"arn:aws:ec2:{SCOPE}"
    makes = statement("ec2:CreateSubnet", resource=f"{begin}:subnet/*") | REQUESTED
    within = statement("ec2:CreateSubnet", resource=f"{begin}:vpc/*") | OWNED
    on_creation = statement("ec2:CreateTags") | {"Condition": {"StringEquals": {"ec2:CreateAction": "CreateSubnet"}}}
    given = {"CidrBlock": "10.9.1.0/24", "TagSpecifications": [tags[0] | {"ResourceType": "subnet"}]}

    with refused("ec2:CreateTags"):
        acting(small, "no-tags", makes, within)("ec2").create_subnet(VpcId=mine, **given)
    maker = acting(small, "subnets", makes, within, on_creation)("ec2")
    with refused("ec2:CreateSubnet"):
        maker.create_subnet(VpcId=others, **given | {"CidrBlock": "10.8.1.0/24"})
    with refused("ec2:CreateSubnet"):
        maker.create_subnet(VpcId=mine, CidrBlock="10.9.2.0/24")
    made = maker.create_subnet(VpcId=mine, **given)["Subnet"]["SubnetId"]
    # The account of these tests has a small quota of networks.
    ec2.delete_subnet(SubnetId=made)
    for vpc in (mine, others):
        ec2.delete_vpc(VpcId=vpc)
