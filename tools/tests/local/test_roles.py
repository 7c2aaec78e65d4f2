"""Functions act in their own role, with its boundary and the keys that they use; missing permissions are refused."""

import json
from typing import Any

import pytest
from local_aws_server import ACCOUNT, REGION, Server, eventually

SCOPE = f"{REGION}:{ACCOUNT}"
BUCKET, QUEUE, TABLE = "roles-bucket", "roles-queue", "roles-table"
CALLS = """
import boto3

def handle(event, context):
    client = boto3.client(event["service"])
    answer = getattr(client, event["call"])(**event["given"])
    return {"ok": True}
"""
TABLE_ARN = f"arn:aws:dynamodb:{SCOPE}:table/{TABLE}"


def statement(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource} | more


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Subject:
    """A function in a role of its own, whose policies the tests change."""

    def __init__(self, server: Server) -> None:
        self.server, self.iam = server, server.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = self.iam.create_role(RoleName="subject", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        lambdas = server.client("lambda")
        server.function("subject", CALLS, Timeout=60)
        lambdas.update_function_configuration(FunctionName="subject", Role=role)

    def may(self, *statements: dict[str, Any]) -> None:
        self.iam.put_role_policy(RoleName="subject", PolicyName="it", PolicyDocument=document(*statements))

    def bounded(self, *statements: dict[str, Any]) -> None:
        name = f"subject-boundary-{len(self.iam.list_policies(Scope='Local')['Policies'])}"
        arn = self.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"]
        self.iam.put_role_permissions_boundary(RoleName="subject", PermissionsBoundary=arn)

    def calls(self, service: str, call: str, **given: Any) -> str:
        """The result of the function's call: ok, or the error."""
        answer = self.server.invoke("subject", {"service": service, "call": call, "given": given})
        return "ok" if answer.get("ok") else str(answer["errorMessage"])


@pytest.fixture(scope="module")
def made(server: Server) -> Subject:
    server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    server.client("s3").put_object(Bucket=BUCKET, Key="there", Body=b"1")
    server.queue(QUEUE)
    server.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "open")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open",
                "KeySchema": [{"AttributeName": "open", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Subject(server)


@pytest.fixture
def subject(made: Subject) -> Subject:
    """A function without any permission or boundary."""
    made.may(statement("sts:GetCallerIdentity"))
    if "PermissionsBoundary" in made.iam.get_role(RoleName="subject")["Role"]:
        made.iam.delete_role_permissions_boundary(RoleName="subject")
    return made


def denied(action: str, resource: str, reason: str = "no identity-based policy") -> str:
    return f"is not authorized to perform: {action} on resource: {resource} because {reason} allows the {action} action"


def test_a_function_without_a_right_hears_the_sentence_of_aws(subject: Subject) -> None:
    said = subject.calls("dynamodb", "get_item", TableName=TABLE, Key={"id": {"S": "1"}})

    assert "(AccessDeniedException)" in said
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/subject/" in said
    assert denied("dynamodb:GetItem", TABLE_ARN) in said


def test_a_function_does_what_its_role_is_granted(subject: Subject) -> None:
    subject.may(statement("dynamodb:GetItem", resource=TABLE_ARN))

    assert subject.calls("dynamodb", "get_item", TableName=TABLE, Key={"id": {"S": "1"}}) == "ok"


def test_a_boundary_takes_away_what_it_does_not_allow(subject: Subject) -> None:
    subject.may(statement("dynamodb:*", "s3:*"))
    subject.bounded(statement("s3:*"))

    said = subject.calls("dynamodb", "get_item", TableName=TABLE, Key={"id": {"S": "1"}})

    assert denied("dynamodb:GetItem", TABLE_ARN, "no permissions boundary") in said
    assert subject.calls("s3", "get_object", Bucket=BUCKET, Key="there") == "ok"


def test_an_explicit_deny_wins(subject: Subject) -> None:
    subject.may(statement("s3:*"), statement("s3:GetObject", Effect="Deny"))

    said = subject.calls("s3", "get_object", Bucket=BUCKET, Key="there")

    assert f'on resource: "arn:aws:s3:::{BUCKET}/there" with an explicit deny in an identity-based policy' in said


def test_a_query_of_an_index_is_authorized_on_the_index(subject: Subject) -> None:
    asked = {
        "TableName": TABLE,
        "IndexName": "open",
        "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "open"},
        "ExpressionAttributeValues": {":o": {"S": "x"}},
    }
    subject.may(statement("dynamodb:Query", resource=TABLE_ARN))
    assert denied("dynamodb:Query", f"{TABLE_ARN}/index/open") in subject.calls("dynamodb", "query", **asked)

    subject.may(statement("dynamodb:Query", resource=f"{TABLE_ARN}/index/open"))
    assert subject.calls("dynamodb", "query", **asked) == "ok"


def test_every_object_of_a_delete_is_authorized(subject: Subject) -> None:
    subject.may(statement("s3:DeleteObject", resource=f"arn:aws:s3:::{BUCKET}/mine/*"))
    both = {"Objects": [{"Key": "mine/a"}, {"Key": "yours/a"}]}

    said = subject.calls("s3", "delete_objects", Bucket=BUCKET, Delete=both)

    assert denied("s3:DeleteObject", f'"arn:aws:s3:::{BUCKET}/yours/a"') in said


def test_who_may_not_list_a_bucket_does_not_learn_that_an_object_is_missing(subject: Subject) -> None:
    subject.may(statement("s3:GetObject"))
    assert denied("s3:ListBucket", f'"arn:aws:s3:::{BUCKET}"') in subject.calls(
        "s3", "get_object", Bucket=BUCKET, Key="missing"
    )

    subject.may(statement("s3:GetObject", "s3:ListBucket"))
    assert "(NoSuchKey)" in subject.calls("s3", "get_object", Bucket=BUCKET, Key="missing")


def test_a_condition_sees_the_prefix_that_is_listed(subject: Subject) -> None:
    subject.may(statement("s3:ListBucket", Condition={"StringLike": {"s3:prefix": "mine/*"}}))

    assert subject.calls("s3", "list_objects_v2", Bucket=BUCKET, Prefix="mine/") == "ok"
    assert "s3:ListBucket" in subject.calls("s3", "list_objects_v2", Bucket=BUCKET, Prefix="yours/")


def key(server: Server, *statements: dict[str, Any]) -> str:
    root = {"Sid": "root", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    policy = document(root | {"Action": "kms:*", "Resource": "*"}, *statements)
    return str(server.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def test_an_encrypted_queue_asks_for_the_key_too(subject: Subject, server: Server) -> None:
    arn = key(server)
    address = server.client("sqs").create_queue(QueueName="roles-encrypted", Attributes={"KmsMasterKeyId": arn})
    sent = {"QueueUrl": address["QueueUrl"], "MessageBody": "x"}
    subject.may(statement("sqs:SendMessage"))
    assert denied("kms:GenerateDataKey", arn) in subject.calls("sqs", "send_message", **sent)

    subject.may(statement("sqs:SendMessage"), statement("kms:GenerateDataKey"))
    assert denied("kms:Decrypt", arn) in subject.calls("sqs", "send_message", **sent)

    through = {"Condition": {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}}
    subject.may(statement("sqs:SendMessage"), statement("kms:GenerateDataKey", "kms:Decrypt", **through))
    assert subject.calls("sqs", "send_message", **sent) == "ok"


def test_an_encrypted_object_is_decrypted_with_the_reader_s_rights(subject: Subject, server: Server) -> None:
    arn, s3 = key(server), server.client("s3")
    s3.put_object(Bucket=BUCKET, Key="secret", Body=b"1", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)
    subject.may(statement("s3:GetObject"))
    assert denied("kms:Decrypt", arn) in subject.calls("s3", "get_object", Bucket=BUCKET, Key="secret")

    subject.may(statement("s3:GetObject"), statement("kms:Decrypt", resource=arn))
    assert subject.calls("s3", "get_object", Bucket=BUCKET, Key="secret") == "ok"


def test_a_topic_with_a_key_of_its_own_asks_for_the_key_too(subject: Subject, server: Server) -> None:
    arn, sns = key(server), server.client("sns")
    topic = sns.create_topic(Name="roles-encrypted", Attributes={"KmsMasterKeyId": arn})["TopicArn"]
    subject.may(statement("sns:Publish"))
    assert "kms:GenerateDataKey" in subject.calls("sns", "publish", TopicArn=topic, Message="x")

    subject.may(statement("sns:Publish"), statement("kms:GenerateDataKey", resource=arn))
    assert "kms:Decrypt" in subject.calls("sns", "publish", TopicArn=topic, Message="x")

    subject.may(statement("sns:Publish"), statement("kms:GenerateDataKey", "kms:Decrypt", resource=arn))
    assert subject.calls("sns", "publish", TopicArn=topic, Message="x") == "ok"


def test_a_secret_with_a_key_of_its_own_is_decrypted_with_the_reader_s_rights(subject: Subject, server: Server) -> None:
    arn, secrets = key(server), server.client("secretsmanager")
    secret = secrets.create_secret(Name="roles-secret", SecretString="x", KmsKeyId=arn)["ARN"]
    for name in (secret, "roles-secret"):
        subject.may(statement("secretsmanager:GetSecretValue"))
        assert "kms:Decrypt" in subject.calls("secretsmanager", "get_secret_value", SecretId=name)

        subject.may(statement("secretsmanager:GetSecretValue"), statement("kms:Decrypt", resource=arn))
        assert subject.calls("secretsmanager", "get_secret_value", SecretId=name) == "ok"


def test_an_encrypted_data_catalog_asks_for_three_rights_to_its_key(subject: Subject, server: Server) -> None:
    arn, glue = key(server), server.client("glue")
    glue.create_database(DatabaseInput={"Name": "roles"})
    at_rest = {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": arn}
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings={"EncryptionAtRest": at_rest})
    rights = ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"]
    through = {"Condition": {"StringEquals": {"kms:ViaService": f"glue.{REGION}.amazonaws.com"}}}
    try:
        for right in rights:
            others = [each for each in rights if each != right]
            subject.may(statement("glue:GetDatabase"), statement(*others, resource=arn, **through))
            assert right in subject.calls("glue", "get_database", Name="roles")

        subject.may(statement("glue:GetDatabase"), statement(*rights, resource=arn, **through))
        assert subject.calls("glue", "get_database", Name="roles") == "ok"
    finally:
        off = {"EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"}}
        glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=off)


def test_the_tags_and_the_alias_of_a_new_key_count_minutes_later(subject: Subject, server: Server) -> None:
    """AWS KMS Developer Guide, "ABAC for AWS KMS": up to five minutes."""
    arn = key(server)
    address = server.client("sqs").create_queue(QueueName="roles-tagged", Attributes={"KmsMasterKeyId": arn})
    server.client("kms").tag_resource(KeyId=arn, Tags=[{"TagKey": "Project", "TagValue": "acme"}])
    server.client("kms").create_alias(AliasName="alias/roles-tagged", TargetKeyId=arn)
    conditions = (
        {"StringEquals": {"aws:ResourceTag/Project": "acme"}},
        {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/roles-tagged"}},
    )

    def receives(condition: dict[str, Any]) -> str:
        subject.may(statement("sqs:*"), statement("kms:*", Condition=condition))
        return subject.calls("sqs", "receive_message", QueueUrl=address["QueueUrl"])

    assert all(denied("kms:Decrypt", arn) in receives(condition) for condition in conditions)
    server.ask("pass", seconds=300)
    assert [receives(condition) for condition in conditions] == ["ok", "ok"]


def test_a_key_whose_policy_does_not_name_the_account_ignores_the_policies_of_roles(
    subject: Subject, server: Server
) -> None:
    only_other = {"Effect": "Allow", "Principal": {"AWS": server.role("other", ACCOUNT, "kms:*")}}
    arn, policy = key(server), document(only_other | {"Action": "kms:*", "Resource": "*"})
    server.client("kms").put_key_policy(
        KeyId=arn, PolicyName="default", Policy=policy, BypassPolicyLockoutSafetyCheck=True
    )
    address = server.client("sqs").create_queue(QueueName="roles-closed", Attributes={"KmsMasterKeyId": arn})
    subject.may(statement("sqs:*", "kms:*"))

    said = subject.calls("sqs", "receive_message", QueueUrl=address["QueueUrl"])

    assert denied("kms:Decrypt", arn, "no resource-based policy") in said


def test_a_role_that_does_not_trust_lambda_runs_nothing(subject: Subject, server: Server) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = server.role("no-longer-lambdas", ACCOUNT, "logs:*")
    server.function("distrusted", CALLS)
    # Lambda refuses such a role when a function is created with it: its trust may be removed only afterwards.
    server.client("lambda").update_function_configuration(FunctionName="distrusted", Role=role)
    server.client("iam").update_assume_role_policy(RoleName="no-longer-lambdas", PolicyDocument=document(trust))

    with pytest.raises(Exception, match=r"lambda\.amazonaws\.com is not authorized to perform: sts:AssumeRole"):
        server.invoke("distrusted", {})


def test_a_role_of_which_logs_are_not_granted_leaves_no_log(subject: Subject, server: Server) -> None:
    subject.calls("sts", "get_caller_identity")

    assert server.logged("/aws/lambda/subject") == []
    subject.may(statement("logs:CreateLogStream", "logs:PutLogEvents"))
    subject.calls("sts", "get_caller_identity")
    assert eventually(lambda: server.logged("/aws/lambda/subject"))
