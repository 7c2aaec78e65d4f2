"""What SNS sends is recorded for the report, and leaves this machine by no way."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from stand_in_server import Server


class Endpoint(HTTPServer):
    """Somebody's endpoint, which counts how often it is called."""

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
    topic = sns.create_topic(Name="told")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=address)

    sns.publish(TopicArn=topic, Subject="to an endpoint", Message="hello")

    (told,) = [sent for sent in server.ask("status")["notifications"] if sent["subject"] == "to an endpoint"]
    assert told["to"] == [f"http {address}"]
    assert endpoint.calls == 0
