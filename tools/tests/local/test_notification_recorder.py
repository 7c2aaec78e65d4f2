"""SNS messages are recorded for the report, and never leave this machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from local_aws_server import ACCOUNT, REGION, Server, eventually

SAY = "def handle(event, context):\n    print('got', event['Records'][0]['Sns']['Message'])\n"


class Endpoint(HTTPServer):
    """An external endpoint that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        super().__init__(("127.0.0.1", 0), Counting)


class Counting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Endpoint)
        self.server.calls += 1
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_a_message_to_an_endpoint_on_the_network_is_recorded_and_not_sent(server: Server, endpoint: Endpoint) -> None:
    sns, address = server.client("sns"), f"http://127.0.0.1:{endpoint.server_port}/in"
    topic = sns.create_topic(Name="recorded")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=address)

    sns.publish(TopicArn=topic, Subject="to an endpoint", Message="hello")

    (recorded,) = [sent for sent in server.ask("status")["notifications"] if sent["subject"] == "to an endpoint"]
    assert recorded["to"] == [f"http {address}"]
    assert endpoint.calls == 0


def test_who_gets_a_message_is_decided_by_the_filter_of_each_subscription(server: Server) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="filtered")["TopicArn"]
    for kind in ("run failed", "alarm"):
        policy = {"FilterPolicy": json.dumps({"kind": [kind]})}
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{kind[:3]}@example.com", Attributes=policy)

    attributes = {
        "kind": {"DataType": "String.Array", "StringValue": '["run failed"]'},
        "dataset": {"DataType": "String", "StringValue": "orders"},
    }
    sns.publish(TopicArn=topic, Subject="filtered", Message="hello", MessageAttributes=attributes)

    (recorded,) = [sent for sent in server.ask("status")["notifications"] if sent["subject"] == "filtered"]
    assert (recorded["to"], recorded["dataset"]) == (["email run@example.com"], "orders")


def test_a_function_gets_the_message_of_its_topic_and_it_is_no_notification(server: Server) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="for-a-function")["TopicArn"]
    server.function("listener", SAY)
    server.client("lambda").add_permission(
        FunctionName="listener",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:listener")

    sns.publish(TopicArn=topic, Subject="for a function", Message="hello")

    eventually(lambda: "got hello" in " ".join(server.logged("/aws/lambda/listener")))
    assert [sent for sent in server.ask("status")["notifications"] if sent["subject"] == "for a function"] == []


def test_a_function_that_does_not_let_the_topic_in_gets_nothing(server: Server) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(Name="not-let-in")["TopicArn"]
    server.function("closed", SAY)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:closed")

    sns.publish(TopicArn=topic, Message="hello")

    eventually(
        lambda: (
            "not delivered: User: sns.amazonaws.com is not authorized to perform: lambda:InvokeFunction"
            in (server.folder / "platform.log").read_text()
        )
    )
    assert "got hello" not in " ".join(server.logged("/aws/lambda/closed"))
