"""`dataops redrive`: dead letters go back to whom they were meant for, and nothing is lost on the way."""

import json
from typing import Any

import pytest
from deployed import DEAD_EVENTS, DEAD_UPLOADS, DEPLOYED, QUEUE, pretend_deployed
from event_chain import DATASET, NAME, EventChain, real, refusal

from dataops.operations import redrive
from dataops.project.deployment import Deployment

ARN = "eu-west-1:123456789012"
CRAWLED = {"detail-type": "Glue Crawler State Change", "detail": {"crawlerName": NAME, "state": "Succeeded"}}
TEMPLATE = '{"version": 1, "dataset": "orders", "crawl": "on-upload", "time": <time>, "detail": <detail>}'


class Functions:
    """The Lambdas by their names in AWS; what is called later is called at once."""

    def __init__(self, chain: EventChain) -> None:
        self.handlers = {
            "acme-dev-start-crawler": chain.start_crawler,
            "acme-dev-start-etl-job": chain.start_etl_job,
            "acme-dev-close-run": chain.close_run,
            "acme-dev-sweep": chain.sweeper,
            "acme-dev-notify": chain.notify,
            "acme-dev-send-digest": chain.digest,
        }
        self.called: list[str] = []
        self.refuses = False

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        if self.refuses:
            raise refusal("TooManyRequestsException")
        self.called.append(FunctionName)
        self.handlers[FunctionName].handler(json.loads(Payload), None)


class Queues:
    """The three queues with their messages."""

    def __init__(self, chain: EventChain) -> None:
        self.chain, self.sqs = chain, chain.sqs
        self.address = {
            name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in (QUEUE, DEAD_UPLOADS, DEAD_EVENTS)
        }

    def put(self, queue: str, body: str, **attributes: str) -> None:
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        self.sqs.send_message(QueueUrl=self.address[queue], MessageBody=body, MessageAttributes=typed)

    def count(self, queue: str) -> int:
        """How many messages there are, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.address[queue], AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def work(self) -> None:
        """Hand everything in the uploads queue to start_crawler."""
        while found := self.sqs.receive_message(QueueUrl=self.address[QUEUE]).get("Messages"):
            for message in found:
                assert self.chain.deliver(message["Body"]) == []
                self.sqs.delete_message(QueueUrl=self.address[QUEUE], ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def functions(chain: EventChain, monkeypatch: pytest.MonkeyPatch) -> Functions:
    found = Functions(chain)
    clients = {"sqs": chain.sqs, "events": real("events"), "lambda": found}
    monkeypatch.setattr(Deployment, "client", lambda _, service: clients.get(service) or real(service))
    monkeypatch.setattr(redrive, "SECONDS_WAITED", 0)
    return found


@pytest.fixture
def queues(chain: EventChain, functions: Functions) -> Queues:
    return Queues(chain)


def rule(name: str, target: str, **options: Any) -> dict[str, str]:
    """A rule with its target; the attributes of a dead letter that EventBridge could not deliver."""
    events, service = real("events"), "sqs" if target == QUEUE else "lambda"
    arn = f"arn:aws:sqs:{ARN}:{target}" if service == "sqs" else f"arn:aws:lambda:{ARN}:function:{target}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": arn} | options])
    return {"RULE_ARN": f"arn:aws:events:{ARN}:rule/{name}", "TARGET_ARN": arn, "ERROR_CODE": "NO_PERMISSIONS"}


def test_uploads_go_back_to_their_queue_and_are_read(chain: EventChain, queues: Queues) -> None:
    for number in range(25):
        queues.put(DEAD_UPLOADS, chain.upload(f"orders/{number}.csv"))

    assert redrive.redrive(DEPLOYED) == 0
    assert (queues.count(DEAD_UPLOADS), queues.count(QUEUE)) == (0, 25)

    queues.work()
    assert chain.states() == {"PENDING": 25}


def test_a_second_time_changes_nothing(chain: EventChain, queues: Queues) -> None:
    body = chain.upload("orders/a.csv")
    chain.deliver(body)
    chain.crawl()
    chain.job_ends()
    before, said = chain.rows(), len(chain.notifications())

    for _ in range(2):
        queues.put(DEAD_UPLOADS, body)
        queues.put(DEAD_EVENTS, json.dumps(CRAWLED))
        queues.put(DEAD_EVENTS, json.dumps({"detail": {"jobName": NAME, "jobRunId": "jr_0", "state": "SUCCEEDED"}}))
        assert redrive.redrive(DEPLOYED) == 0
        queues.work()
    assert redrive.redrive(DEPLOYED) == 0

    assert (chain.rows(), said, chain.notifications()) == (before, 1, [])
    assert [queues.count(queue) for queue in queues.address] == [0, 0, 0]


def test_an_event_that_a_rule_could_not_send_to_the_queue_goes_there_in_the_rules_words(
    chain: EventChain, queues: Queues
) -> None:
    detail = json.loads(chain.upload("orders/a b+é.csv"))["detail"]
    transformer = {"InputPathsMap": {"detail": "$.detail", "time": "$.time"}, "InputTemplate": TEMPLATE}
    event = {"detail-type": "Object Created", "source": "aws.s3", "time": "2026-03-01T11:00:00Z", "detail": detail}
    queues.put(DEAD_EVENTS, json.dumps(event), **rule("acme-dev-orders", QUEUE, InputTransformer=transformer))

    assert redrive.redrive(DEPLOYED) == 0
    queues.work()

    (row,) = chain.rows().values()
    assert (row["key"], row["dataset"], row["uploaded_at"][:16]) == ("orders/a b+é.csv", DATASET, "2026-03-01T11:00")


def test_a_message_that_the_rule_has_put_into_words_stays_as_it_is(chain: EventChain, queues: Queues) -> None:
    transformer = {"InputPathsMap": {"detail": "$.detail"}, "InputTemplate": TEMPLATE}
    fields = rule("acme-dev-orders", QUEUE, InputTransformer=transformer)
    queues.put(DEAD_EVENTS, chain.upload("orders/a.csv"), **fields)

    redrive.redrive(DEPLOYED)
    queues.work()

    assert chain.states() == {"PENDING": 1}


def test_an_event_that_a_rule_could_not_send_to_a_function_goes_to_that_function(
    chain: EventChain, queues: Queues, functions: Functions
) -> None:
    chain.deliver(chain.upload("orders/a.csv"))
    chain.crawl(send_event=False)
    queues.put(DEAD_EVENTS, json.dumps(CRAWLED), **rule("acme-dev-crawler-finished", "acme-dev-start-etl-job"))

    assert redrive.redrive(DEPLOYED) == 0

    assert functions.called == ["acme-dev-start-etl-job"] and chain.states() == {"CLAIMED": 1}


def test_a_schedule_that_could_not_call_its_function_calls_it_with_its_own_input(
    chain: EventChain, queues: Queues, functions: Functions
) -> None:
    chain.upload("orders/a.csv")
    chain.clock.forward(hours=1)
    call = json.dumps({"dataset": DATASET, "prefix": "orders/", "crawl": "on-upload"})
    event = {"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}
    queues.put(DEAD_EVENTS, json.dumps(event), **rule("acme-dev-orders-sweep", "acme-dev-sweep", Input=call))

    assert redrive.redrive(DEPLOYED) == 0

    assert functions.called == ["acme-dev-sweep"] and chain.states() == {"PENDING": 1}


@pytest.mark.parametrize(
    ("event", "called"),
    [
        (CRAWLED, ["start-etl-job"]),
        ({"detail": {"jobName": "other", "jobRunId": "jr", "state": "FAILED"}}, ["close-run"]),
        ({"detail": {"jobName": "other", "jobRunId": "jr", "state": "SUCCEEDED"}}, ["start-etl-job", "close-run"]),
        ({"dataset": DATASET, "prefix": "orders/", "crawl": "on-upload"}, ["sweep"]),
        ({"Records": [{"Sns": {"Message": "an alarm", "MessageId": "1"}}]}, ["notify"]),
        ({"time": "2026-03-02T06:00:00Z", "datasets": {DATASET: None}}, ["send-digest"]),
        ({"dataset": DATASET, "scheduled": True}, ["start-crawler"]),
    ],
)
def test_what_a_function_gave_up_goes_to_the_function_that_its_shape_tells(
    queues: Queues, functions: Functions, event: dict[str, Any], called: list[str]
) -> None:
    queues.put(DEAD_EVENTS, json.dumps(event), RequestID="r", ErrorCode="500", ErrorMessage="unhandled")

    assert redrive.redrive(DEPLOYED) == 0

    assert functions.called == [f"acme-dev-{name}" for name in called] and queues.count(DEAD_EVENTS) == 0


@pytest.mark.parametrize("body", ["not json", "[]", '{"detail": {}}', '{"somebody": "elses"}'])
def test_what_nobody_here_takes_stays_and_is_named(
    queues: Queues, functions: Functions, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    queues.put(DEAD_EVENTS, body)

    assert redrive.redrive(DEPLOYED) == 1

    assert queues.count(DEAD_EVENTS) == 1 and functions.called == []
    why = "it can never be read" if body[0] != "{" else "neither it nor its form shows who it is for"
    assert f"stays: {why}." in capsys.readouterr().out


def test_what_stays_is_found_again_the_next_time(queues: Queues) -> None:
    queues.put(DEAD_EVENTS, "not json")

    assert [redrive.redrive(DEPLOYED) for _ in range(2)] == [1, 1]


def test_what_was_meant_for_another_project_stays(queues: Queues, functions: Functions) -> None:
    queues.put(DEAD_EVENTS, json.dumps(CRAWLED), **rule("other-dev-crawled", "other-dev-start-etl-job"))

    assert redrive.redrive(DEPLOYED) == 1
    assert queues.count(DEAD_EVENTS) == 1 and functions.called == []


def test_nothing_is_deleted_before_it_was_handed_over(
    queues: Queues, functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.refuses = True
    queues.put(DEAD_EVENTS, json.dumps(CRAWLED))

    assert redrive.redrive(DEPLOYED) == 1

    assert queues.count(DEAD_EVENTS) == 1
    assert "TooManyRequestsException" in capsys.readouterr().out


def test_a_message_that_comes_back_meanwhile_is_left_for_the_next_time(
    queues: Queues, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues.put(DEAD_EVENTS, json.dumps(CRAWLED))
    # This command began before the message came.
    monkeypatch.setattr(redrive.time, "time", lambda: 0.0)

    redrive.redrive(DEPLOYED)

    assert functions.called == [] and queues.count(DEAD_EVENTS) == 1


def test_the_command_says_what_went_where_and_fails_when_something_stays(
    chain: EventChain, queues: Queues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_deployed(monkeypatch)
    queues.put(DEAD_UPLOADS, chain.upload("orders/a.csv"))
    redrive.main(["--environment", "dev"], standalone_mode=False)
    said = capsys.readouterr().out

    assert said.startswith("Asking AWS: dev is account 123456789012")
    assert f"-> {QUEUE}\n{DEAD_UPLOADS}: 1 given back, 0 left.\n{DEAD_EVENTS}: 0 given back, 0 left." in said

    queues.put(DEAD_EVENTS, "not json")
    with pytest.raises(SystemExit, match=r"^1 of the dead letters stay where they are"):
        redrive.main(["--environment", "dev"])


def said_by(monkeypatch: pytest.MonkeyPatch, answer: str, *words: str) -> None:
    """Type the command on a terminal and answer its question."""
    pretend_deployed(monkeypatch)
    monkeypatch.setattr(redrive.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    redrive.main(["--environment", "dev", *words], standalone_mode=False)


def test_what_can_never_be_read_is_shown_and_deleted_after_a_yes_and_the_others_go_back(
    chain: EventChain, queues: Queues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queues.put(DEAD_UPLOADS, "This is no\nupload.")
    queues.put(DEAD_UPLOADS, chain.upload("orders/a.csv"))
    queues.put(DEAD_EVENTS, "[]")

    said_by(monkeypatch, "yes", "--drop", "unreadable")

    assert [queues.count(queue) for queue in (DEAD_UPLOADS, DEAD_EVENTS, QUEUE)] == [0, 0, 1]
    said = capsys.readouterr().out
    assert f"in {DEAD_UPLOADS}, since " in said and "This is no\\nupload." in said
    assert "2 of 2 unreadable messages deleted." in said


def test_without_a_yes_nothing_is_deleted(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    queues.put(DEAD_UPLOADS, "This is no upload.")

    with pytest.raises(SystemExit, match="1 of the dead letters stay"):
        said_by(monkeypatch, "y", "--drop", "unreadable")

    assert queues.count(DEAD_UPLOADS) == 1


def test_without_a_terminal_the_messages_are_shown_and_nothing_is_deleted(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_deployed(monkeypatch)
    queues.put(DEAD_UPLOADS, "This is no upload.")

    with pytest.raises(SystemExit, match="without a terminal say YES=1"):
        redrive.main(["--environment", "dev", "--drop", "unreadable"])

    assert "This is no upload." in capsys.readouterr().out
    # The next command finds them at once.
    assert len(queues.sqs.receive_message(QueueUrl=queues.address[DEAD_UPLOADS])["Messages"]) == 1


def test_a_yes_in_advance_shows_and_deletes_without_a_question(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_deployed(monkeypatch)
    queues.put(DEAD_UPLOADS, "{}")

    redrive.main(["--environment", "dev", "--drop", "unreadable", "--yes"], standalone_mode=False)

    assert queues.count(DEAD_UPLOADS) == 0 and "UTC: {}" in capsys.readouterr().out


def test_what_cannot_be_read_is_not_given_back_to_fail_again(queues: Queues) -> None:
    queues.put(DEAD_UPLOADS, "This is no upload.")

    assert redrive.redrive(DEPLOYED) == 1
    assert (queues.count(DEAD_UPLOADS), queues.count(QUEUE)) == (1, 0)


@pytest.mark.parametrize("body", ['{"version": 2, "dataset": "orders"}', '{"Event": "s3:TestEvent"}'])
def test_a_message_that_newer_code_may_read_is_not_unreadable(body: str) -> None:
    assert redrive.is_readable(body, redrive.UPLOAD)
