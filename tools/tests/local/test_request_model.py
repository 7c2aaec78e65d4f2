"""Requests that violate the API model of their service are refused, in each protocol of AWS."""

import io
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.loaders import Loader
from local_aws_server import ACCOUNT, REGION, Server

from dataops.local_aws.request_model.check import RefusedRequestError, read_request
from dataops.local_aws.request_model.java_pattern import compiled

FORM = "application/x-www-form-urlencoded; charset=utf-8"
USED = [
    "budgets",
    "chatbot",
    "cloudwatch",
    "codebuild",
    "codecommit",
    "codeconnections",
    "codepipeline",
    "dynamodb",
    "ec2",
    "events",
    "glue",
    "iam",
    "kms",
    "lakeformation",
    "lambda",
    "logs",
    "s3",
    "s3control",
    "sns",
    "sqs",
    "sts",
]


def check(service: str, body: bytes = b"", method: str = "POST", path: str = "/", **environ: str) -> None:
    """Check one request as the application does."""
    path, _, query = path.partition("?")
    given: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, **environ}
    given |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO()}
    read_request(service, given, lambda: body)


def json_call(service: str, target: str, **given: Any) -> None:
    check(service, json.dumps(given).encode(), HTTP_X_AMZ_TARGET=target, CONTENT_TYPE="application/x-amz-json-1.1")


def form_call(service: str, **given: str) -> None:
    check(service, urlencode(given).encode(), CONTENT_TYPE=FORM)


def refused(code: str, sentence: str) -> Any:
    """Expect the service's error."""

    class Refused:
        def __enter__(self) -> None:
            pass

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            assert isinstance(error, RefusedRequestError), "nobody refused it"
            assert (error.code, str(error)) == (code, sentence)
            return True

    return Refused()


def test_json_a_value_outside_the_enumeration_is_refused_in_aws_words() -> None:
    job = {"Name": "j", "Role": "r", "Command": {"Name": "glueetl"}}
    json_call("glue", "AWSGlue.CreateJob", **job, WorkerType="G.1X")

    types = ", ".join(Loader().load_service_model("glue", "service-2")["shapes"]["ExecutionClass"]["enum"])
    sentence = (
        "1 validation error detected: Value 'SLOW' at 'executionClass' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{types}]"
    )
    with refused("ValidationException", sentence):
        json_call("glue", "AWSGlue.CreateJob", **job, ExecutionClass="SLOW")


def test_json_every_broken_constraint_is_listed() -> None:
    sentence = (
        "2 validation errors detected: Value null at 'item' failed to satisfy constraint: Member must not be null; "
        "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    )
    with refused("ValidationException", sentence):
        json_call("dynamodb", "DynamoDB_20120810.PutItem", TableName="")


def test_json_an_unknown_member_is_refused_at_any_depth() -> None:
    with refused("ValidationException", 'Unknown parameter in tags.1.member: "Kay", must be one of: Key, Value'):
        json_call("events", "AWSEvents.TagResource", ResourceARN="arn:x", Tags=[{"Key": "a", "Value": "b", "Kay": "c"}])


def test_json_a_value_of_another_type_cannot_be_read() -> None:
    with refused("SerializationException", "STRING_VALUE cannot be converted to Integer (at 'retentionInDays')"):
        json_call("logs", "Logs_20140328.PutRetentionPolicy", logGroupName="g", retentionInDays="7")


def test_cloudwatch_logs_answers_with_its_own_code() -> None:
    sentence = (
        "1 validation error detected: Value 'a group' at 'logGroupName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
    )
    with refused("InvalidParameterException", sentence):
        json_call("logs", "Logs_20140328.CreateLogGroup", logGroupName="a group")


def test_query_tags_of_iam_take_letters_and_few_signs_only() -> None:
    tag = {"Tags.member.1.Key": "Team", "Tags.member.1.Value": "Südwest / 50%"}
    sentence = (
        "1 validation error detected: Value 'Südwest / 50%' at 'tags.1.member.value' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"
    )
    form_call("iam", Action="TagRole", Version="2010-05-08", RoleName="r", **tag | {"Tags.member.1.Value": "Südwest"})

    with refused("ValidationError", sentence):
        form_call("iam", Action="TagRole", Version="2010-05-08", RoleName="r", **tag)


def test_query_an_unknown_member_is_refused() -> None:
    with refused("ValidationError", 'Unknown parameter in input: "Rolename", must be one of: RoleName'):
        form_call("iam", Action="GetRole", Version="2010-05-08", RoleName="r", Rolename="r")


def test_query_a_map_and_a_number_are_read() -> None:
    attributes = {"Attributes.entry.1.key": "Policy", "Attributes.entry.1.value": "{}"}
    form_call("sns", Action="CreateTopic", Version="2010-03-31", Name="t", **attributes)

    with refused("ValidationError", "1 validation error detected: STRING_VALUE cannot be converted to Integer"):
        form_call("iam", Action="ListRoles", Version="2010-05-08", MaxItems="many")


def test_ec2_refuses_with_its_own_codes() -> None:
    form_call("ec2", **{"Action": "DescribeVpcs", "Filter.1.Name": "vpc-id", "Filter.1.Value.1": "vpc-1"})

    with refused("MissingParameter", "The request must contain the parameter VpcId"):
        form_call("ec2", Action="DeleteVpc")
    with refused("UnknownParameter", "The parameter Vpc is not recognized"):
        form_call("ec2", Action="DescribeVpcs", Vpc="vpc-1")


def test_rest_json_the_path_the_headers_and_the_body_are_checked() -> None:
    address = "/2015-03-31/functions/f/concurrency"
    check("lambda", b'{"ReservedConcurrentExecutions": 2}', "PUT", address.replace("2015-03-31", "2017-10-31"))

    sentence = (
        "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0"
    )
    with refused("ValidationException", sentence):
        check("lambda", b'{"ReservedConcurrentExecutions": -1}', "PUT", address.replace("2015-03-31", "2017-10-31"))
    with refused("ValidationException", 'Unknown parameter in input: "Layer", must be one of: ' + members("lambda")):
        check("lambda", b'{"Layer": []}', "PUT", "/2015-03-31/functions/f/configuration")


def members(service: str) -> str:
    shapes = Loader().load_service_model(service, "service-2")["shapes"]
    return ", ".join(shapes["UpdateFunctionConfigurationRequest"]["members"])


def test_rest_xml_s3_refuses_what_its_schema_does_not_know() -> None:
    good = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    check("s3", good, "PUT", "/b?versioning")

    for bad in (good.replace(b"Enabled", b"On"), good.replace(b"Status", b"State"), good[:-3]):
        with pytest.raises(RefusedRequestError, match="The XML you provided was not well-formed") as error:
            check("s3", bad, "PUT", "/b?versioning")
        assert error.value.code == "MalformedXML"


def test_the_content_of_an_object_is_not_read() -> None:
    check("s3", b"\xff<", "PUT", "/b/k", HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION="aws:kms")

    with pytest.raises(RefusedRequestError, match="Value 'mine' at 'serverSideEncryption'"):
        check("s3", b"", "PUT", "/b/k", HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION="mine")


def test_smithy_rpc_is_checked_too() -> None:
    path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"
    check("monitoring", b"\xa0", path=path)

    # A map of one entry: {"Names": 1}.
    with pytest.raises(RefusedRequestError, match='Unknown parameter in input: "Names"'):
        check("monitoring", b"\xa1\x65Names\x01", path=path)


@pytest.mark.parametrize("service", USED)
def test_every_pattern_of_a_model_can_be_read(service: str) -> None:
    shapes = Loader().load_service_model(service, "service-2")["shapes"].values()

    assert all(compiled(shape["pattern"]) for shape in shapes if "pattern" in shape)


def test_what_a_lambda_sends_is_checked_before_anybody_answers(server: Server) -> None:
    body = json.dumps({"logGroupName": "g", "retention": 7}).encode()
    credential = f"Credential={ACCOUNT}/20260101/{REGION}/logs/aws4_request"
    headers = {
        "X-Amz-Target": "Logs_20140328.CreateLogGroup",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
    }

    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(server.platform.address, body, headers))

    assert error.value.code == 400
    assert json.load(error.value)["message"].startswith('Unknown parameter in input: "retention", must be one of: ')
    assert server.client("logs").describe_log_groups(logGroupNamePrefix="g")["logGroups"] == []


def test_a_message_may_be_asked_for_its_own_attributes_by_the_older_member() -> None:
    json_call("sqs", "AmazonSQS.ReceiveMessage", QueueUrl="http://q", AttributeNames=["SentTimestamp", "Policy"])

    with pytest.raises(RefusedRequestError, match=r"Value 'Age' at 'attributeNames\.1\.member'"):
        json_call("sqs", "AmazonSQS.ReceiveMessage", QueueUrl="http://q", AttributeNames=["Age"])
