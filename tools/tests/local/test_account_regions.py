"""One local AWS has several accounts and regions: credentials decide where a call goes, as on AWS."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws_server import ACCOUNT, OTHER_ACCOUNT, REGION, Server, eventually, policy_for

ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


def policy_of(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal: str, **condition: Any) -> str:
    """A trust policy."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return policy_of(statement | ({"Condition": condition} if condition else {}))


def role(server: Server, name: str, trust: str, account: str = ACCOUNT, *allowed: dict[str, Any]) -> str:
    """Create a role; return its ARN."""
    iam = server.client("iam", account=account)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if allowed:
        iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=policy_of(*allowed))
    return str(arn)


def session(server: Server, role: str, by: boto3.Session | None = None) -> boto3.Session:
    """Assume a role, by default as the owner of the platform's account."""
    sts = by.client("sts", endpoint_url=server.platform.address) if by else server.client("sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)


def whoami(server: Server, session: boto3.Session) -> dict[str, str]:
    found: dict[str, str] = session.client("sts", endpoint_url=server.platform.address).get_caller_identity()
    return found


def root_of(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def test_an_access_key_that_is_an_account_number_is_that_account(server: Server) -> None:
    for account in (ACCOUNT, OTHER_ACCOUNT):
        identity = server.client("sts", account=account).get_caller_identity()
        assert (identity["Account"], identity["Arn"]) == (account, root_of(account))


def test_what_is_in_one_account_is_not_in_the_other(server: Server) -> None:
    server.client("sqs", account=OTHER_ACCOUNT).create_queue(QueueName="only-there")

    with pytest.raises(ClientError, match="does not exist"):
        server.client("sqs").get_queue_url(QueueName="only-there")


def test_each_home_has_its_own_events_and_functions(server: Server) -> None:
    source = (
        "import boto3\n\ndef handle(event, context):\n    return boto3.client('sts').get_caller_identity()['Account']\n"
    )
    for account in (ACCOUNT, OTHER_ACCOUNT):
        server.function("whose", source, account=account)
        assert server.invoke("whose", account=account) == account

    queues = {}
    for account in (ACCOUNT, OTHER_ACCOUNT):
        s3, events = (server.client(name, account=account) for name in ("s3", "events"))
        s3.create_bucket(Bucket=f"home-{account}", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_notification_configuration(
            Bucket=f"home-{account}", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        queues[account] = server.queue("uploads", policy_for("events.amazonaws.com", "sqs:SendMessage"), account)
        events.put_rule(Name="all-uploads", EventPattern='{"source": ["aws.s3"]}')
        events.put_targets(Rule="all-uploads", Targets=[{"Id": "it", "Arn": queues[account]}])

    server.client("s3", account=OTHER_ACCOUNT).put_object(Bucket=f"home-{OTHER_ACCOUNT}", Key="a.csv", Body=b"1")

    (message,) = eventually(lambda: server.messages(queues[OTHER_ACCOUNT], OTHER_ACCOUNT), "the event")
    assert json.loads(message["Body"])["account"] == OTHER_ACCOUNT
    server.settle()
    assert server.messages(queues[ACCOUNT]) == []
    server.client("events").remove_targets(Rule="all-uploads", Ids=["it"])


def test_a_role_of_another_account_is_taken_with_both_accounts_consent(server: Server) -> None:
    build = role(server, "build", trusting(root_of(ACCOUNT)), ACCOUNT, ASSUME)
    powerless = role(server, "powerless", trusting(root_of(ACCOUNT)))
    condition = {"ArnEquals": {"aws:PrincipalArn": [build, powerless]}}
    deploy = role(server, "deploy", trusting(root_of(ACCOUNT), **condition), OTHER_ACCOUNT)

    identity = whoami(server, session(server, deploy, by=session(server, build)))

    assert identity["Arn"] == f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/deploy/test"
    with pytest.raises(ClientError, match="assumed-role/powerless/test is not authorized to perform: sts:AssumeRole"):
        session(server, deploy, by=session(server, powerless))


def test_a_role_that_is_not_trusted_is_refused(server: Server) -> None:
    stranger = role(server, "stranger", trusting(root_of(ACCOUNT)), ACCOUNT, ASSUME)
    condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/somebody-else"}}
    authorized = role(server, "authorized", trusting(root_of(ACCOUNT), **condition), OTHER_ACCOUNT)

    for target in (authorized, f"arn:aws:iam::{OTHER_ACCOUNT}:role/not-there"):
        with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
            session(server, target, by=session(server, stranger))


def test_a_role_that_names_one_of_its_own_account_asks_for_nothing_more(server: Server) -> None:
    chosen = role(server, "chosen", trusting(root_of(ACCOUNT)))
    inner = role(server, "inner", trusting(chosen))

    assert whoami(server, session(server, inner, by=session(server, chosen)))["Arn"].endswith("/inner/test")


def test_what_runs_in_a_session_of_a_role_belongs_to_the_roles_account(server: Server) -> None:
    allowed = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    there = session(server, role(server, "writer", trusting(root_of(ACCOUNT)), OTHER_ACCOUNT, allowed))

    there.client("sqs", endpoint_url=server.platform.address).create_queue(QueueName="made-in-session")

    assert server.client("sqs", account=OTHER_ACCOUNT).get_queue_url(QueueName="made-in-session")
